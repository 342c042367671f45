import type { FlowNode, Parameters } from './document';
import type { Schema } from './schema';

/** One choice of one of AWS's operators, as the catalogue has it. */
export interface Operator {
  id: string;
  choice: string;
  block: string;
  title: string;
  group: string;
  type: string;
  inputs: number;
  outputs: string[];
  schema: Schema;
  description: string;
  keywords: string[];
}

export function operatorOf(
  operators: readonly Operator[],
  node: FlowNode
): Operator | undefined {
  const choice = (node.parameters?.operator as string | undefined) ?? '';
  const sameId = operators.filter(operator => operator.id === node.operator);
  return (
    sameId.find(operator => operator.choice === choice) ??
    sameId.find(operator => operator.choice === '')
  );
}

/** The live block of a step's parameters, with plain numbers. */
export function liveBlock(operator: Operator, node: FlowNode): Parameters {
  const all = node.parameters ?? {};
  const block = operator.block ? (all[operator.block] ?? {}) : all;
  return JSON.parse(JSON.stringify(block)) as Parameters;
}

/** Parameters with another live block; the other blocks stay. */
export function withBlock(
  operator: Operator,
  block: Parameters,
  before: Parameters = {}
): Parameters {
  const choice = operator.choice ? { operator: operator.choice } : {};
  return operator.block
    ? { ...before, ...choice, [operator.block]: block }
    : { ...before, ...choice, ...block };
}

/** Operators whose title, group, description or keywords hold every word of `text`. */
export function search(
  operators: readonly Operator[],
  text: string
): Operator[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const ranked = operators
    .filter(operator => operator.type === 'TRANSFORM')
    .map(operator => {
      const title = operator.title.toLowerCase();
      const all = [
        title,
        operator.group,
        operator.description,
        ...operator.keywords
      ]
        .join(' ')
        .toLowerCase();
      const found = words.every(word => all.includes(word));
      const rank = words.some(word => title.includes(word)) ? 0 : 1;
      return { operator, found, rank };
    });
  return ranked
    .filter(each => each.found)
    .sort((a, b) => a.rank - b.rank)
    .map(each => each.operator);
}
