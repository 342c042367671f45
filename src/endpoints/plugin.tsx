import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';

import { endpointIcon } from '../core/icons';
import { addKind } from '../core/kind-pages';
import { addCard } from '../core/launcher';
import { ISmkit } from '../core/smkit';
import { CreateEndpoint } from './create';
import { configKind, endpointKind, modelKind } from './kinds';

/** Models, endpoint configurations and endpoints. */
export const endpoints: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-smkit:endpoints',
  description: 'Models, endpoint configurations and endpoints.',
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
    addKind(smkit, modelKind(smkit));
    addKind(smkit, endpointKind(smkit));
    addKind(smkit, configKind(smkit));
    smkit.addPage({
      id: 'endpoints/new',
      icon: endpointIcon,
      title: () => trans.__('New endpoint'),
      render: args => <CreateEndpoint model={args.model} />
    });
    addCard(app, smkit, launcher, palette, {
      command: 'smkit:new-endpoint',
      label: trans.__('Endpoint'),
      caption: trans.__('Serve a model to requests'),
      icon: endpointIcon,
      page: 'endpoints/new',
      rank: 30
    });
  }
};
