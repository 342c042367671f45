import type { CodeForm } from './code';
import type { Places, Plan } from './plan';
import { bucketsOf } from './plan';
import { Code, asPythonText, boto3Code, literal, pythonCall } from './python';
import { cliCode } from './shell';

/** What a page does, in every form that there is: `others` stand between boto3 and the AWS CLI. */
export function codeForms(
  plan: Plan,
  others: readonly CodeForm[] = []
): CodeForm[] {
  return [
    { label: 'boto3', code: boto3Code(plan) },
    ...others,
    { label: 'AWS CLI', code: cliCode(plan), language: 'shell' }
  ];
}

const SDK = 'SageMaker SDK v2';

/** The SageMaker SDK's form, where it has one; `code` follows after the objects are there. */
export function sdkForm(code: string | null, places: Places = {}): CodeForm[] {
  const uploads = (places.puts ?? []).map(({ uri, text, file }) => {
    const body =
      file === undefined ? asPythonText(text) : `open(${literal(file)}).read()`;
    const args = { body: new Code(body), desired_s3_uri: uri };
    return pythonCall('S3Uploader.upload_string_as_file_body', args);
  });
  const uploader =
    uploads.length > 0 ? 'from sagemaker.s3 import S3Uploader\n' : '';
  const before =
    bucketsOf(places).length > 0
      ? `from sagemaker import Session\n${uploader}\n` +
        `Session().default_bucket()\n${uploads.join('')}\n`
      : '';
  return code === null ? [] : [{ label: SDK, code: before + code }];
}
