import type { Row } from '../core/client';
import type { CodeForm } from '../core/code';
import { text } from '../core/format';
import { literal } from '../core/python';

const ROOT = '/opt/ml/processing';

interface Place {
  InputName?: string;
  OutputName?: string;
  S3Input?: { S3Uri?: string };
  S3Output?: { S3Uri?: string };
}

/** `jupyter_smkit.workflow.process`, where the record is what it would have made. */
export function shortForm(record: Row, source?: string): CodeForm[] {
  const app = (record.AppSpecification ?? {}) as Row;
  const [program, script, ...more] = (app.ContainerEntrypoint ??
    []) as string[];
  if (
    program !== 'python3' ||
    !script?.startsWith(`${ROOT}/input/code/`) ||
    more.length > 0
  ) {
    return [];
  }
  const inputs = ((record.ProcessingInputs ?? []) as Place[]).map(
    each => [each.InputName ?? '', each.S3Input?.S3Uri ?? ''] as const
  );
  const outputs = (
    ((record.ProcessingOutputConfig ?? {}) as Row).Outputs as
      Place[] | undefined
  )?.map(each => [each.OutputName ?? '', each.S3Output?.S3Uri ?? ''] as const);
  const code = inputs.find(([name]) => name === 'code')?.[1] ?? '';
  const data = inputs.filter(([name]) => name !== 'code');
  const given: (readonly [string, unknown])[] = [
    ['inputs', Object.fromEntries(data)],
    ['outputs', Object.fromEntries(outputs ?? [])],
    ['arguments', app.ContainerArguments],
    ['environment', record.Environment],
    ['image', text(app, 'ImageUri')],
    ['name', text(record, 'ProcessingJobName')]
  ];
  const lines = given
    .filter(([, value]) => !isEmpty(value))
    .map(([name, value]) => `    ${name}=${literal(value, 1)},\n`)
    .join('');
  const [head, first] =
    source === undefined
      ? [
          'import boto3\nfrom jupyter_smkit.workflow import process\n\n' +
            `bucket, _, key = ${literal(code)}.removeprefix("s3://").partition("/")\n` +
            'script = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()\n',
          'script'
        ]
      : ['from jupyter_smkit.workflow import process\n', asPythonText(source)];
  return [
    {
      label: 'smkit',
      code: `${head}\nprocess(\n    ${first},\n${lines})\n`
    }
  ];
}

/** Source code as a Python string that can be read. */
export function asPythonText(source: string): string {
  const plain = !source.includes('"""') && !source.includes('\\');
  return plain ? `"""\n${source.trimEnd()}\n"""` : literal(source);
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === '' ||
    (typeof value === 'object' && Object.keys(value as object).length === 0)
  );
}
