import type { Account } from '../core/account';
import { isSame } from '../core/arguments';
import type { Row } from '../core/client';
import type { Input } from '../core/operations';

const ROOT = '/opt/ml/processing';

/** A script that runs as a processing job: what `jupyter_smkit.workflow.process` takes. */
export interface Script {
  name: string;
  image: string;
  instanceType: string;
  inputs: Readonly<Record<string, string>>;
  outputs: Readonly<Record<string, string>>;
  arguments: readonly string[];
  environment: Readonly<Record<string, string>>;
}

type Request = Input<'CreateProcessingJob'>;

/** Where `process` keeps the source. */
export function sourcePlace(name: string, account: Account): string {
  return `s3://${account.bucket}/${name}/input/code/cell.py`;
}

/** The request that `process` makes. */
export function requestOf(script: Script, account: Account): Request {
  const inputs = { code: sourcePlace(script.name, account), ...script.inputs };
  const outputs = Object.entries(script.outputs);
  return {
    ProcessingJobName: script.name,
    RoleArn: account.role,
    ProcessingInputs: Object.entries(inputs).map(([name, uri]) => ({
      InputName: name,
      S3Input: {
        S3Uri: uri,
        LocalPath: `${ROOT}/input/${name}`,
        S3DataType: 'S3Prefix',
        S3InputMode: 'File'
      }
    })),
    ProcessingOutputConfig:
      outputs.length === 0
        ? undefined
        : {
            Outputs: outputs.map(([name, uri]) => ({
              OutputName: name,
              S3Output: {
                S3Uri: uri,
                LocalPath: `${ROOT}/output/${name}`,
                S3UploadMode: 'EndOfJob'
              }
            }))
          },
    AppSpecification: {
      ImageUri: script.image,
      ContainerEntrypoint: ['python3', `${ROOT}/input/code/cell.py`],
      ContainerArguments:
        script.arguments.length > 0 ? [...script.arguments] : undefined
    },
    Environment:
      Object.keys(script.environment).length > 0
        ? { ...script.environment }
        : undefined,
    ProcessingResources: {
      ClusterConfig: {
        InstanceCount: 1,
        InstanceType: script.instanceType,
        VolumeSizeInGB: 30
      }
    }
  } as Request;
}

/** The script that a request runs; null where `process` would not make the same request. */
export function scriptOf(request: Row, account: Account): Script | null {
  const given = request as unknown as Request;
  const inputs = (given.ProcessingInputs ?? []).map(
    each => [each.InputName ?? '', each.S3Input?.S3Uri ?? ''] as const
  );
  const outputs = (given.ProcessingOutputConfig?.Outputs ?? []).map(
    each => [each.OutputName ?? '', each.S3Output?.S3Uri ?? ''] as const
  );
  const script = {
    name: given.ProcessingJobName ?? '',
    image: given.AppSpecification?.ImageUri ?? '',
    instanceType: given.ProcessingResources?.ClusterConfig?.InstanceType ?? '',
    inputs: Object.fromEntries(inputs.filter(([name]) => name !== 'code')),
    outputs: Object.fromEntries(outputs),
    arguments: given.AppSpecification?.ContainerArguments ?? [],
    environment: given.Environment ?? {}
  };
  return isSame(requestOf(script, account), request) ? script : null;
}
