import { PathExt } from '@jupyterlab/coreutils';
import type { Contents } from '@jupyterlab/services';

export const MARKER = 'smkit.toml';

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

/** The folder at or above `folder` that holds a marker. */
export async function markedFolder(
  contents: Contents.IManager,
  folder: string
): Promise<string | undefined> {
  let at = '';
  // From the root down, and only into folders that are listed: nothing is asked for in vain.
  for (const next of [...folder.split('/').filter(Boolean), '']) {
    const { content } = (await contents.get(at, { content: true })) as {
      content: Contents.IModel[];
    };
    if (content.some(each => each.name === MARKER && each.type === 'file')) {
      return at;
    }
    if (!content.some(each => each.name === next)) {
      return undefined;
    }
    at = PathExt.join(at, next);
  }
  return undefined;
}

export function trimmed(folder: string): string {
  return folder.replace(/^[./]+|\/+$/g, '');
}
