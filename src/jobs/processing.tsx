import type { Row } from '../core/client';
import { between, moment, text } from '../core/format';
import { jobIcon } from '../core/icons';
import type { Artifact, Kind } from '../core/kind';
import { usualColumns } from '../core/kind';
import type { Input } from '../core/operations';
import { boto3Code, pick } from '../core/python';
import type { ISmkit } from '../core/smkit';
import { JOB_STATUSES, lastsColumn } from './shared';
import { shortForm } from './short';

const CREATE_MEMBERS: readonly (keyof Input<'CreateProcessingJob'>)[] = [
  'ProcessingJobName',
  'ProcessingInputs',
  'ProcessingOutputConfig',
  'ProcessingResources',
  'StoppingCondition',
  'AppSpecification',
  'Environment',
  'NetworkConfig',
  'RoleArn',
  'ExperimentConfig'
];

export function processingKind({ trans }: ISmkit): Kind {
  const page = 'processing-jobs';
  const key = 'ProcessingJobName';
  const status = 'ProcessingJobStatus';
  return {
    name: 'ProcessingJob',
    page,
    singular: trans.__('Processing job'),
    plural: trans.__('Processing jobs'),
    icon: jobIcon,
    section: 'build',
    rank: 20,
    list: {
      operation: 'ListProcessingJobs',
      rows: 'ProcessingJobSummaries',
      sorts: { Name: 'Name', Status: 'Status', CreationTime: 'CreationTime' },
      filters: true,
      statuses: JOB_STATUSES
    },
    key,
    status,
    columns: [
      ...usualColumns(trans, page, key, status),
      lastsColumn(trans, 'CreationTime', 'ProcessingEndTime', status)
    ],
    describe: 'DescribeProcessingJob',
    stop: 'StopProcessingJob',
    first: trans.__(
      'A processing job runs a script over data in s3:// and puts what it makes back there.'
    ),
    create: {
      command: 'smkit:new-processing-job',
      label: trans.__('New processing job')
    },
    record: {
      overview: record => {
        const app = (record.AppSpecification ?? {}) as Row;
        const entry = [
          ...((app.ContainerEntrypoint ?? []) as string[]),
          ...((app.ContainerArguments ?? []) as string[])
        ];
        return [
          { label: trans.__('Created'), value: moment(record.CreationTime) },
          {
            label: trans.__('Ran for'),
            value: between(record.ProcessingStartTime, record.ProcessingEndTime)
          },
          {
            label: trans.__('Exit message'),
            value: text(record, 'ExitMessage')
          },
          { label: trans.__('Image'), value: text(app, 'ImageUri') },
          {
            label: trans.__('Program'),
            value: entry.length > 0 ? <code>{entry.join(' ')}</code> : ''
          },
          { label: trans.__('Role'), value: text(record, 'RoleArn') },
          { label: 'ARN', value: text(record, 'ProcessingJobArn') }
        ];
      },
      log: record => ({
        group: '/aws/sagemaker/ProcessingJobs',
        prefix: `${text(record, key)}/`
      }),
      artifacts: places,
      code: record => [
        {
          label: 'boto3',
          code: boto3Code([
            {
              operation: 'CreateProcessingJob',
              input: pick(record, CREATE_MEMBERS)
            }
          ])
        },
        ...shortForm(record)
      ]
    }
  };
}

interface Place {
  InputName?: string;
  OutputName?: string;
  S3Input?: { S3Uri?: string };
  S3Output?: { S3Uri?: string };
}

function places(record: Row): Artifact[] {
  const config = (record.ProcessingOutputConfig ?? {}) as Row;
  const outputs = (config.Outputs ?? []) as Place[];
  const inputs = (record.ProcessingInputs ?? []) as Place[];
  return [
    ...outputs.map(each => ({
      label: `→ ${each.OutputName ?? ''}`,
      uri: each.S3Output?.S3Uri ?? ''
    })),
    ...inputs.map(each => ({
      label: `← ${each.InputName ?? ''}`,
      uri: each.S3Input?.S3Uri ?? ''
    }))
  ].filter(place => place.uri !== '');
}
