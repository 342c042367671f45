import type { Asking } from './client';
import { ApiError, routeUrl, send } from './client';

export interface Listed {
  /** `s3://bucket/key`; ends with a slash for what holds more. */
  uri: string;
  name: string;
  isFolder: boolean;
  size?: number;
  modified?: string;
}

export interface Listing {
  entries: Listed[];
  /** Whether there is more than what is listed. */
  truncated: boolean;
}

/** `s3://bucket/a/b` → `['bucket', 'a/b']`; null for what is no such address. */
export function splitUri(uri: string): [string, string] | null {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri.trim());
  return match ? [match[1], match[2]] : null;
}

function path(uri: string): string {
  const parts = splitUri(uri);
  if (!parts) {
    throw new TypeError(`Not an s3:// address: ${uri}`);
  }
  const [bucket, key] = parts;
  return `s3/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

export function objectUrl(uri: string, download = false): string {
  return routeUrl(path(uri)) + (download ? '?download=1' : '');
}

export async function listBuckets(asking?: Asking): Promise<Listing> {
  const page = await xml('s3/', asking);
  const entries = [...page.querySelectorAll('Bucket')].map(bucket => {
    const name = text(bucket, 'Name');
    return { uri: `s3://${name}/`, name, isFolder: true };
  });
  return { entries, truncated: false };
}

/** What lies directly under a prefix, or anywhere below it; the first thousand. */
export async function listObjects(
  uri: string,
  asking?: Asking,
  deep = false
): Promise<Listing> {
  const parts = splitUri(uri);
  if (!parts) {
    return listBuckets(asking);
  }
  const [bucket, prefix] = parts;
  const query = new URLSearchParams({
    'list-type': '2',
    ...(deep ? {} : { delimiter: '/' }),
    prefix
  });
  const page = await xml(`s3/${bucket}?${query.toString()}`, asking);
  const folders = [...page.querySelectorAll('CommonPrefixes > Prefix')].map(
    element => {
      const key = element.textContent ?? '';
      const name = key.slice(prefix.length);
      return { uri: `s3://${bucket}/${key}`, name, isFolder: true };
    }
  );
  const objects = [...page.querySelectorAll('Contents')]
    .filter(element => text(element, 'Key') !== prefix)
    .map(element => {
      const key = text(element, 'Key');
      return {
        uri: `s3://${bucket}/${key}`,
        name: key.slice(prefix.length),
        isFolder: false,
        size: Number(text(element, 'Size')),
        modified: text(element, 'LastModified')
      };
    });
  const truncated =
    page.querySelector('IsTruncated')?.textContent?.trim() === 'true';
  return { entries: [...folders, ...objects], truncated };
}

/** The first `bytes` of an object. */
export async function readHead(
  uri: string,
  bytes: number,
  asking?: Asking
): Promise<Blob> {
  const headers = { Range: `bytes=0-${bytes - 1}` };
  const response = await send(path(uri), { headers, ...asking });
  return response.blob();
}

/** Writes an object; false, and nothing is written, where one is there already. */
export async function putNewObject(
  uri: string,
  body: Blob | string,
  contentType: string
): Promise<boolean> {
  const headers = { 'Content-Type': contentType, 'If-None-Match': '*' };
  try {
    await send(path(uri), { method: 'PUT', body, headers });
  } catch (error) {
    if (error instanceof ApiError && error.code === 'PreconditionFailed') {
      return false;
    }
    throw error;
  }
  return true;
}

export async function deleteObject(uri: string): Promise<void> {
  await send(path(uri), { method: 'DELETE' });
}

async function xml(target: string, asking?: Asking): Promise<Document> {
  const response = await send(target, asking);
  const content = await response.text();
  return new DOMParser().parseFromString(content, 'application/xml');
}

function text(element: Element, name: string): string {
  return element.getElementsByTagName(name)[0]?.textContent ?? '';
}
