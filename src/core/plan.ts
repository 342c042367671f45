import type { TranslationBundle } from '@jupyterlab/translation';

import { ensureBucket } from './account';
import type { Row } from './client';
import { callNamed } from './client';
import { deleteObject, putNewObject, splitUri } from './s3';

export interface Call {
  operation: string;
  input: Row;
}

export interface Put {
  uri: string;
  text: string;
  type: string;
  /** The file beside the notebook that holds the text: the code uploads that. */
  file?: string;
}

/** What a form is about to do, and what its code says: objects first, then calls. */
export interface Plan {
  puts?: readonly Put[];
  calls: readonly Call[];
  /** A bucket that the calls take for granted, beside those of the puts. */
  bucket?: string;
  /** Where a bucket that is not there yet is made; needed where there are any. */
  region?: string;
}

/** What stands in s3:// before the calls. */
export type Places = Omit<Plan, 'calls'>;

/** The buckets that are made first, where they are not there yet. */
export function bucketsOf({ puts = [], bucket }: Places): string[] {
  const named = puts.map(({ uri }) => splitUri(uri)?.[0] ?? '');
  return [...new Set(bucket ? [bucket, ...named] : named)];
}

/**
 * Does it; what was created is deleted where a later call fails. No object is
 * replaced: a job that has the name already may have been made of it.
 */
export async function carryOut(
  plan: Plan,
  trans: TranslationBundle
): Promise<void> {
  const { puts = [], calls } = plan;
  for (const bucket of bucketsOf(plan)) {
    await ensureBucket(bucket);
  }
  const undo: (() => Promise<unknown>)[] = [];
  try {
    for (const { uri, text, type } of puts) {
      if (!(await putNewObject(uri, text, type))) {
        throw new Error(
          trans.__('%1 is there already: choose another name.', uri)
        );
      }
      undo.unshift(() => deleteObject(uri));
    }
    for (const call of calls) {
      await callNamed(call.operation, call.input);
      undo.unshift(() => remove(call));
    }
  } catch (error) {
    await Promise.allSettled(undo.map(each => each()));
    throw error;
  }
}

function remove({ operation, input }: Call): Promise<Row> {
  const kind = operation.replace(/^Create/, '');
  const key = `${kind}Name`;
  return callNamed(`Delete${kind}`, { [key]: input[key] });
}
