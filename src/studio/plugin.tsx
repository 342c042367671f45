import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';

import { studioIcon } from '../core/icons';
import { addKind } from '../core/kind-pages';
import { Page } from '../core/page';
import { core } from '../core/plugin';
import { ISmkit } from '../core/smkit';
import { Activity } from './activity';
import { ConnectionItem } from './connection';
import { notifyOfEnds } from './notices';
import { StudioPanel } from './panel';
import { registryKind } from './registry';
import { addRunning } from './running';
import { versionKind } from './versions';

/** The panel in the left side bar, the status bar's item, and the registry. */
export const studio: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-smkit:studio',
  description: 'The Studio panel.',
  autoStart: true,
  requires: [ISmkit],
  optional: [
    ILayoutRestorer,
    IStatusBar,
    ICommandPalette,
    IRunningSessionManagers,
    ISettingRegistry
  ],
  activate: (
    app: JupyterFrontEnd,
    smkit: ISmkit,
    restorer: ILayoutRestorer | null,
    statusBar: IStatusBar | null,
    palette: ICommandPalette | null,
    managers: IRunningSessionManagers | null,
    registry: ISettingRegistry | null
  ): void => {
    const { trans } = smkit;
    addKind(smkit, registryKind(smkit));
    addKind(smkit, versionKind(smkit));

    const panel = new Page(smkit, <StudioPanel />);
    panel.id = 'smkit-studio';
    panel.addClass('smkit-mod-panel');
    panel.title.icon = studioIcon;
    panel.title.caption = trans.__('smkit Studio');
    app.shell.add(panel, 'left', { rank: 350, type: 'smkit' });
    restorer?.add(panel, panel.id);

    app.commands.addCommand('smkit:show-studio', {
      label: trans.__('Show the Studio Panel'),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => app.shell.activateById(panel.id)
    });
    palette?.addItem({ command: 'smkit:show-studio', category: 'smkit' });

    const activity = new Activity(smkit);
    void app.started.then(() => activity.look());
    if (managers) {
      addRunning(managers, smkit, activity);
    }
    void registry?.load(core.id).then(settings => {
      notifyOfEnds(
        smkit,
        activity,
        () => settings.get('notifyAfter').composite as number
      );
    });

    const item = new Page(smkit, <ConnectionItem />);
    item.addClass('smkit-mod-status');
    statusBar?.registerStatusItem('jupyter-smkit:connection', {
      item,
      align: 'left',
      rank: 100
    });
  }
};
