import type { Account } from '../core/account';
import type { Plan, Put } from '../core/plan';
import { splitUri } from '../core/s3';
import { channel } from './forms';

/** What the wizard asks for. */
export interface Draft {
  name: string;
  data: string;
  /** The object that was looked into: it tells in which format a prefix is. */
  sample: string;
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

/** The job, and the list of columns to train on, which the API takes as an object. */
export function plan(draft: Draft, account: Account): Plan {
  const features: Put = {
    uri: `s3://${account.bucket}/automl/${draft.name}/feature-specification.json`,
    text: JSON.stringify({ FeatureAttributeNames: draft.features ?? [] }),
    type: 'application/json'
  };
  const input = {
    AutoMLJobName: draft.name,
    AutoMLJobInputDataConfig: [channel(draft.data, draft.sample)],
    OutputDataConfig: { S3OutputPath: draft.output },
    AutoMLProblemTypeConfig: {
      TabularJobConfig: {
        TargetAttributeName: draft.target,
        ProblemType: draft.problemType || undefined,
        Mode: draft.mode,
        FeatureSpecificationS3Uri: draft.features ? features.uri : undefined,
        CompletionCriteria: {
          MaxAutoMLJobRuntimeInSeconds: draft.maxRuntime,
          MaxCandidates: draft.maxCandidates || undefined
        }
      }
    },
    RoleArn: account.role,
    AutoMLJobObjective: draft.objective
      ? { MetricName: draft.objective }
      : undefined,
    ModelDeployConfig: draft.deploys
      ? draft.endpoint
        ? { EndpointName: draft.endpoint }
        : { AutoGenerateEndpointName: true }
      : undefined
  };
  return {
    puts: draft.features ? [features] : [],
    calls: [{ operation: 'CreateAutoMLJobV2', input }],
    bucket:
      splitUri(draft.output)?.[0] === account.bucket ? account.bucket : '',
    region: account.region
  };
}
