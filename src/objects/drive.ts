import type { Contents } from '@jupyterlab/services';
import { Drive, ServerConnection } from '@jupyterlab/services';

import { UNBIDDEN } from '../core/client';
import { objectUrl } from '../core/s3';

const OPTIONS = { name: 's3', apiEndpoint: 'smkit/contents' };

/** The buckets of s3:// as a drive of JupyterLab's contents. */
export class BucketDrive extends Drive {
  constructor() {
    super(OPTIONS);
  }

  override async get(
    localPath: string,
    options?: Contents.IFetchOptions
  ): Promise<Contents.IModel> {
    // The file browser lists the folder that it shows again every few seconds.
    if (localPath === this._listed && !options?.type) {
      return this._unbidden.get(localPath, options);
    }
    const found = await super.get(localPath, options);
    if (found.type === 'directory' && options?.content) {
      this._listed = localPath;
    }
    return found;
  }

  override getDownloadUrl(localPath: string): Promise<string> {
    return Promise.resolve(objectUrl(`s3://${localPath}`, true));
  }

  // The store keeps none, and Jupyter's addresses of them are those of folders called so.
  override createCheckpoint(): Promise<Contents.ICheckpointModel> {
    const now = new Date().toISOString();
    return Promise.resolve({ id: 'checkpoint', last_modified: now });
  }

  override listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return Promise.resolve([]);
  }

  private _listed: string | null = null;
  private readonly _unbidden = new Drive({
    ...OPTIONS,
    serverSettings: ServerConnection.makeSettings({
      init: { ...this.serverSettings.init, headers: UNBIDDEN }
    })
  });
}
