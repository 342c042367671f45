import { URLExt } from '@jupyterlab/coreutils';

import { send } from '../core/client';

/** The folder at or above `folder` that is in the list. */
export function listedFolder(
  projects: readonly string[],
  folder: string
): string | undefined {
  return projects.find(each => {
    const project = trimmed(each);
    return (
      project === '' || folder === project || folder.startsWith(`${project}/`)
    );
  });
}

/** The file that makes a project of `folder`, where there is one. */
export async function markerOf(folder: string): Promise<string | null> {
  const answer = await send(`marker/${URLExt.encodeParts(folder)}`);
  return ((await answer.json()) as { marker: string | null }).marker;
}

export function trimmed(folder: string): string {
  return folder.replace(/^\.$|^(\.?\/)+|\/+$/g, '');
}
