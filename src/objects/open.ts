import type { JupyterFrontEnd } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';

import { objectUrl, splitUri } from '../core/s3';
import type { ISmkit } from '../core/smkit';

/** What is larger is downloaded: a browser that shows it would stand still. */
const MOST_BYTES = 50_000_000;
/** Where JupyterLab's default is an editor, and a view is wanted. */
const VIEWERS: Readonly<Record<string, string | undefined>> = {
  md: 'Markdown Preview'
};

/** Opens an object in JupyterLab, by the drive; downloads what it has nothing for. */
export async function openObject(
  app: JupyterFrontEnd,
  smkit: ISmkit,
  uri: string
): Promise<void> {
  const { contents } = app.serviceManager;
  const path = `s3:${(splitUri(uri) ?? ['', '']).join('/')}`;
  try {
    const { size } = await contents.get(path, { content: false });
    if (!smkit.canOpen(uri) || (size ?? 0) > MOST_BYTES) {
      download(uri);
      return;
    }
    const factory = VIEWERS[uri.split('.').pop()?.toLowerCase() ?? ''];
    await app.commands.execute('docmanager:open', { path, factory });
  } catch (error) {
    const title = smkit.trans.__('%1 cannot be opened', uri);
    void showErrorMessage(title, (error as Error).message);
  }
}

function download(uri: string): void {
  const link = document.createElement('a');
  link.href = objectUrl(uri, true);
  link.download = '';
  link.click();
}
