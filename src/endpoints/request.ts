import type { Account } from '../core/account';
import type { Row } from '../core/client';
import { imageUri } from '../core/images';
import type { Plan } from '../core/plan';

/** Where a model comes from: it exists, or is made of a version in the registry or an artifact. */
export type Source = 'existing' | 'version' | 'new';

/** What the wizard asks for; `model` names one that exists, or one that is to be made. */
export interface Draft {
  name: string;
  source: Source;
  model: string;
  /** The ARN of a model package. */
  version: string;
  artifact: string;
  image: string;
  instanceType: string;
  workers: number;
}

export const INSTANCE_TYPES = ['ml.m5.large', 'ml.m5.xlarge', 'ml.c5.xlarge'];

/** Model, where it is new, configuration and endpoint. */
export function plan(draft: Draft, account: Account): Plan {
  const containers: Readonly<Record<Source, readonly Row[]>> = {
    existing: [],
    version: [{ ModelPackageName: draft.version }],
    new: [
      {
        Image: imageUri(draft.image, account.region),
        ModelDataUrl: draft.artifact
      }
    ]
  };
  return endpointPlan({
    ...draft,
    containers: containers[draft.source],
    role: account.role
  });
}

/** What serves a model under a name; the model itself is made where it has containers. */
export function endpointPlan(given: {
  name: string;
  model: string;
  containers: readonly Row[];
  role: string;
  instanceType: string;
  workers: number;
}): Plan {
  const { name, model, containers } = given;
  const shape =
    containers.length === 1
      ? { PrimaryContainer: containers[0] }
      : { Containers: containers };
  const create = {
    operation: 'CreateModel',
    input: { ModelName: model, ExecutionRoleArn: given.role, ...shape }
  };
  const variant = {
    VariantName: 'AllTraffic',
    ModelName: model,
    InitialInstanceCount: given.workers,
    InstanceType: given.instanceType,
    InitialVariantWeight: 1
  };
  return {
    calls: [
      ...(containers.length > 0 ? [create] : []),
      {
        operation: 'CreateEndpointConfig',
        input: { EndpointConfigName: name, ProductionVariants: [variant] }
      },
      {
        operation: 'CreateEndpoint',
        input: { EndpointName: name, EndpointConfigName: name }
      }
    ]
  };
}
