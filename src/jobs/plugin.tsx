import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';

import { jobIcon } from '../core/icons';
import { addKind } from '../core/kind-pages';
import { addCard } from '../core/launcher';
import { ISmkit } from '../core/smkit';
import { CreateProcessingJob } from './create';
import { processingKind } from './processing';
import { trainingKind } from './training';

/** Processing and training jobs. */
export const jobs: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-smkit:jobs',
  description: 'Processing and training jobs.',
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
    addKind(smkit, processingKind(smkit));
    addKind(smkit, trainingKind(smkit));
    smkit.addPage({
      id: 'processing-jobs/new',
      icon: jobIcon,
      title: () => trans.__('New processing job'),
      render: () => <CreateProcessingJob />
    });
    addCard(app, smkit, launcher, palette, {
      command: 'smkit:new-processing-job',
      label: trans.__('Processing Job'),
      caption: trans.__('Run a script over data in s3://'),
      icon: jobIcon,
      page: 'processing-jobs/new',
      rank: 40
    });
  }
};
