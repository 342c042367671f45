import type { Account } from '../core/account';
import { argumentsOf, isSame, madeOf } from '../core/arguments';
import type { Row } from '../core/client';
import type { CodeForm } from '../core/code';
import { sdkForm } from '../core/code-forms';
import type { Places } from '../core/plan';
import { Made, literal, pythonCall } from '../core/python';
import { quoted } from '../core/shell';

const TABLE = 'AutoMLProblemTypeConfig.TabularJobConfig';
const LIMITS = `${TABLE}.CompletionCriteria`;

const PROBLEM = {
  [`${TABLE}.TargetAttributeName`]: 'target_attribute_name',
  [`${TABLE}.ProblemType`]: 'problem_type',
  [`${TABLE}.Mode`]: 'mode',
  [`${TABLE}.FeatureSpecificationS3Uri`]: 'feature_specification_s3_uri',
  [`${TABLE}.SampleWeightAttributeName`]: 'sample_weight_attribute_name',
  [`${TABLE}.GenerateCandidateDefinitionsOnly`]:
    'generate_candidate_definitions_only',
  [`${LIMITS}.MaxCandidates`]: 'max_candidates',
  [`${LIMITS}.MaxRuntimePerTrainingJobInSeconds`]:
    'max_runtime_per_training_job_in_seconds',
  [`${LIMITS}.MaxAutoMLJobRuntimeInSeconds`]: 'max_total_job_runtime_in_seconds'
};
const JOB = {
  RoleArn: 'role',
  'OutputDataConfig.S3OutputPath': 'output_path',
  'OutputDataConfig.KmsKeyId': 'output_kms_key',
  AutoMLJobObjective: 'job_objective',
  'DataSplitConfig.ValidationFraction': 'validation_fraction',
  'ModelDeployConfig.AutoGenerateEndpointName': 'auto_generate_endpoint_name',
  'ModelDeployConfig.EndpointName': 'endpoint_name',
  'SecurityConfig.VolumeKmsKeyId': 'volume_kms_key',
  'SecurityConfig.EnableInterContainerTrafficEncryption':
    'encrypt_inter_container_traffic',
  'SecurityConfig.VpcConfig': 'vpc_config',
  Tags: 'tags'
};
const CHANNEL = {
  ChannelType: 'channel_type',
  ContentType: 'content_type',
  CompressionType: 'compression_type',
  'DataSource.S3DataSource.S3DataType': 's3_data_type',
  'DataSource.S3DataSource.S3Uri': 's3_uri'
};

/** The forms of an AutoML job beside boto3 and the AWS CLI. */
export function autoMLForms(
  request: Row,
  account: Account,
  places?: Places
): CodeForm[] {
  return [
    ...sdkForm(sdkCode(request), places),
    ...shortForms(request, account)
  ];
}

function sdkCode(request: Row): string | null {
  const all = argumentsOf(request, {
    ...PROBLEM,
    ...JOB,
    AutoMLJobInputDataConfig: 'inputs',
    AutoMLJobName: 'job_name'
  });
  const inputs = madeOf('AutoMLDataChannel', all?.inputs, CHANNEL);
  if (!all?.target_attribute_name || !inputs) {
    return null;
  }
  const chosen = (table: object): Row => {
    const names = Object.values(table) as string[];
    return Object.fromEntries(
      Object.entries(all).filter(([name]) => names.includes(name))
    );
  };
  const job = {
    problem_config: new Made('AutoMLTabularConfig', chosen(PROBLEM)),
    ...chosen(JOB)
  };
  return (
    'from sagemaker.automl.automlv2 import AutoMLDataChannel, AutoMLTabularConfig, AutoMLV2\n\n' +
    `job = ${literal(new Made('AutoMLV2', job))}\n` +
    pythonCall('job.fit', { inputs, job_name: all.job_name, wait: false })
  );
}

const SHORT = {
  AutoMLJobName: 'name',
  [`${TABLE}.TargetAttributeName`]: 'target',
  [`${TABLE}.ProblemType`]: 'problem_type',
  'AutoMLJobObjective.MetricName': 'objective',
  [`${LIMITS}.MaxAutoMLJobRuntimeInSeconds`]: 'max_runtime'
};

/** `train_automl` and `%sm automl`, where they make the same request. */
function shortForms(request: Row, account: Account): CodeForm[] {
  const all = argumentsOf(request, {
    ...SHORT,
    AutoMLJobInputDataConfig: 'channels',
    [`${TABLE}.Mode`]: 'mode',
    'OutputDataConfig.S3OutputPath': 'output',
    RoleArn: 'role'
  });
  const uri = String(
    argumentsOf(((all?.channels ?? []) as Row[])[0] ?? {}, CHANNEL)?.s3_uri
  );
  const samples = uri.endsWith('/') ? ['.csv', '.parquet'] : [uri];
  if (
    !all?.max_runtime ||
    !samples.some(sample => isSame(all.channels, [channel(uri, sample)])) ||
    all.mode !== 'ENSEMBLING' ||
    all.output !== `s3://${account.bucket}/automl` ||
    all.role !== account.role
  ) {
    return [];
  }
  const args = Object.values(SHORT).map(name => [name, all[name]] as const);
  const options = args.flatMap(([name, value]) =>
    value === undefined
      ? []
      : [`--${name.replace('_', '-')}`, quoted(String(value))]
  );
  const code = pythonCall('train_automl', {
    data: uri,
    ...Object.fromEntries(args),
    wait: false
  });
  return [
    {
      label: 'smkit',
      code: `from jupyter_smkit.workflow import train_automl\n\n${code}`
    },
    {
      label: '%sm',
      code: `%sm automl ${quoted(uri)} ${options.join(' ')} --no-wait\n`
    }
  ];
}

/** The one channel of a table in s3://; `sample` is one of its objects. */
export function channel(uri: string, sample: string): Row {
  return {
    ChannelType: 'training',
    ContentType: sample.endsWith('.parquet')
      ? 'x-application/vnd.amazon+parquet'
      : 'text/csv;header=present',
    CompressionType: 'None',
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: uri } }
  };
}
