import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { parse } from 'papaparse';

import type { TranslationBundle } from '@jupyterlab/translation';

import type { Asking } from '../core/client';
import { useTrans, useVisible } from '../core/context';
import { asked } from '../core/query';
import { listObjects, readHead, splitUri } from '../core/s3';

const HEAD_BYTES = 64 * 1024;
const SHOWN_ROWS = 8;

export interface Preview {
  /** The object that was looked into: the first one under a prefix. */
  uri: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

/** The first rows of a CSV in s3://; a Parquet file cannot be looked into here and gives none. */
export function usePreview(uri: string): UseQueryResult<Preview> {
  const visible = useVisible();
  const trans = useTrans();
  const parts = splitUri(uri);
  return useQuery({
    queryKey: ['preview', uri],
    queryFn: context => preview(uri, trans, asked(context)),
    enabled: visible && parts !== null && parts[1] !== '',
    retry: false
  });
}

async function preview(
  uri: string,
  trans: TranslationBundle,
  asking: Asking
): Promise<Preview> {
  const object = uri.endsWith('/')
    ? await firstObject(uri, trans, asking)
    : uri;
  if (object.endsWith('.parquet')) {
    return { uri: object, columns: [], rows: [] };
  }
  const head = await readHead(object, HEAD_BYTES, asking);
  const isWhole = head.size < HEAD_BYTES;
  const { data } = parse<string[]>(decoded(await head.arrayBuffer()), {
    preview: SHOWN_ROWS + 2,
    skipEmptyLines: true
  });
  const rows =
    isWhole || data.length > SHOWN_ROWS + 1 ? data : data.slice(0, -1);
  return {
    uri: object,
    columns: rows[0] ?? [],
    rows: rows.slice(1, SHOWN_ROWS + 1)
  };
}

/** As the job guesses: by its byte order mark, else UTF-8 where it is that, else Windows-1252. */
function decoded(head: ArrayBuffer): string {
  const [first, second] = new Uint8Array(head);
  const marked =
    (first === 0xff && second === 0xfe && 'utf-16le') ||
    (first === 0xfe && second === 0xff && 'utf-16be');
  try {
    // The head may end within a character.
    const decoder = new TextDecoder(marked || 'utf-8', { fatal: true });
    return decoder.decode(head, { stream: true });
  } catch {
    return new TextDecoder('windows-1252').decode(head);
  }
}

async function firstObject(
  uri: string,
  trans: TranslationBundle,
  asking: Asking
): Promise<string> {
  const { entries } = await listObjects(uri, asking);
  const found = entries.find(entry => !entry.isFolder);
  if (!found) {
    throw new Error(trans.__('No object lies under %1', uri));
  }
  return found.uri;
}
