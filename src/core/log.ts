import { useEffect, useRef, useState } from 'react';

import type { Asking, Row } from './client';
import { callNamed } from './client';

/** How often a running job's log is asked for more while its page can be seen. */
const FOLLOW_MS = 1500;
const KEPT_LINES = 5000;
const PAGE_LINES = 1000;

export interface LogLine {
  timestamp: number;
  message: string;
}

export interface Log {
  lines: readonly LogLine[];
  /** Whether lines before these were left out. */
  cut: boolean;
  error: Error | null;
}

interface Answer {
  events?: LogLine[];
  nextForwardToken?: string;
}

const EMPTY: Log = { lines: [], cut: false, error: null };

/** The streams of a group whose names begin with `prefix`; of a whole group, the newest first. */
export async function logStreams(
  group: string,
  prefix: string,
  asking?: Asking
): Promise<string[]> {
  const input: Row = {
    logGroupName: group,
    // AWS orders by time only where no prefix is given.
    ...(prefix
      ? { logStreamNamePrefix: prefix }
      : { orderBy: 'LastEventTime', descending: true })
  };
  const answer = await callNamed('DescribeLogStreams', input, asking, 'logs');
  const streams = (answer.logStreams ?? []) as { logStreamName: string }[];
  return streams.map(stream => stream.logStreamName);
}

/** The end of a log, with what is added to it while `live`. */
export function useLog(
  group: string,
  stream: string | undefined,
  live: boolean
): Log {
  const [log, setLog] = useState<Log>(EMPTY);
  /** How far `log` has come: where the page is left and comes back, it goes on there. */
  const reached = useRef<{ of: string; token?: string }>({ of: '' });

  useEffect(() => {
    if (!stream) {
      return;
    }
    const abort = new AbortController();
    const of = `${group}:${stream}`;
    let timer = 0;
    if (reached.current.of !== of) {
      reached.current = { of };
      setLog(EMPTY);
    }

    const more = async (): Promise<void> => {
      const { token } = reached.current;
      const input: Row = {
        logGroupName: group,
        logStreamName: stream,
        limit: PAGE_LINES,
        startFromHead: token !== undefined,
        nextToken: token
      };
      try {
        const answer = (await callNamed(
          'GetLogEvents',
          input,
          { signal: abort.signal, unbidden: true },
          'logs'
        )) as Answer;
        const found = answer.events ?? [];
        const cut = token === undefined && found.length === PAGE_LINES;
        reached.current = { of, token: answer.nextForwardToken };
        setLog(before => grown(before, found, cut));
        if (found.length > 0 && answer.nextForwardToken !== token) {
          return await more();
        }
      } catch (error) {
        if (abort.signal.aborted) {
          return;
        }
        setLog(before => ({ ...before, error: error as Error }));
      }
      if (live) {
        timer = window.setTimeout(() => void more(), FOLLOW_MS);
      }
    };

    void more();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [group, stream, live]);

  return log;
}

function grown(before: Log, found: readonly LogLine[], cut: boolean): Log {
  if (found.length === 0 && !before.error) {
    return before;
  }
  const lines = [...before.lines, ...found];
  const over = Math.max(0, lines.length - KEPT_LINES);
  return {
    lines: lines.slice(over),
    cut: before.cut || cut || over > 0,
    error: null
  };
}
