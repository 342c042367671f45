import type { Contents } from '@jupyterlab/services';
import { Drive } from '@jupyterlab/services';

import { objectUrl } from '../core/s3';

/** The buckets of s3:// as a drive of JupyterLab's contents. */
export class BucketDrive extends Drive {
  constructor() {
    super({ name: 's3', apiEndpoint: 'smkit/contents' });
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
}
