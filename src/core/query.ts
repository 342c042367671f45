import type {
  QueryFunctionContext,
  UseQueryResult
} from '@tanstack/react-query';
import { QueryClient, keepPreviousData, useQuery } from '@tanstack/react-query';

import type { Asking, Row, Status } from './client';
import { ApiError, call, callNamed, status } from './client';
import { useVisible } from './context';
import type { EventStream, RecordEvent } from './events';
import type { Input, OperationName, Output } from './operations';

const GATHER_MS = 150;

/** The one client of the suite: pages that show the same record share one answer. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      // Without smkit (503) all is asked for again as soon as it is back.
      retry: (count, error) =>
        count < 1 &&
        !(
          error instanceof ApiError &&
          (error.status < 500 || error.status === 503)
        )
    }
  }
});

let isWanted = false;

/** How a query asks: what has been asked for before it looks for again unbidden. */
export function asked({ queryKey, signal }: QueryFunctionContext): Asking {
  const state = queryClient.getQueryState(queryKey);
  const before = (state?.dataUpdateCount ?? 0) + (state?.errorUpdateCount ?? 0);
  return { signal, unbidden: before > 0 && !isWanted };
}

/** Asks again because the user says so. */
export function askAgain({ refetch }: Pick<UseQueryResult, 'refetch'>): void {
  isWanted = true;
  void refetch();
  isWanted = false;
}

/** The answer of an operation, kept fresh by events; nothing is asked while hidden. */
export function useOperation<Name extends OperationName>(
  operation: Name,
  input: Input<Name>,
  enabled = true
): UseQueryResult<Output<Name>> {
  const visible = useVisible();
  return useQuery({
    queryKey: ['sagemaker', operation, input],
    queryFn: context => call(operation, input, asked(context)),
    enabled: enabled && visible
  });
}

/** The same for an operation known only by a declaration; the old page stays until the next is there. */
export function useNamed(
  operation: string,
  input: Row,
  enabled = true
): UseQueryResult<Row> {
  const visible = useVisible();
  return useQuery({
    queryKey: ['sagemaker', operation, input],
    queryFn: context => callNamed(operation, input, asked(context)),
    enabled: enabled && visible,
    placeholderData: keepPreviousData
  });
}

export function useStatus(): UseQueryResult<Status> {
  const visible = useVisible();
  return useQuery({
    queryKey: ['status'],
    queryFn: context => status(asked(context)),
    enabled: visible
  });
}

/** Lets events make answers stale; a burst of them asks once. */
export function followEvents(events: EventStream): void {
  let waiting: RecordEvent[] = [];
  events.received.connect((_, event) => {
    waiting.push(event);
    if (waiting.length > 1) {
      return;
    }
    window.setTimeout(() => {
      const batch = waiting;
      waiting = [];
      void queryClient.invalidateQueries({
        predicate: ({ queryKey }) =>
          batch.some(each => concerns(each, queryKey))
      });
    }, GATHER_MS);
  });
  events.missed.connect(() => void queryClient.invalidateQueries());
  events.connectionChanged.connect((_, connection) => {
    if (connection === 'online') {
      void queryClient.invalidateQueries();
    }
  });
}

/** Whether the answer kept under `queryKey` may differ after `event`. */
export function concerns(
  event: RecordEvent,
  queryKey: readonly unknown[]
): boolean {
  const [source, operation, input] = queryKey;
  if (source === 'status') {
    return true;
  }
  if (operation === 'Search') {
    return (input as Row).Resource === event.kind;
  }
  if (source !== 'sagemaker' || !String(operation).includes(event.kind)) {
    return false;
  }
  return (
    !String(operation).startsWith('Describe') ||
    Object.values(input as Row).some(
      value =>
        typeof value === 'string' &&
        (event.key.includes(value) || value.endsWith(`/${event.key}`))
    )
  );
}
