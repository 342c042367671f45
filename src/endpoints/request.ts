import type { Account } from '../core/account';
import { imageUri } from '../core/account';
import type { Row } from '../core/client';
import { call } from '../core/client';
import type { Input } from '../core/operations';
import type { Step } from '../core/python';

/** What the wizard asks for; `model` names one that exists, or one that is to be made. */
export interface Draft {
  name: string;
  isNewModel: boolean;
  model: string;
  artifact: string;
  image: string;
  instanceType: string;
  workers: number;
}

export const IMAGES: readonly { repository: string; tag: string }[] = [
  { repository: 'sagemaker-scikit-learn', tag: '1.2-1-cpu-py3' },
  { repository: 'sagemaker-xgboost', tag: '1.7-1' },
  { repository: 'smkit-lightgbm', tag: '1' },
  { repository: 'sagemaker-base-python', tag: '1' }
];

export const INSTANCE_TYPES = ['ml.m5.large', 'ml.m5.xlarge', 'ml.c5.xlarge'];

type VariantInput = NonNullable<
  Input<'CreateEndpointConfig'>['ProductionVariants']
>[number];

export interface Requests {
  model?: Input<'CreateModel'>;
  config: Input<'CreateEndpointConfig'>;
  endpoint: Input<'CreateEndpoint'>;
}

export function requests(draft: Draft, account: Account): Requests {
  const tag =
    IMAGES.find(image => image.repository === draft.image)?.tag ?? '1';
  return {
    model: draft.isNewModel
      ? {
          ModelName: draft.model,
          ExecutionRoleArn: account.role,
          PrimaryContainer: {
            Image: imageUri(draft.image, account.region, tag),
            ModelDataUrl: draft.artifact
          }
        }
      : undefined,
    config: {
      EndpointConfigName: draft.name,
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          ModelName: draft.model,
          InitialInstanceCount: draft.workers,
          InstanceType: draft.instanceType as VariantInput['InstanceType'],
          InitialVariantWeight: 1
        }
      ]
    },
    endpoint: { EndpointName: draft.name, EndpointConfigName: draft.name }
  };
}

/** The calls in their order, for the Code tab. */
export function steps({ model, config, endpoint }: Requests): Step[] {
  const made: Step[] = model
    ? [{ operation: 'CreateModel', input: model as Row }]
    : [];
  return [
    ...made,
    { operation: 'CreateEndpointConfig', input: config as Row },
    { operation: 'CreateEndpoint', input: endpoint as Row }
  ];
}

/** Makes model, configuration and endpoint; what was made is removed where a later step fails. */
export async function deploy(given: Requests): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const { model, config, endpoint } = given;
    if (model) {
      await call('CreateModel', model);
      undo.push(() => call('DeleteModel', { ModelName: model.ModelName }));
    }
    await call('CreateEndpointConfig', config);
    undo.push(() =>
      call('DeleteEndpointConfig', {
        EndpointConfigName: config.EndpointConfigName
      })
    );
    await call('CreateEndpoint', endpoint);
  } catch (error) {
    await Promise.allSettled(undo.reverse().map(each => each()));
    throw error;
  }
}
