import type { Operator } from './catalogue';
import { withBlock } from './catalogue';
import type { Flow, Parameters } from './document';
import { addSource, insertStep, nodeOf, updateStep } from './document';
import { initial, missing } from './schema';

/** A step that is being made or changed, and is not in the flow yet. */
export interface Draft {
  operator: Operator;
  block: Parameters;
  /** The step that is changed; without it, a new one. */
  node?: string;
  /** What a new step stands behind; a source stands behind nothing. */
  after?: string;
}

export function complete(draft: Draft): boolean {
  return missing(draft.operator.schema, draft.block).length === 0;
}

/** Whether it holds something that a user has entered. */
export function begun({ operator, block, node }: Draft): boolean {
  const empty = JSON.stringify(initial(operator.schema));
  return node !== undefined || JSON.stringify(block) !== empty;
}

/** Whether the step that it changes, or stands behind, is in the flow. */
export function hasPlace(flow: Flow, { node, after }: Draft): boolean {
  const step = node ?? after;
  return step === undefined || nodeOf(flow, step) !== undefined;
}

/** The flow as it would be with the draft in it, and the step to look at. */
export function applied(flow: Flow, draft: Draft): [Flow, string] {
  const { operator, block, node, after } = draft;
  if (node) {
    const before = nodeOf(flow, node)?.parameters;
    return [updateStep(flow, node, withBlock(operator, block, before)), node];
  }
  const step = {
    operator: operator.id,
    type: operator.type,
    parameters: withBlock(operator, block),
    name: operator.type === 'DESTINATION' ? 'S3' : undefined
  };
  return after ? insertStep(flow, after, step) : addSource(flow, step);
}

/** A new source's parameters with what every source of AWS's editor has. */
export function namedSource(block: Parameters): Parameters {
  const definition = (block.dataset_definition ?? {}) as Record<
    string,
    unknown
  >;
  const context = (definition.s3ExecutionContext ?? {}) as Record<
    string,
    unknown
  >;
  const uri = String(context.s3Uri ?? '');
  const last = uri.replace(/\/+$/, '').split('/').pop() ?? '';
  const parquet = /\.(parquet|pq)$/i.test(uri);
  return {
    ...block,
    dataset_definition: {
      __typename: 'S3CreateDatasetDefinitionOutput',
      datasetSourceType: 'S3',
      ...definition,
      name: definition.name || last,
      s3ExecutionContext: {
        __typename: 'S3ExecutionContext',
        ...context,
        ...(parquet ? { s3ContentType: 'parquet' } : {})
      }
    }
  };
}
