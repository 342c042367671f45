import { argumentsOf } from '../core/arguments';
import type { Row } from '../core/client';
import { Made, literal } from '../core/python';

const ESTIMATOR = {
  'AlgorithmSpecification.TrainingImage': 'image_uri',
  'AlgorithmSpecification.TrainingInputMode': 'input_mode',
  'AlgorithmSpecification.ContainerEntrypoint': 'container_entry_point',
  'AlgorithmSpecification.ContainerArguments': 'container_arguments',
  'AlgorithmSpecification.MetricDefinitions': 'metric_definitions',
  'AlgorithmSpecification.EnableSageMakerMetricsTimeSeries':
    'enable_sagemaker_metrics',
  RoleArn: 'role',
  'ResourceConfig.InstanceCount': 'instance_count',
  'ResourceConfig.InstanceType': 'instance_type',
  'ResourceConfig.VolumeSizeInGB': 'volume_size',
  'ResourceConfig.VolumeKmsKeyId': 'volume_kms_key',
  'ResourceConfig.KeepAlivePeriodInSeconds': 'keep_alive_period_in_seconds',
  'OutputDataConfig.S3OutputPath': 'output_path',
  'OutputDataConfig.KmsKeyId': 'output_kms_key',
  'StoppingCondition.MaxRuntimeInSeconds': 'max_run',
  'StoppingCondition.MaxWaitTimeInSeconds': 'max_wait',
  HyperParameters: 'hyperparameters',
  Environment: 'environment',
  'VpcConfig.Subnets': 'subnets',
  'VpcConfig.SecurityGroupIds': 'security_group_ids',
  EnableNetworkIsolation: 'enable_network_isolation',
  EnableInterContainerTrafficEncryption: 'encrypt_inter_container_traffic',
  EnableManagedSpotTraining: 'use_spot_instances',
  'CheckpointConfig.S3Uri': 'checkpoint_s3_uri',
  'CheckpointConfig.LocalPath': 'checkpoint_local_path',
  'RetryStrategy.MaximumRetryAttempts': 'max_retry_attempts',
  'ProfilerConfig.DisableProfiler': 'disable_profiler',
  'DebugHookConfig.S3OutputPath': 'debugger_hook_config',
  Tags: 'tags',
  TrainingJobName: 'job_name',
  InputDataConfig: 'inputs',
  ExperimentConfig: 'experiment_config'
};
const SOURCE = 'DataSource.S3DataSource';
const CHANNEL = {
  ChannelName: 'name',
  ContentType: 'content_type',
  CompressionType: 'compression',
  RecordWrapperType: 'record_wrapping',
  InputMode: 'input_mode',
  [`${SOURCE}.S3Uri`]: 's3_data',
  [`${SOURCE}.S3DataType`]: 's3_data_type',
  [`${SOURCE}.S3DataDistributionType`]: 'distribution',
  [`${SOURCE}.AttributeNames`]: 'attribute_names'
};

/** An `Estimator` that runs the same job; null where the SDK cannot. */
export function trainingSdk(request: Row): string | null {
  const all = argumentsOf(request, ESTIMATOR);
  const channels = ((all?.inputs ?? []) as Row[]).map(channel =>
    argumentsOf(channel, CHANNEL)
  );
  if (!all?.image_uri || channels.includes(null)) {
    return null;
  }
  const { job_name, inputs, experiment_config, ...rest } = all;
  const hook = rest.debugger_hook_config;
  const made = channels.map(channel => {
    const { name, ...args } = channel ?? {};
    return [String(name), new Made('TrainingInput', args)] as const;
  });
  const estimator = {
    ...rest,
    disable_profiler: rest.disable_profiler ?? true,
    debugger_hook_config: hook
      ? new Made('DebuggerHookConfig', { s3_output_path: hook })
      : false
  };
  const fit = {
    inputs: inputs ? Object.fromEntries(made) : undefined,
    job_name,
    experiment_config,
    wait: false
  };
  return (
    (hook ? 'from sagemaker.debugger import DebuggerHookConfig\n' : '') +
    'from sagemaker.estimator import Estimator\n' +
    'from sagemaker.inputs import TrainingInput\n\n' +
    `estimator = ${literal(new Made('Estimator', estimator))}\n` +
    `${literal(new Made('estimator.fit', fit))}\n`
  );
}
