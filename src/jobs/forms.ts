import type { Account } from '../core/account';
import type { Row } from '../core/client';
import type { CodeForm } from '../core/code';
import { sdkForm } from '../core/code-forms';
import type { Put } from '../core/plan';
import { Code, asPythonText, pythonCall } from '../core/python';
import { splitUri } from '../core/s3';
import { quoted } from '../core/shell';
import { processingSdk } from './processing-sdk';
import type { Script } from './script';
import { scriptOf, sourcePlace } from './script';

/** The forms of a processing job; with its source where that is known. */
export function processingForms(
  request: Row,
  account: Account,
  source?: Put
): CodeForm[] {
  const script = scriptOf(request, account);
  return [
    ...sdkForm(processingSdk(request), { puts: source && [source] }),
    ...(script ? [shortForm(script, account, source?.text)] : []),
    ...(script && source ? [cellForm(script, source.text)] : [])
  ];
}

function shortForm(
  script: Script,
  account: Account,
  source?: string
): CodeForm {
  const { name, image, instanceType, inputs, outputs, environment } = script;
  const [Bucket, Key] = splitUri(sourcePlace(name, account)) ?? [];
  const stored =
    'import boto3\n' +
    'from jupyter_smkit.workflow import process\n\n' +
    `stored = ${pythonCall('boto3.client("s3").get_object', { Bucket, Key })}` +
    'source = stored["Body"].read().decode()\n';
  const call = pythonCall('process', {
    code: new Code(source === undefined ? 'source' : asPythonText(source)),
    inputs: filled(inputs),
    outputs: filled(outputs),
    arguments: script.arguments.length > 0 ? script.arguments : undefined,
    environment: filled(environment),
    image,
    instance_type: instanceType,
    name,
    wait: false
  });
  const head =
    source === undefined
      ? stored
      : 'from jupyter_smkit.workflow import process\n';
  return { label: 'smkit', code: `${head}\n${call}` };
}

function filled(values: Readonly<Record<string, string>>): Row | undefined {
  return Object.keys(values).length > 0 ? values : undefined;
}

/** `%%sm process` on a cell that holds the source. */
function cellForm(script: Script, source: string): CodeForm {
  const pairs = (
    option: string,
    values: Readonly<Record<string, string>>
  ): string[] =>
    Object.entries(values).flatMap(([name, value]) => [
      option,
      `${name}=${value}`
    ]);
  const words = [
    ...['--name', script.name, '--image', script.image],
    ...['--instance-type', script.instanceType, '--no-wait'],
    ...pairs('--input', script.inputs),
    ...pairs('--output', script.outputs),
    ...pairs('--env', script.environment),
    ...(script.arguments.length > 0 ? ['--', ...script.arguments] : [])
  ];
  return {
    label: '%%sm',
    code: `%%sm process ${words.map(quoted).join(' ')}\n${source}`
  };
}
