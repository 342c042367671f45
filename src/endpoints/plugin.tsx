import { feature } from '../core/feature';
import { endpointIcon } from '../core/icons';
import { CreateEndpoint } from './create';
import { configKind, endpointKind, modelKind } from './kinds';

export const endpoints = feature(
  'endpoints',
  'Models, endpoint configurations and endpoints.',
  smkit => {
    const { trans } = smkit;
    return {
      kinds: [modelKind(smkit), endpointKind(smkit), configKind(smkit)],
      creates: [
        {
          id: 'endpoints/new',
          icon: endpointIcon,
          title: trans.__('New endpoint'),
          render: args => (
            <CreateEndpoint model={args.model} version={args.version} />
          ),
          command: 'smkit:new-endpoint',
          label: trans.__('Endpoint'),
          caption: trans.__('Serve a model to requests'),
          rank: 30
        }
      ]
    };
  }
);
