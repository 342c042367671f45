import type { Row } from '../core/client';
import { duration, moment, text } from '../core/format';
import { trainingIcon } from '../core/icons';
import type { Artifact, Kind } from '../core/kind';
import { usualColumns } from '../core/kind';
import type { Input } from '../core/operations';
import { boto3Code, pick } from '../core/python';
import type { ISmkit } from '../core/smkit';
import { StatusPill } from '../core/status-pill';
import { MetricsTable } from './metrics';
import { JOB_STATUSES, lastsColumn } from './shared';

const CREATE_MEMBERS: readonly (keyof Input<'CreateTrainingJob'>)[] = [
  'TrainingJobName',
  'HyperParameters',
  'AlgorithmSpecification',
  'RoleArn',
  'InputDataConfig',
  'OutputDataConfig',
  'ResourceConfig',
  'StoppingCondition',
  'CheckpointConfig',
  'Environment'
];

export function trainingKind({ trans }: ISmkit): Kind {
  const page = 'training-jobs';
  const key = 'TrainingJobName';
  const status = 'TrainingJobStatus';
  return {
    name: 'TrainingJob',
    page,
    singular: trans.__('Training job'),
    plural: trans.__('Training jobs'),
    icon: trainingIcon,
    section: 'build',
    rank: 30,
    list: {
      operation: 'ListTrainingJobs',
      rows: 'TrainingJobSummaries',
      sorts: { Name: 'Name', Status: 'Status', CreationTime: 'CreationTime' },
      filters: true,
      statuses: JOB_STATUSES
    },
    key,
    status,
    columns: [
      ...usualColumns(trans, page, key, status),
      lastsColumn(trans, 'CreationTime', 'TrainingEndTime', status)
    ],
    describe: 'DescribeTrainingJob',
    stop: 'StopTrainingJob',
    first: trans.__(
      'Train with the sagemaker SDK or with create_training_job(…); the job and its model appear here.'
    ),
    record: {
      overview: record => {
        const algorithm = (record.AlgorithmSpecification ?? {}) as Row;
        const seconds = record.TrainingTimeInSeconds;
        return [
          {
            label: trans.__('Step'),
            value: <StatusPill status={text(record, 'SecondaryStatus')} />
          },
          { label: trans.__('Created'), value: moment(record.CreationTime) },
          {
            label: trans.__('Trained for'),
            value: typeof seconds === 'number' ? duration(seconds) : ''
          },
          { label: trans.__('Image'), value: text(algorithm, 'TrainingImage') },
          { label: trans.__('Role'), value: text(record, 'RoleArn') },
          { label: 'ARN', value: text(record, 'TrainingJobArn') }
        ];
      },
      tabs: record => {
        const metrics = (record.FinalMetricDataList ?? []) as Row[];
        return metrics.length === 0
          ? []
          : [
              {
                id: 'metrics',
                label: trans.__('Metrics'),
                content: () => <MetricsTable metrics={metrics} />
              }
            ];
      },
      log: record => ({
        group: '/aws/sagemaker/TrainingJobs',
        prefix: `${text(record, key)}/`
      }),
      artifacts: record => artifacts(record, trans.__('Model')),
      code: record => [
        {
          label: 'boto3',
          code: boto3Code([
            {
              operation: 'CreateTrainingJob',
              input: pick(record, CREATE_MEMBERS)
            }
          ])
        }
      ]
    }
  };
}

interface Channel {
  ChannelName?: string;
  DataSource?: { S3DataSource?: { S3Uri?: string } };
}

function artifacts(record: Row, model: string): Artifact[] {
  const made = (record.ModelArtifacts ?? {}) as Row;
  const channels = (record.InputDataConfig ?? []) as Channel[];
  return [
    { label: `→ ${model}`, uri: text(made, 'S3ModelArtifacts') },
    ...channels.map(channel => ({
      label: `← ${channel.ChannelName ?? ''}`,
      uri: channel.DataSource?.S3DataSource?.S3Uri ?? ''
    }))
  ].filter(each => each.uri !== '');
}
