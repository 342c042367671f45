import type { ArgumentTable } from '../core/arguments';
import { argumentsOf } from '../core/arguments';
import type { Row } from '../core/client';
import type { Call } from '../core/plan';
import { pythonCall } from '../core/python';

const MODEL = {
  ModelName: 'name',
  ExecutionRoleArn: 'role',
  PrimaryContainer: 'container_defs',
  Containers: 'container_defs',
  VpcConfig: 'vpc_config',
  EnableNetworkIsolation: 'enable_network_isolation',
  Tags: 'tags'
};
const CONFIG = {
  EndpointConfigName: 'name',
  ProductionVariants: 'variants',
  ExecutionRoleArn: 'role',
  KmsKeyId: 'kms_key',
  DataCaptureConfig: 'data_capture_config_dict',
  AsyncInferenceConfig: 'async_inference_config_dict',
  ExplainerConfig: 'explainer_config_dict',
  Tags: 'tags'
};
const VARIANT = {
  ModelName: 'model_name',
  InitialInstanceCount: 'initial_instance_count',
  InstanceType: 'instance_type',
  AcceleratorType: 'accelerator_type',
  VolumeSizeInGB: 'volume_size',
  ModelDataDownloadTimeoutInSeconds: 'model_data_download_timeout',
  ContainerStartupHealthCheckTimeoutInSeconds:
    'container_startup_health_check_timeout',
  ServerlessConfig: 'serverless_inference_config_dict',
  RoutingConfig: 'routing_config',
  InferenceAmiVersion: 'inference_ami_version',
  VariantName: 'variant',
  InitialVariantWeight: 'weight'
};
const ENDPOINT = {
  EndpointName: 'endpoint_name',
  EndpointConfigName: 'config_name',
  Tags: 'tags'
};

/** The calls by a `sagemaker.Session`; null where it cannot make one of them. */
export function sessionCode(calls: readonly Call[]): string | null {
  const made = calls.map(call);
  return made.includes(null)
    ? null
    : `from sagemaker import Session\n\nsession = Session()\n${made.join('')}`;
}

function call({ operation, input }: Call): string | null {
  switch (operation) {
    case 'CreateModel':
      return input.ExecutionRoleArn
        ? method('create_model', input, MODEL)
        : null;
    case 'CreateEndpointConfig':
      return config(input);
    default:
      return method('create_endpoint', input, ENDPOINT, { wait: false });
  }
}

function method(
  name: string,
  input: Row,
  table: ArgumentTable,
  more: Row = {}
): string | null {
  const args = argumentsOf(input, table);
  return args && pythonCall(`session.${name}`, { ...args, ...more });
}

/** `create_endpoint_config` makes one variant, `AllTraffic`, of weight 1. */
function config(input: Row): string | null {
  const all = argumentsOf(input, CONFIG);
  const [first, ...others] = (all?.variants ?? []) as Row[];
  const told = first && argumentsOf(first, VARIANT);
  if (!all || !told || others.length > 0 || !told.instance_type) {
    return null;
  }
  const { variant, weight = 1, ...args } = told;
  return variant === 'AllTraffic' && weight === 1
    ? pythonCall('session.create_endpoint_config', {
        ...all,
        variants: undefined,
        ...args
      })
    : null;
}
