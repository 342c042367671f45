import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { Input, OperationName, Output } from './operations';

/** A JSON object of the API whose shape is known only by its declaration. */
export type Row = Readonly<Record<string, unknown>>;

/** An answer other than success, with AWS's error code. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number
  ) {
    super(message);
    this.name = code;
  }
}

/** The address of a route of the Jupyter server: `routeUrl('status')`. */
export function routeUrl(path: string): string {
  const { baseUrl } = ServerConnection.makeSettings();
  return URLExt.join(baseUrl, 'smkit') + '/' + path;
}

/** How something is asked for. */
export interface Asking {
  signal?: AbortSignal;
  /** Nobody wants it just now, the page looks again by itself: smkit is not started for it. */
  unbidden?: boolean;
}

/** What the header of an unbidden request says. */
export const UNBIDDEN = { 'X-Smkit-Start': 'no' } as const;

/** Sends a request to a route; raises ApiError for what is not a success. */
export async function send(
  path: string,
  { unbidden, ...init }: RequestInit & Asking = {}
): Promise<Response> {
  const settings = ServerConnection.makeSettings();
  const headers = { ...init.headers, ...(unbidden ? UNBIDDEN : {}) };
  const response = await ServerConnection.makeRequest(
    routeUrl(path),
    { ...init, headers },
    settings
  );
  if (!response.ok) {
    throw await toError(response);
  }
  return response;
}

async function toError(response: Response): Promise<ApiError> {
  const text = await response.text();
  const fallback = text.slice(0, 500) || response.statusText;
  try {
    const body = JSON.parse(text) as Record<string, string | undefined>;
    const code = (body.__type ?? body.code ?? '').split('#').pop() ?? '';
    const message = body.message ?? body.Message ?? fallback;
    return new ApiError(code || 'Error', message, response.status);
  } catch {
    const code = /<Code>(.*?)<\/Code>/.exec(text)?.[1];
    const message = /<Message>(.*?)<\/Message>/.exec(text)?.[1];
    return new ApiError(code ?? 'Error', message ?? fallback, response.status);
  }
}

async function post<T>(
  path: string,
  body: unknown,
  asking?: Asking
): Promise<T> {
  const response = await send(path, {
    method: 'POST',
    body: JSON.stringify(body),
    ...asking
  });
  const text = await response.text();
  return (text ? JSON.parse(text) : {}) as T;
}

/** An operation of SageMaker, typed by the SDK's own types. */
export function call<Name extends OperationName>(
  operation: Name,
  input: Input<Name>,
  asking?: Asking
): Promise<Output<Name>> {
  return post(`aws/sagemaker/${operation}`, input, asking);
}

/** An operation by name, of any service by botocore's name: instants are seconds, bytes base64. */
export function callNamed(
  operation: string,
  input: Row,
  asking?: Asking,
  service = 'sagemaker'
): Promise<Row> {
  return post(`aws/${service}/${operation}`, input, asking);
}

/** A verb of the flow editor. */
export function callWrangler<T>(
  verb: string,
  body: unknown,
  asking?: Asking
): Promise<T> {
  return post(`wrangler/${verb}`, body, asking);
}

/** What `GET status` answers, as far as the pages use it. */
export interface Status {
  version?: string;
  home?: string;
  account?: string;
  region?: string;
  counts?: Record<string, Record<string, number>>;
  /** The jobs that wait for room, in their order. */
  queue?: readonly Waiting[];
}

export interface Waiting {
  account: string;
  region: string;
  kind: string;
  key: string;
}

export async function status(asking?: Asking): Promise<Status> {
  return (await (await send('status', asking)).json()) as Status;
}

export interface Invocation {
  ok: boolean;
  status: number;
  body: string;
  contentType: string;
  variant: string | null;
  /** From the request's start to the whole answer, as the browser saw it. */
  milliseconds: number;
}

export async function invoke(
  endpoint: string,
  body: string,
  contentType: string,
  accept: string
): Promise<Invocation> {
  const settings = ServerConnection.makeSettings();
  const start = performance.now();
  const response = await ServerConnection.makeRequest(
    routeUrl(`invoke/${encodeURIComponent(endpoint)}`),
    {
      method: 'POST',
      body,
      headers: { 'Content-Type': contentType, Accept: accept || '*/*' }
    },
    settings
  );
  const answer = await response.text();
  return {
    ok: response.ok,
    status: response.status,
    body: answer,
    contentType: response.headers.get('Content-Type') ?? '',
    variant: response.headers.get('x-amzn-invoked-production-variant'),
    milliseconds: performance.now() - start
  };
}
