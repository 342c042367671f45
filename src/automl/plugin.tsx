import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';

import { autoMLIcon } from '../core/icons';
import { addKind } from '../core/kind-pages';
import { addCard } from '../core/launcher';
import { ISmkit } from '../core/smkit';
import { CreateAutoML } from './create';
import { autoMLKind } from './kind';

/** AutoML experiments: the wizard, their progress and their leaderboard. */
export const automl: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-smkit:automl',
  description: 'AutoML experiments.',
  autoStart: true,
  requires: [ISmkit],
  optional: [ILauncher, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    smkit: ISmkit,
    launcher: ILauncher | null,
    palette: ICommandPalette | null
  ): void => {
    const { trans } = smkit;
    addKind(smkit, autoMLKind(smkit));
    smkit.addPage({
      id: 'automl/new',
      icon: autoMLIcon,
      title: () => trans.__('New AutoML experiment'),
      render: args => <CreateAutoML data={args.data} />
    });
    addCard(app, smkit, launcher, palette, {
      command: 'smkit:new-automl',
      label: trans.__('AutoML Experiment'),
      caption: trans.__('Train models on a table and rank them'),
      icon: autoMLIcon,
      page: 'automl/new',
      rank: 20
    });
  }
};
