const REGISTRY_ACCOUNT = '683313688378';

/** Images that smkit has an environment for, by the repository that AWS calls them. */
export const IMAGES = [
  'sagemaker-scikit-learn',
  'sagemaker-xgboost',
  'smkit-lightgbm',
  'sagemaker-base-python'
];

export function imageUri(repository: string, region: string): string {
  const place = `${REGISTRY_ACCOUNT}.dkr.ecr.${region}.amazonaws.com`;
  // A tag that names no version: the newest libraries.
  return `${place}/${repository}:1`;
}
