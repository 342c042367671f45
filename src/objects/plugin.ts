import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { FileBrowser } from '@jupyterlab/filebrowser';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { folderIcon } from '@jupyterlab/ui-components';

import { splitUri } from '../core/s3';
import { ISmkit, OPEN_OBJECT } from '../core/smkit';
import { BucketDrive } from './drive';
import { openObject } from './open';

const COMMAND = 'smkit:open-buckets';
const ID = 'smkit-buckets';

/** The buckets in a file browser of their own, in the main area. */
export const objects: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-smkit:objects',
  description: 'The buckets of s3:// in a file browser.',
  autoStart: true,
  requires: [ISmkit, IFileBrowserFactory],
  activate: (
    app: JupyterFrontEnd,
    smkit: ISmkit,
    factory: IFileBrowserFactory
  ): void => {
    const { trans } = smkit;
    const drive = new BucketDrive();
    app.serviceManager.contents.addDrive(drive);
    let tab: MainAreaWidget | null = null;
    let browser: FileBrowser | null = null;

    app.commands.addCommand(COMMAND, {
      label: trans.__('Open the Buckets'),
      describedBy: {
        args: { type: 'object', properties: { path: { type: 'string' } } }
      },
      execute: async args => {
        if (!tab || tab.isDisposed) {
          const content = factory.createFileBrowser(ID, {
            driveName: drive.name,
            restore: false
          });
          browser = content;
          tab = new MainAreaWidget({ content });
          tab.id = `${ID}-tab`;
          tab.title.label = trans.__('Buckets');
          tab.title.icon = folderIcon;
          app.shell.add(tab, 'main');
        }
        app.shell.activateById(tab.id);
        if (args.path) {
          await browser?.model.cd(`/${args.path as string}`);
        }
      }
    });
    app.commands.addCommand(OPEN_OBJECT, {
      label: trans.__('Open an Object'),
      describedBy: {
        args: {
          type: 'object',
          properties: { uri: { type: 'string' } },
          required: ['uri']
        }
      },
      execute: async ({ uri }) => {
        const [bucket, key] = splitUri(String(uri)) ?? ['', ''];
        if (key === '' || key.endsWith('/')) {
          await app.commands.execute(COMMAND, { path: `${bucket}/${key}` });
        } else {
          await openObject(app, smkit, String(uri));
        }
      }
    });
    smkit.addTreeItem({
      section: 'data',
      label: trans.__('Buckets'),
      icon: folderIcon,
      rank: 5,
      command: COMMAND
    });
  }
};
