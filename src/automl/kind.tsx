import { PageLink, statusCell } from '../core/cells';
import type { Row } from '../core/client';
import { between, text } from '../core/format';
import { autoMLIcon } from '../core/icons';
import type { Artifact, Kind } from '../core/kind';
import { kindOf } from '../core/kind';
import type { ISmkit } from '../core/smkit';
import { Deploy } from './deploy';
import { autoMLForms } from './forms';
import { Leaderboard } from './leaderboard';
import { Progress } from './progress';

export function autoMLKind({ trans }: ISmkit): Kind {
  return kindOf(trans, {
    name: 'AutoMLJob',
    page: 'automl',
    plural: trans.__('AutoML experiments'),
    icon: autoMLIcon,
    section: 'build',
    rank: 10,
    status: 'AutoMLJobStatus',
    columns: usual => [
      ...usual,
      {
        id: 'Step',
        label: trans.__('Step'),
        cell: statusCell('AutoMLJobSecondaryStatus')
      }
    ],
    describe: 'DescribeAutoMLJobV2',
    creates: 'CreateAutoMLJobV2',
    stop: 'StopAutoMLJob',
    first: trans.__(
      'Give it a table and the column to predict; it trains models, ranks them and deploys the best.'
    ),
    create: {
      command: 'smkit:new-automl',
      label: trans.__('New AutoML experiment')
    },
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
        }
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
      prefix: `${text(record, 'AutoMLJobName')}/`
    }),
    artifacts: record => artifacts(record, trans.__('Model')),
    forms: autoMLForms
  });
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
    label: model,
    uri: text(container, 'ModelDataUrl')
  }));
  return [...Object.entries(made), ...Object.entries(reports)]
    .map(([label, uri]) => ({
      label: words(label.replace(/Location$/, '')),
      uri
    }))
    .concat(models);
}

/** `CandidateDefinitionNotebook` → `Candidate definition notebook`. */
function words(member: string): string {
  const spaced = member.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
