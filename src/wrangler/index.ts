import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';

import { flowIcon } from '../core/icons';
import { ISmkit } from '../core/smkit';
import { emptyFlow, writeFlow } from './document';
import type { FlowWidget } from './factory';
import { FACTORY, FILE_TYPE, FlowFactory } from './factory';

const NEW_FLOW = 'smkit:new-flow';

/** `.flow` files open in the flow editor; the launcher and the palette make new ones. */
const editor: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-smkit:wrangler',
  description: 'The editor of Data Wrangler flows.',
  autoStart: true,
  requires: [ISmkit],
  optional: [ILayoutRestorer, ILauncher, ICommandPalette, IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    smkit: ISmkit,
    restorer: ILayoutRestorer | null,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    browser: IDefaultFileBrowser | null
  ): void => {
    const { trans } = smkit;
    const { contents } = app.serviceManager;
    const tracker = new WidgetTracker<FlowWidget>({ namespace: 'smkit-flow' });

    app.docRegistry.addFileType({
      name: FILE_TYPE,
      displayName: trans.__('Data flow'),
      extensions: ['.flow'],
      mimeTypes: ['application/json'],
      contentType: 'file',
      fileFormat: 'text',
      icon: flowIcon
    });
    const factory = new FlowFactory(smkit, contents, {
      name: FACTORY,
      label: trans.__('Data flow'),
      modelName: 'text',
      fileTypes: [FILE_TYPE],
      defaultFor: [FILE_TYPE]
    });
    factory.widgetCreated.connect((_, widget) => {
      widget.context.pathChanged.connect(() => void tracker.save(widget));
      void tracker.add(widget);
    });
    app.docRegistry.addWidgetFactory(factory);

    app.commands.addCommand(NEW_FLOW, {
      label: args =>
        args.isPalette ? trans.__('New Data Flow') : trans.__('Data Flow'),
      caption: trans.__('Prepare data step by step'),
      icon: flowIcon,
      describedBy: {
        args: { type: 'object', properties: { cwd: { type: 'string' } } }
      },
      execute: async args => {
        const path =
          (args.cwd as string | undefined) ?? browser?.model.path ?? '';
        const made = await contents.newUntitled({
          path,
          type: 'file',
          ext: '.flow'
        });
        await contents.save(made.path, {
          type: 'file',
          format: 'text',
          content: writeFlow(emptyFlow(), '')
        });
        return app.commands.execute('docmanager:open', {
          path: made.path,
          factory: FACTORY
        });
      }
    });
    launcher?.add({ command: NEW_FLOW, category: 'smkit', rank: 10 });
    palette?.addItem({
      command: NEW_FLOW,
      category: 'smkit',
      args: { isPalette: true }
    });
    smkit.addTreeItem({
      section: 'data',
      label: trans.__('New data flow'),
      icon: flowIcon,
      rank: 10,
      command: NEW_FLOW
    });
    if (restorer) {
      void restorer.restore(tracker, {
        command: 'docmanager:open',
        args: widget => ({ path: widget.context.path, factory: FACTORY }),
        name: widget => widget.context.path
      });
    }
  }
};

/** The plugins of the flow editor. */
export const plugins: JupyterFrontEndPlugin<unknown>[] = [editor];
