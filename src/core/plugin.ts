import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import {
  ICommandPalette,
  MainAreaWidget,
  WidgetTracker
} from '@jupyterlab/apputils';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { EventStream } from './events';
import { insertCode } from './notebook';
import { MainPage } from './page';
import { followEvents } from './query';
import type { PageArgs, PageDefinition, TreeItem } from './smkit';
import { ISmkit, OPEN_COMMAND, asPageArgs } from './smkit';

const PAGE_ROWS = 25;

/** Provides ISmkit: pages in the main area, restored with the layout, and live events. */
export const core: JupyterFrontEndPlugin<ISmkit> = {
  id: 'jupyter-smkit:core',
  description: 'Pages and live events of smkit.',
  autoStart: true,
  provides: ISmkit,
  requires: [IEditorLanguageRegistry],
  optional: [
    ITranslator,
    ILayoutRestorer,
    INotebookTracker,
    ICommandPalette,
    ISettingRegistry,
    IRenderMimeRegistry
  ],
  activate: (
    app: JupyterFrontEnd,
    languages: IEditorLanguageRegistry,
    translator: ITranslator | null,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null,
    palette: ICommandPalette | null,
    registry: ISettingRegistry | null,
    renderers: IRenderMimeRegistry | null
  ): ISmkit => {
    const trans = (translator ?? nullTranslator).load('jupyter-smkit');
    const events = new EventStream(trans);
    followEvents(events);
    const pages = new Map<string, PageDefinition>();
    const tree: TreeItem[] = [];
    const tracker = new WidgetTracker<MainAreaWidget<MainPage>>({
      namespace: 'smkit'
    });

    let pageSize = PAGE_ROWS;
    void registry?.load(core.id).then(settings => {
      const take = (): void => {
        pageSize = settings.get('pageSize').composite as number;
      };
      settings.changed.connect(take);
      take();
    });

    const smkit: ISmkit = {
      trans,
      commands: app.commands,
      events,
      tree,
      kinds: new Map(),
      get pageSize() {
        return pageSize;
      },
      addPage: page => {
        pages.set(page.id, page);
      },
      addTreeItem: item => {
        tree.push(item);
        if (palette) {
          palette.addItem({
            command: item.command,
            args: { ...item.args, title: item.label },
            category: 'smkit'
          });
        }
      },
      open: (page, args = {}) => {
        void app.commands.execute(OPEN_COMMAND, { ...args, page });
      },
      // By the end of the name: jupytext's type has a pattern that takes all others.
      canOpen: name =>
        app.docRegistry
          .getFileTypesForPath(name)
          .flatMap(type => type.extensions)
          .some(end => end !== '' && name.toLowerCase().endsWith(end)),
      createRenderer: mimeType =>
        renderers?.mimeTypes.includes(mimeType)
          ? renderers.createRenderer(mimeType)
          : null,
      highlight: async (code, language) => {
        const host = document.createElement('span');
        await languages.highlight(code, languages.findBest(language), host);
        return host;
      },
      insertCode: code =>
        insertCode(code, app.commands, notebooks, id =>
          app.shell.activateById(id)
        )
    };

    app.commands.addCommand(OPEN_COMMAND, {
      label: args => {
        const title = args.title as string | undefined;
        return title ? trans.__('Open %1', title) : trans.__('Open a page');
      },
      describedBy: {
        args: {
          type: 'object',
          properties: { page: { type: 'string' } },
          required: ['page']
        }
      },
      execute: given => {
        const args = asPageArgs(given);
        const definition = pages.get(args.page);
        if (!definition) {
          throw new Error(trans.__('There is no page %1', args.page));
        }
        const id = pageId(args);
        let page = tracker.find(each => each.id === id);
        if (!page) {
          const content = new MainPage(smkit, definition.render(args), args);
          content.title.label = definition.title(args);
          content.title.caption = content.title.label;
          content.title.icon = definition.icon;
          page = new MainAreaWidget({ content });
          page.id = id;
          content.node.setAttribute('aria-label', content.title.label);
          page.toolbar.hide();
          void tracker.add(page);
          app.shell.add(page, 'main');
        }
        app.shell.activateById(id);
      }
    });

    if (restorer) {
      void restorer.restore(tracker, {
        command: OPEN_COMMAND,
        args: page => ({ ...page.content.args }),
        name: page => page.id
      });
    }
    return smkit;
  }
};

function pageId(args: PageArgs): string {
  const parts = Object.keys(args)
    .sort()
    .map(name => `${name}=${args[name]}`);
  return `smkit:${parts.join('&')}`;
}
