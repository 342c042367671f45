import type { Plan, Put } from './plan';
import { bucketsOf } from './plan';
import { methodName } from './python';

const END = 'END_OF_FILE';

/** A word that a shell, and `%sm`, take as it is. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replace(/'/g, `'\\''`)}'`;
}

/** The AWS CLI's commands for what a page does. */
export function cliCode(plan: Plan): string {
  const { puts = [], calls } = plan;
  const commands = calls.map(({ operation, input }) => {
    const command = methodName(operation).replace(/_/g, '-');
    const json = JSON.stringify(input, null, 2);
    return `aws sagemaker ${command} --cli-input-json ${quoted(json)}\n`;
  });
  const buckets = bucketsOf(plan).map(
    bucket => `aws s3 mb ${quoted(`s3://${bucket}`)} 2> /dev/null\n`
  );
  return [...buckets, ...puts.map(put), ...commands].join('\n');
}

function put({ uri, text, file }: Put): string {
  if (file !== undefined) {
    return `aws s3 cp ${quoted(file)} ${quoted(uri)}\n`;
  }
  const newline = text.endsWith('\n') ? '' : '\n';
  let end = END;
  while (text.split('\n').includes(end)) {
    end += '_';
  }
  return `aws s3 cp - ${quoted(uri)} <<'${end}'\n${text}${newline}${end}\n`;
}
