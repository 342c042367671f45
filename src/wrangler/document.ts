import type { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';

import { parseJson, stringifyJson } from './json';

export type Parameters = Readonly<Record<string, unknown>>;

export interface Input {
  readonly name: string;
  readonly node_id: string;
  readonly output_name?: string;
}

/** One step, as the file has it. */
export interface FlowNode {
  readonly node_id: string;
  readonly type: string;
  readonly operator: string;
  readonly parameters?: Parameters;
  readonly trained_parameters?: unknown;
  readonly name?: string | null;
  readonly inputs?: readonly Input[];
  readonly outputs?: readonly { readonly name: string }[];
}

/** AWS's flow document; what is not understood stays in it. */
export interface Flow {
  readonly metadata?: unknown;
  readonly nodes: readonly FlowNode[];
}

export const INFER_TYPES = 'sagemaker.spark.infer_and_cast_type_0.1';
const PREVIEW_ROWS = 50_000;

export function emptyFlow(): Flow {
  return { metadata: { version: 1, disable_limits: false }, nodes: [] };
}

/** The flow in a file's text, an empty one in an empty file; raises Error with a sentence. */
export function readFlow(text: string, trans: TranslationBundle): Flow {
  if (text.trim() === '') {
    return emptyFlow();
  }
  const found = parseJson(text) as Partial<Flow> | null;
  if (!found || !Array.isArray(found.nodes)) {
    throw new Error(
      trans.__("'nodes' is missing, or is no list: this is no flow")
    );
  }
  for (const node of found.nodes as Partial<FlowNode>[]) {
    if (!node?.node_id || !node.type || !node.operator) {
      throw new Error(trans.__('A step has no node_id, type or operator'));
    }
  }
  return found as Flow;
}

export function writeFlow(flow: Flow, before: string): string {
  const isCompact = before !== '' && !before.trim().includes('\n');
  return stringifyJson(flow, isCompact ? 0 : 2);
}

export function nodeOf(flow: Flow, id: string | null): FlowNode | undefined {
  return flow.nodes.find(node => node.node_id === id);
}

export function inputsOf(node: FlowNode): readonly Input[] {
  return node.inputs ?? [];
}

function feedsOn(node: FlowNode, id: string): boolean {
  return inputsOf(node).some(input => input.node_id === id);
}

/** A step and all that it needs, in the file's order. */
export function ancestors(flow: Flow, id: string): FlowNode[] {
  const wanted = new Set<string>();
  const visit = (each: string): void => {
    const node = nodeOf(flow, each);
    if (node && !wanted.has(each)) {
      wanted.add(each);
      inputsOf(node).forEach(input => visit(input.node_id));
    }
  };
  visit(id);
  return flow.nodes.filter(node => wanted.has(node.node_id));
}

/** The step that is shown first: the last one that gives rows. */
export function lastStep(flow: Flow): FlowNode | undefined {
  return [...flow.nodes].reverse().find(node => node.type !== 'VISUALIZATION');
}

export interface NewStep {
  operator: string;
  type: string;
  parameters: Parameters;
  name?: string;
}

function made(step: NewStep, inputs: readonly Input[]): FlowNode {
  const isSource = step.type === 'SOURCE';
  const sampling = {
    sampling_method: 'sample_by_limit',
    limit_rows: PREVIEW_ROWS
  };
  const output = isSource ? { name: 'default', sampling } : { name: 'default' };
  return {
    node_id: UUID.uuid4(),
    type: step.type,
    operator: step.operator,
    ...(step.name ? { name: step.name } : {}),
    parameters: step.parameters,
    inputs,
    outputs: [output]
  };
}

/** A source with its types settled behind it, as AWS's editor adds one; the last new step's id. */
export function addSource(flow: Flow, step: NewStep): [Flow, string] {
  const source = made(step, []);
  const types = made(
    { operator: INFER_TYPES, type: 'TRANSFORM', parameters: {} },
    [{ name: 'default', node_id: source.node_id, output_name: 'default' }]
  );
  const nodes = [...flow.nodes, source, types];
  return [{ ...flow, nodes }, types.node_id];
}

/** A step behind `after`, before all that feeds on it; a destination stands beside them. */
export function insertStep(
  flow: Flow,
  after: string,
  step: NewStep
): [Flow, string] {
  const output = nodeOf(flow, after)?.outputs?.[0]?.name ?? 'default';
  const input = { name: 'df', node_id: after, output_name: output };
  const node = made(step, [input]);
  const rewired =
    step.type === 'DESTINATION'
      ? flow.nodes
      : flow.nodes.map(each =>
          each.type === 'VISUALIZATION'
            ? each
            : redirect(each, after, {
                node_id: node.node_id,
                output_name: 'default'
              })
        );
  return [{ ...flow, nodes: [...rewired, node] }, node.node_id];
}

function redirect(
  node: FlowNode,
  from: string,
  to: Pick<Input, 'node_id' | 'output_name'>
): FlowNode {
  if (!feedsOn(node, from)) {
    return node;
  }
  const inputs = inputsOf(node).map(input =>
    input.node_id === from ? { ...input, ...to } : input
  );
  return { ...node, inputs };
}

/** New parameters; what was fitted for the old ones is forgotten. */
export function updateStep(
  flow: Flow,
  id: string,
  parameters: Parameters
): Flow {
  const nodes = flow.nodes.map(node => {
    if (node.node_id !== id) {
      return node;
    }
    const kept = Object.entries(node).filter(
      ([member]) => member !== 'trained_parameters'
    );
    return { ...(Object.fromEntries(kept) as typeof node), parameters };
  });
  return { ...flow, nodes };
}

/** Without the step: what fed on it feeds on its input; without an input it goes too. */
export function deleteStep(flow: Flow, id: string): Flow {
  const node = nodeOf(flow, id);
  const consumers = flow.nodes.filter(each => feedsOn(each, id));
  const above = node && inputsOf(node)[0];
  if (!above || (node.outputs?.length ?? 1) > 1) {
    const rest = consumers.reduce(
      (each, consumer) => deleteBranch(each, consumer.node_id),
      flow
    );
    return without(rest, id);
  }
  const nodes = flow.nodes.map(each =>
    redirect(each, id, {
      node_id: above.node_id,
      output_name: above.output_name
    })
  );
  return without({ ...flow, nodes }, id);
}

function deleteBranch(flow: Flow, id: string): Flow {
  const consumers = flow.nodes.filter(each => feedsOn(each, id));
  const rest = consumers.reduce(
    (each, consumer) => deleteBranch(each, consumer.node_id),
    flow
  );
  return without(rest, id);
}

function without(flow: Flow, id: string): Flow {
  return { ...flow, nodes: flow.nodes.filter(node => node.node_id !== id) };
}
