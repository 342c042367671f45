import { PageLink, statusCell } from '../core/cells';
import type { Row } from '../core/client';
import { between, moment, text } from '../core/format';
import { autoMLIcon } from '../core/icons';
import type { Artifact, Kind } from '../core/kind';
import { usualColumns } from '../core/kind';
import type { Input } from '../core/operations';
import { boto3Code, pick } from '../core/python';
import type { ISmkit } from '../core/smkit';
import { Deploy } from './deploy';
import { Leaderboard } from './leaderboard';
import { Progress } from './progress';

const CREATE_MEMBERS: readonly (keyof Input<'CreateAutoMLJobV2'>)[] = [
  'AutoMLJobName',
  'AutoMLJobInputDataConfig',
  'OutputDataConfig',
  'AutoMLProblemTypeConfig',
  'RoleArn',
  'AutoMLJobObjective',
  'DataSplitConfig',
  'ModelDeployConfig',
  'SecurityConfig'
];

export function autoMLKind({ trans }: ISmkit): Kind {
  const page = 'automl';
  const key = 'AutoMLJobName';
  const status = 'AutoMLJobStatus';
  return {
    name: 'AutoMLJob',
    page,
    singular: trans.__('AutoML experiment'),
    plural: trans.__('AutoML experiments'),
    icon: autoMLIcon,
    section: 'build',
    rank: 10,
    list: {
      operation: 'ListAutoMLJobs',
      rows: 'AutoMLJobSummaries',
      sorts: { Name: 'Name', Status: 'Status', CreationTime: 'CreationTime' },
      filters: true,
      statuses: ['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped']
    },
    key,
    status,
    columns: [
      ...usualColumns(trans, page, key, status),
      {
        id: 'Step',
        label: trans.__('Step'),
        cell: statusCell('AutoMLJobSecondaryStatus')
      }
    ],
    describe: 'DescribeAutoMLJobV2',
    stop: 'StopAutoMLJob',
    first: trans.__(
      'Give it a table and the column to predict; it trains models, ranks them and deploys the best.'
    ),
    create: {
      command: 'smkit:new-automl',
      label: trans.__('New AutoML experiment')
    },
    record: {
      overview: record => {
        const attributes = (record.ResolvedAttributes ?? {}) as Row;
        const objective = (attributes.AutoMLJobObjective ??
          record.AutoMLJobObjective ??
          {}) as Row;
        const config = (record.AutoMLProblemTypeConfig ?? {}) as Row;
        const tabular = (config.TabularJobConfig ?? {}) as Row;
        const deployed = text(
          (record.ModelDeployResult ?? {}) as Row,
          'EndpointName'
        );
        return [
          {
            label: trans.__('Progress'),
            value: <Progress record={record} />
          },
          {
            label: trans.__('Target'),
            value: text(tabular, 'TargetAttributeName')
          },
          {
            label: trans.__('Problem type'),
            value: problemType(record) || text(tabular, 'ProblemType')
          },
          {
            label: trans.__('Objective'),
            value: text(objective, 'MetricName')
          },
          { label: trans.__('Created'), value: moment(record.CreationTime) },
          {
            label: trans.__('Took'),
            value: between(record.CreationTime, record.EndTime)
          },
          {
            label: trans.__('Endpoint'),
            value: deployed ? (
              <PageLink page="endpoints/record" args={{ name: deployed }}>
                {deployed}
              </PageLink>
            ) : (
              ''
            )
          },
          { label: 'ARN', value: text(record, 'AutoMLJobArn') }
        ];
      },
      actions: record => <Deploy record={record} />,
      tabs: record => [
        {
          id: 'leaderboard',
          label: trans.__('Leaderboard'),
          content: () => <Leaderboard record={record} />
        }
      ],
      log: record => ({
        group: '/aws/sagemaker/AutoMLJobs',
        prefix: `${text(record, key)}/`
      }),
      artifacts: record => artifacts(record, trans.__('Model')),
      code: record => [
        {
          label: 'boto3',
          code: boto3Code([
            {
              operation: 'CreateAutoMLJobV2',
              input: pick(record, CREATE_MEMBERS)
            }
          ])
        }
      ]
    }
  };
}

function problemType(record: Row): string {
  const resolved = (record.ResolvedAttributes ?? {}) as Row;
  const nested = (resolved.AutoMLProblemTypeResolvedAttributes ?? {}) as Row;
  return text((nested.TabularResolvedAttributes ?? {}) as Row, 'ProblemType');
}

function artifacts(record: Row, model: string): Artifact[] {
  const made = (record.AutoMLJobArtifacts ?? {}) as Readonly<
    Record<string, string>
  >;
  const best = (record.BestCandidate ?? {}) as Row;
  const properties = (best.CandidateProperties ?? {}) as Row;
  const reports = (properties.CandidateArtifactLocations ?? {}) as Readonly<
    Record<string, string>
  >;
  const models = ((best.InferenceContainers ?? []) as Row[]).map(container => ({
    label: `→ ${model}`,
    uri: text(container, 'ModelDataUrl')
  }));
  return [...Object.entries(made), ...Object.entries(reports)]
    .map(([label, uri]) => ({
      label: `→ ${label.replace(/Location$/, '')}`,
      uri
    }))
    .concat(models);
}
