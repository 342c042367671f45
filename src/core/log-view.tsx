import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

import { ApiError } from './client';
import { useTrans, useVisible } from './context';
import { Field } from './fields';
import { moment } from './format';
import type { LogLine } from './log';
import { logStreams, useLog } from './log';
import { EmptyState, ErrorNotice } from './notice';
import { asked } from './query';

const STREAMS_MS = 3000;

/** The log of a job or an endpoint; it grows by itself while `live` and seen. */
export function LogView({
  group,
  prefix,
  live
}: {
  group: string;
  prefix: string;
  live: boolean;
}): JSX.Element {
  const trans = useTrans();
  const visible = useVisible();
  const [chosen, choose] = useState<string>();
  const streams = useQuery({
    queryKey: ['log-streams', group, prefix],
    queryFn: context => logStreams(group, prefix, asked(context)),
    enabled: visible,
    retry: false,
    refetchInterval: query =>
      live && !query.state.data?.length ? STREAMS_MS : false
  });
  const names = streams.data ?? [];
  const stream = chosen ?? names[0];
  const log = useLog(group, stream, live && visible);

  if (!stream && streams.error && !isMissing(streams.error)) {
    return <ErrorNotice error={streams.error} />;
  }
  if (!stream) {
    return (
      <EmptyState title={trans.__('No log yet')}>
        {live
          ? trans.__('Its lines appear here as soon as the program starts.')
          : trans.__('Nothing was written.')}
      </EmptyState>
    );
  }
  return (
    <div className="smkit-Log">
      {names.length > 1 && (
        <Field label={trans.__('Log stream')}>
          {aria => (
            <select
              {...aria}
              className="smkit-Input"
              value={stream}
              onChange={event => choose(event.target.value)}
            >
              {names.map(name => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </Field>
      )}
      <ErrorNotice error={log.error} />
      {log.cut && <p>{trans.__('Earlier lines are left out.')}</p>}
      <Lines lines={log.lines} />
    </div>
  );
}

/** A group comes with its first line. */
function isMissing(error: Error): boolean {
  return (
    error instanceof ApiError && error.code === 'ResourceNotFoundException'
  );
}

/** Stays at the end while the reader is there, and where they scrolled to otherwise. */
function Lines({ lines }: { lines: readonly LogLine[] }): JSX.Element {
  const trans = useTrans();
  const host = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const element = host.current;
    if (element && atEnd.current) {
      element.scrollTop = element.scrollHeight;
    }
  }, [lines]);
  return (
    <pre
      ref={host}
      className="smkit-Log-lines"
      role="log"
      aria-label={trans.__('Log')}
      tabIndex={0}
      onScroll={({ currentTarget: element }) => {
        const left = element.scrollHeight - element.clientHeight;
        atEnd.current = left - element.scrollTop < 20;
      }}
    >
      {lines.map((line, index) => (
        <div key={index}>
          <time>{moment(line.timestamp / 1000).slice(11)}</time>
          {line.message}
        </div>
      ))}
    </pre>
  );
}
