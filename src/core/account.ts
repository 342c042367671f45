import { ApiError, send } from './client';
import { useStatus } from './query';

/** Who the pages act as, and where they put what has no place yet. */
export interface Account {
  region: string;
  role: string;
  bucket: string;
}

/** Undefined until the status is known. */
export function useAccount(): Account | undefined {
  const { data } = useStatus();
  if (!data?.account || !data.region) {
    return undefined;
  }
  const { account, region } = data;
  return {
    region,
    role: `arn:aws:iam::${account}:role/SmkitExecutionRole`,
    bucket: `sagemaker-${region}-${account}`
  };
}

/** Makes a bucket that may be there already. */
export async function ensureBucket(bucket: string): Promise<void> {
  try {
    await send(`s3/${bucket}`, { method: 'PUT', body: '' });
  } catch (error) {
    const exists =
      error instanceof ApiError && error.code.startsWith('BucketAlready');
    if (!exists) {
      throw error;
    }
  }
}
