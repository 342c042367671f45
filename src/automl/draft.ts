import type { Account } from '../core/account';
import type { Row } from '../core/client';
import type { CodeForm } from '../core/code';
import type { Input } from '../core/operations';
import { boto3Code, literal } from '../core/python';

/** What the wizard asks for. */
export interface Draft {
  name: string;
  data: string;
  output: string;
  target: string;
  /** Columns that are trained on; null: all but the target. */
  features: readonly string[] | null;
  mode: 'AUTO' | 'ENSEMBLING';
  problemType:
    '' | 'Regression' | 'BinaryClassification' | 'MulticlassClassification';
  objective: string;
  maxRuntime: number;
  maxCandidates: number;
  deploys: boolean;
  endpoint: string;
}

const BINARY = [
  'F1',
  'Accuracy',
  'AUC',
  'BalancedAccuracy',
  'Precision',
  'Recall'
];
const MULTICLASS = [
  'Accuracy',
  'F1macro',
  'BalancedAccuracy',
  'PrecisionMacro',
  'RecallMacro'
];

/** The metrics that may be the objective, the default first. */
export const OBJECTIVES: Readonly<
  Record<Draft['problemType'], readonly string[]>
> = {
  '': [],
  Regression: ['MSE', 'RMSE', 'MAE', 'R2'],
  BinaryClassification: BINARY,
  MulticlassClassification: MULTICLASS
};

type Request = Input<'CreateAutoMLJobV2'>;
type Metric = NonNullable<Request['AutoMLJobObjective']>['MetricName'];

/** Where the list of columns to train on is kept, which the API takes as an object. */
export function featuresPlace(draft: Draft, account: Account): string {
  return `s3://${account.bucket}/automl/${draft.name}/feature-specification.json`;
}

export function featuresFile(draft: Draft): string {
  return JSON.stringify({ FeatureAttributeNames: draft.features ?? [] });
}

export function request(draft: Draft, account: Account): Request {
  const isParquet = draft.data.endsWith('.parquet');
  return {
    AutoMLJobName: draft.name,
    AutoMLJobInputDataConfig: [
      {
        ChannelType: 'training',
        ContentType: isParquet
          ? 'x-application/vnd.amazon+parquet'
          : 'text/csv;header=present',
        CompressionType: 'None',
        DataSource: {
          S3DataSource: { S3DataType: 'S3Prefix', S3Uri: draft.data }
        }
      }
    ],
    OutputDataConfig: { S3OutputPath: draft.output },
    AutoMLProblemTypeConfig: {
      TabularJobConfig: {
        TargetAttributeName: draft.target,
        ProblemType: draft.problemType || undefined,
        Mode: draft.mode,
        FeatureSpecificationS3Uri:
          draft.features === null ? undefined : featuresPlace(draft, account),
        CompletionCriteria: {
          MaxAutoMLJobRuntimeInSeconds: draft.maxRuntime,
          MaxCandidates: draft.maxCandidates || undefined
        }
      }
    },
    RoleArn: account.role,
    AutoMLJobObjective: draft.objective
      ? { MetricName: draft.objective as Metric }
      : undefined,
    ModelDeployConfig: draft.deploys
      ? draft.endpoint
        ? { EndpointName: draft.endpoint }
        : { AutoGenerateEndpointName: true }
      : undefined
  } as Request;
}

/** The calls of the wizard, as boto3 and as smkit's own short form. */
export function codeForms(draft: Draft, account: Account): CodeForm[] {
  const input = request(draft, account) as Row;
  const forms = [
    {
      label: 'boto3',
      code: boto3Code([{ operation: 'CreateAutoMLJobV2', input }])
    }
  ];
  return draft.features === null && !draft.deploys && !draft.maxCandidates
    ? [...forms, { label: 'smkit', code: shortCode(draft) }]
    : forms;
}

function shortCode(draft: Draft): string {
  const given: [string, unknown][] = [
    ['target', draft.target],
    ['problem_type', draft.problemType],
    ['objective', draft.objective],
    ['max_runtime', draft.maxRuntime],
    ['name', draft.name]
  ];
  const lines = given
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `    ${name}=${literal(value, 1)},\n`)
    .join('');
  return `from jupyter_smkit.workflow import candidates, train_automl

train_automl(
    ${literal(draft.data)},
${lines})
candidates(${literal(draft.name)})
`;
}
