import type { Row } from './client';

/** A JSON value as a Python literal. */
export function literal(value: unknown, indent = 0): string {
  if (value === null || value === undefined) {
    return 'None';
  }
  if (typeof value === 'boolean') {
    return value ? 'True' : 'False';
  }
  if (typeof value === 'number') {
    return String(value);
  }
  if (typeof value === 'string') {
    return JSON.stringify(value);
  }
  const pad = '    '.repeat(indent + 1);
  const end = '    '.repeat(indent);
  if (Array.isArray(value)) {
    if (value.length === 0) {
      return '[]';
    }
    const flat = `[${value.map(each => literal(each, indent)).join(', ')}]`;
    if (!flat.includes('\n') && flat.length + end.length < 80) {
      return flat;
    }
    const items = value.map(each => `${pad}${literal(each, indent + 1)},\n`);
    return `[\n${items.join('')}${end}]`;
  }
  const entries = given(value as Row);
  if (entries.length === 0) {
    return '{}';
  }
  const flat = `{${entries.map(([name, each]) => `${JSON.stringify(name)}: ${literal(each, indent)}`).join(', ')}}`;
  if (!flat.includes('\n') && flat.length + end.length < 80) {
    return flat;
  }
  const members = entries.map(
    ([name, each]) =>
      `${pad}${JSON.stringify(name)}: ${literal(each, indent + 1)},\n`
  );
  return `{\n${members.join('')}${end}}`;
}

function given(value: Row): [string, unknown][] {
  return Object.entries(value).filter(([, each]) => each !== undefined);
}

/** `CreateAutoMLJobV2` → `create_auto_ml_job_v2`, as boto3 names its methods. */
export function methodName(operation: string): string {
  return operation
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

export interface Step {
  operation: string;
  input: Row;
}

/** The boto3 program that makes the calls of a page, after what must be there `before`. */
export function boto3Code(steps: readonly Step[], before = ''): string {
  const calls = steps.map(({ operation, input }) => {
    const members = given(input).map(
      ([name, value]) => `    ${name}=${literal(value, 1)},\n`
    );
    return `sagemaker.${methodName(operation)}(\n${members.join('')})\n`;
  });
  const head = 'import boto3\n\nsagemaker = boto3.client("sagemaker")\n\n';
  return head + before + calls.join('\n');
}

/** The members of a record that `Create…` takes. */
export function pick(record: Row, members: readonly string[]): Row {
  const entries = members
    .filter(member => record[member] !== undefined)
    .map(member => [member, record[member]]);
  return Object.fromEntries(entries) as Row;
}
