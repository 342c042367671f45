import type { Row } from '../core/client';
import type { Input } from '../core/operations';
import type { Requests } from '../endpoints/request';

/** What makes an endpoint of a candidate's InferenceContainers, all under one name. */
export function requests(
  name: string,
  containers: readonly Row[],
  role: string
): Requests {
  const model = {
    ModelName: name,
    ExecutionRoleArn: role,
    ...(containers.length === 1
      ? { PrimaryContainer: containers[0] }
      : { Containers: containers })
  } as Input<'CreateModel'>;
  return {
    model,
    config: {
      EndpointConfigName: name,
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          ModelName: name,
          InitialInstanceCount: 1,
          InstanceType: 'ml.m5.large',
          InitialVariantWeight: 1
        }
      ]
    },
    endpoint: { EndpointName: name, EndpointConfigName: name }
  };
}
