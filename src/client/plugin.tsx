import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILabShell } from '@jupyterlab/application';
import type { ISessionContext } from '@jupyterlab/apputils';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import { Page } from '../core/page';
import { core } from '../core/plugin';
import { ISmkit } from '../core/smkit';
import { addKernelCommands, addProjectCommand } from './commands';
import { KernelItem } from './item';
import { KernelSwitch } from './kernel-switch';

/** Which side each kernel is on, in the status bar; commands to change it. */
export const client: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-smkit:client',
  description: "Points kernels' AWS clients at smkit.",
  autoStart: true,
  requires: [ISmkit],
  optional: [
    ILabShell,
    IStatusBar,
    ICommandPalette,
    ISettingRegistry,
    IDefaultFileBrowser
  ],
  activate: (
    app: JupyterFrontEnd,
    smkit: ISmkit,
    labShell: ILabShell | null,
    statusBar: IStatusBar | null,
    palette: ICommandPalette | null,
    registry: ISettingRegistry | null,
    browser: IDefaultFileBrowser | null
  ): void => {
    const { contents, kernelspecs } = app.serviceManager;
    const settings = registry?.load(core.id) ?? null;
    const changed = new Signal<object, void>({});
    const switches = new Map<ISessionContext, KernelSwitch>();
    let current: KernelSwitch | null = null;

    const isPython = (kernel: string): boolean =>
      kernelspecs.specs?.kernelspecs[kernel]?.language.toLowerCase() ===
      'python';
    const meet = (widget: Widget | null): KernelSwitch | null => {
      const context = sessionOf(widget);
      if (!context) {
        return null;
      }
      let found = switches.get(context);
      if (!found) {
        found = new KernelSwitch(context, isPython);
        found.changed.connect(() => changed.emit());
        switches.set(context, found);
        context.disposed.connect(() => {
          switches.get(context)?.dispose();
          switches.delete(context);
        });
      }
      return found;
    };
    const arrange = (): void => {
      for (const widget of app.shell.widgets('main')) {
        meet(widget);
      }
      const next = meet(app.shell.currentWidget);
      if (next !== current) {
        if (current) {
          current.watched = false;
        }
        current = next;
        if (current) {
          current.watched = true;
        }
        changed.emit();
      }
    };
    void Promise.all([app.restored, kernelspecs.ready]).then(() => {
      arrange();
      app.shell.currentChanged?.connect(arrange);
      labShell?.layoutModified.connect(arrange);
    });
    changed.connect(() => app.commands.notifyCommandChanged());

    addKernelCommands(smkit, palette, () => current);
    addProjectCommand(smkit, palette, {
      settings,
      folder: () =>
        current?.folder ?? contents.localPath(browser?.model.path ?? '')
    });

    const item = new Page(
      smkit,
      <KernelItem current={() => current} changed={changed} />
    );
    item.addClass('smkit-mod-status');
    statusBar?.registerStatusItem('jupyter-smkit:kernel', {
      item,
      align: 'left',
      rank: 101,
      isActive: () => Boolean(current?.kernel),
      activeStateChanged: changed
    });
  }
};

/** A notebook's or console's session; other widgets have none. */
function sessionOf(widget: Widget | null): ISessionContext | null {
  const { sessionContext } = (widget ?? {}) as {
    sessionContext?: ISessionContext;
  };
  return sessionContext?.kernelChanged ? sessionContext : null;
}
