import { useEffect, useSyncExternalStore } from 'react';

import type { Status } from './client';
import { useVisible } from './context';
import { useStatus } from './query';
import { isFailed } from './status-pill';

const KEY = 'jupyter-smkit:failures-seen';
const listeners = new Set<() => void>();

/** How many records of the kinds have failed since the user last looked at their lists. */
export function useFailures(kinds: readonly string[]): number {
  const { data } = useStatus();
  const seen = useSyncExternalStore(subscribe, kept);
  const known = parsed(seen, data);
  return kinds.reduce(
    (sum, kind) => sum + Math.max(0, failed(data, kind) - (known[kind] ?? 0)),
    0
  );
}

/** Takes note that the user sees the records of a kind. */
export function useLooked(kind: string): void {
  const visible = useVisible();
  const { data } = useStatus();
  const seen = useSyncExternalStore(subscribe, kept);
  const count = failed(data, kind);
  useEffect(() => {
    const known = parsed(seen, data);
    if (visible && data?.home && (known[kind] ?? 0) !== count) {
      const all = {
        ...everything(seen),
        [data.home]: { ...known, [kind]: count }
      };
      localStorage.setItem(KEY, JSON.stringify(all));
      listeners.forEach(listener => listener());
    }
  }, [visible, data, kind, count, seen]);
}

type Seen = Readonly<Record<string, number | undefined>>;

function failed(status: Status | undefined, kind: string): number {
  return Object.entries(status?.counts?.[kind] ?? {})
    .filter(([each]) => isFailed(each))
    .reduce((sum, [, count]) => sum + count, 0);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

function kept(): string {
  return localStorage.getItem(KEY) ?? '{}';
}

/** By home: what was seen of one says nothing of another. */
function everything(text: string): Readonly<Record<string, Seen | undefined>> {
  return JSON.parse(text) as Readonly<Record<string, Seen | undefined>>;
}

function parsed(text: string, status: Status | undefined): Seen {
  return everything(text)[status?.home ?? ''] ?? {};
}
