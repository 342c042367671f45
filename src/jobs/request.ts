import type { Account } from '../core/account';
import { imageUri } from '../core/account';
import type { Input } from '../core/operations';

const ROOT = '/opt/ml/processing';

export interface Place {
  name: string;
  uri: string;
}

/** What the form asks for. */
export interface Draft {
  name: string;
  script: string;
  image: string;
  inputs: readonly Place[];
  outputs: readonly Place[];
  arguments: string;
}

/** Images by the repository that AWS calls them. */
export const IMAGES: readonly { repository: string; tag: string }[] = [
  { repository: 'sagemaker-scikit-learn', tag: '1.2-1-cpu-py3' },
  { repository: 'sagemaker-base-python', tag: '1' },
  { repository: 'sagemaker-xgboost', tag: '1.7-1' }
];

export function scriptPlace(draft: Draft, account: Account): string {
  return `s3://${account.bucket}/${draft.name}/input/code/script.py`;
}

export function request(
  draft: Draft,
  account: Account
): Input<'CreateProcessingJob'> {
  const { tag } =
    IMAGES.find(image => image.repository === draft.image) ?? IMAGES[0];
  const words = draft.arguments.trim().split(/\s+/).filter(Boolean);
  const inputs = [
    { name: 'code', uri: scriptPlace(draft, account) },
    ...given(draft.inputs)
  ];
  const outputs = given(draft.outputs);
  return {
    ProcessingJobName: draft.name,
    RoleArn: account.role,
    AppSpecification: {
      ImageUri: imageUri(draft.image, account.region, tag),
      ContainerEntrypoint: ['python3', `${ROOT}/input/code/script.py`],
      ContainerArguments: words.length > 0 ? words : undefined
    },
    ProcessingInputs: inputs.map(({ name, uri }) => ({
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
            Outputs: outputs.map(({ name, uri }) => ({
              OutputName: name,
              S3Output: {
                S3Uri: uri,
                LocalPath: `${ROOT}/output/${name}`,
                S3UploadMode: 'EndOfJob'
              }
            }))
          },
    ProcessingResources: {
      ClusterConfig: {
        InstanceCount: 1,
        InstanceType: 'ml.m5.xlarge',
        VolumeSizeInGB: 30
      }
    }
  };
}

function given(places: readonly Place[]): Place[] {
  return places.filter(place => place.uri.trim() !== '');
}
