import type { Row } from './client';
import type { Plan, Put } from './plan';
import { bucketsOf } from './plan';
import { splitUri } from './s3';

const WIDTH = 80;

/** Python that stands as it is where a value does. */
export class Code {
  constructor(readonly text: string) {}
}

/** `name(a=1)`; arguments that are undefined are left out. */
export class Made {
  constructor(
    readonly name: string,
    readonly args: Readonly<Record<string, unknown>>
  ) {}
}

/** A JSON value, or what stands for one, as Python. */
export function literal(value: unknown, indent = 0): string {
  if (value === null || value === undefined) {
    return 'None';
  }
  if (typeof value === 'boolean') {
    return value ? 'True' : 'False';
  }
  if (value instanceof Code) {
    return value.text;
  }
  if (Array.isArray(value)) {
    const items = (depth: number): string[] =>
      value.map(each => literal(each, depth));
    return group('[', items, ']', indent);
  }
  if (value instanceof Made) {
    const args = (depth: number): string[] =>
      given(value.args).map(
        ([name, each]) => `${name}=${literal(each, depth)}`
      );
    return group(`${value.name}(`, args, ')', indent);
  }
  if (typeof value === 'object') {
    const members = (depth: number): string[] =>
      given(value as Row).map(
        ([name, each]) => `${literal(name)}: ${literal(each, depth)}`
      );
    return group('{', members, '}', indent);
  }
  return JSON.stringify(value);
}

/** On one line where it is short; else each item on a line of its own. */
function group(
  open: string,
  items: (indent: number) => string[],
  close: string,
  indent: number
): string {
  const end = '    '.repeat(indent);
  const flat = `${open}${items(indent).join(', ')}${close}`;
  if (!flat.includes('\n') && flat.length + end.length < WIDTH) {
    return flat;
  }
  const lines = items(indent + 1).map(line => `${end}    ${line},\n`);
  return `${open}\n${lines.join('')}${end}${close}`;
}

function given(value: Row): [string, unknown][] {
  return Object.entries(value).filter(([, each]) => each !== undefined);
}

/** Source code as a Python string that can be read. */
export function asPythonText(source: string): string {
  return /"""|\\|"$/.test(source) ? literal(source) : `"""\\\n${source}"""`;
}

export function pythonCall(
  name: string,
  args: Readonly<Record<string, unknown>>
): string {
  return `${literal(new Made(name, args))}\n`;
}

/** `CreateAutoMLJobV2` → `create_auto_ml_job_v2`, as boto3 names its methods. */
export function methodName(operation: string): string {
  return operation
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

/** The boto3 program that does what a page does. */
export function boto3Code(plan: Plan): string {
  const { puts = [], calls, region } = plan;
  const parts = ['import boto3\n'];
  const buckets = bucketsOf(plan).map(bucket => makeBucket(bucket, region));
  if (buckets.length > 0) {
    parts.push(
      ['s3 = boto3.client("s3")\n', ...buckets, ...puts.map(put)].join('')
    );
  }
  parts.push('sagemaker = boto3.client("sagemaker")\n');
  parts.push(
    ...calls.map(({ operation, input }) =>
      pythonCall(`sagemaker.${methodName(operation)}`, input)
    )
  );
  return parts.join('\n');
}

function makeBucket(bucket: string, region = 'us-east-1'): string {
  const name = literal(bucket);
  // us-east-1 alone is no LocationConstraint.
  const place =
    region === 'us-east-1'
      ? ''
      : `, CreateBucketConfiguration=${literal({ LocationConstraint: region })}`;
  return (
    `if ${name} not in [each["Name"] for each in s3.list_buckets()["Buckets"]]:\n` +
    `    s3.create_bucket(Bucket=${name}${place})\n`
  );
}

function put({ uri, text, file }: Put): string {
  const [Bucket, Key] = splitUri(uri) ?? ['', ''];
  return file === undefined
    ? pythonCall('s3.put_object', {
        Bucket,
        Key,
        Body: new Code(asPythonText(text))
      })
    : `s3.upload_file(${[file, Bucket, Key].map(each => literal(each)).join(', ')})\n`;
}
