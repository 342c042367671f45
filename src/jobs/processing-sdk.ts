import { argumentsOf, madeOf } from '../core/arguments';
import type { Row } from '../core/client';
import { Made, literal } from '../core/python';

const CLUSTER = 'ProcessingResources.ClusterConfig';

const PROCESSOR = {
  RoleArn: 'role',
  'AppSpecification.ImageUri': 'image_uri',
  'AppSpecification.ContainerEntrypoint': 'entrypoint',
  [`${CLUSTER}.InstanceCount`]: 'instance_count',
  [`${CLUSTER}.InstanceType`]: 'instance_type',
  [`${CLUSTER}.VolumeSizeInGB`]: 'volume_size_in_gb',
  [`${CLUSTER}.VolumeKmsKeyId`]: 'volume_kms_key',
  'ProcessingOutputConfig.KmsKeyId': 'output_kms_key',
  'StoppingCondition.MaxRuntimeInSeconds': 'max_runtime_in_seconds',
  Environment: 'env',
  Tags: 'tags',
  NetworkConfig: 'network_config'
};
const RUN = {
  ProcessingInputs: 'inputs',
  'ProcessingOutputConfig.Outputs': 'outputs',
  'AppSpecification.ContainerArguments': 'arguments',
  ProcessingJobName: 'job_name',
  ExperimentConfig: 'experiment_config'
};
const INPUT = {
  InputName: 'input_name',
  AppManaged: 'app_managed',
  'S3Input.S3Uri': 'source',
  'S3Input.LocalPath': 'destination',
  'S3Input.S3DataType': 's3_data_type',
  'S3Input.S3InputMode': 's3_input_mode',
  'S3Input.S3DataDistributionType': 's3_data_distribution_type',
  'S3Input.S3CompressionType': 's3_compression_type'
};
const OUTPUT = {
  OutputName: 'output_name',
  AppManaged: 'app_managed',
  'S3Output.S3Uri': 'destination',
  'S3Output.LocalPath': 'source',
  'S3Output.S3UploadMode': 's3_upload_mode'
};
const NETWORK = {
  EnableNetworkIsolation: 'enable_network_isolation',
  EnableInterContainerTrafficEncryption: 'encrypt_inter_container_traffic',
  'VpcConfig.Subnets': 'subnets',
  'VpcConfig.SecurityGroupIds': 'security_group_ids'
};

/** A `Processor` that runs the same job; null where the SDK cannot. */
export function processingSdk(request: Row): string | null {
  const all = argumentsOf(request, { ...PROCESSOR, ...RUN });
  const inputs = madeOf('ProcessingInput', all?.inputs, INPUT);
  const outputs = madeOf('ProcessingOutput', all?.outputs, OUTPUT);
  const network = argumentsOf((all?.network_config ?? {}) as Row, NETWORK);
  if (!all || !inputs || !outputs || !network) {
    return null;
  }
  const { job_name, experiment_config, arguments: words, ...rest } = all;
  const hasNetwork = Object.keys(network).length > 0;
  const processor = {
    ...rest,
    inputs: undefined,
    outputs: undefined,
    network_config: hasNetwork ? new Made('NetworkConfig', network) : undefined
  };
  const run = {
    inputs: inputs.length > 0 ? inputs : undefined,
    outputs: outputs.length > 0 ? outputs : undefined,
    arguments: words,
    job_name,
    experiment_config,
    wait: false,
    logs: false
  };
  return (
    (hasNetwork ? 'from sagemaker.network import NetworkConfig\n' : '') +
    'from sagemaker.processing import ProcessingInput, ProcessingOutput, Processor\n\n' +
    `processor = ${literal(new Made('Processor', processor))}\n` +
    `${literal(new Made('processor.run', run))}\n`
  );
}
