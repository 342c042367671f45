const REGISTRY_ACCOUNT = '683313688378';

/** Images that smkit has an environment for, by the repository that AWS calls them. */
const TAGS: Readonly<Record<string, string>> = {
  'sagemaker-scikit-learn': '1.2-1-cpu-py3',
  'sagemaker-xgboost': '1.7-1',
  'smkit-lightgbm': '1',
  'sagemaker-base-python': '1'
};

export const IMAGES = Object.keys(TAGS);

export function imageUri(repository: string, region: string): string {
  const place = `${REGISTRY_ACCOUNT}.dkr.ecr.${region}.amazonaws.com`;
  return `${place}/${repository}:${TAGS[repository]}`;
}
