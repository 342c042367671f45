import type { TranslationBundle } from '@jupyterlab/translation';

import { Artifacts } from './artifacts';
import { PageLink } from './cells';
import type { Row } from './client';
import { ApiError } from './client';
import { useTrans } from './context';
import { text } from './format';
import { Gone } from './gone';
import type { Kind } from './kind';
import { LogView } from './log-view';
import { ErrorNotice, Loading } from './notice';
import { Overview } from './overview';
import { askAgain, useNamed } from './query';
import { QueuePlace } from './queue-place';
import { RecordActions } from './record-actions';
import { RecordCode } from './record-code';
import { StatusPill, isAtWork } from './status-pill';
import type { Tab } from './tabs';
import { Tabs } from './tabs';

/** What Describe answers where there is no such record. */
const GONE = new Set([
  'ResourceNotFound',
  'ResourceNotFoundException',
  'ValidationException'
]);

/** One record: what it is, its log, what it made, and the code that makes it again. */
export function RecordPage({
  kind,
  name
}: {
  kind: Kind;
  name: string;
}): JSX.Element {
  const trans = useTrans();
  const answer = useNamed(kind.describe, { [kind.named]: name });
  const isGone =
    answer.error instanceof ApiError && GONE.has(answer.error.code);
  const record = isGone ? undefined : answer.data;
  const title = kind.titled(name);
  const list = kind.parent?.(name) ?? {
    page: kind.page,
    args: {},
    label: kind.plural
  };
  const status = record && kind.status ? text(record, kind.status) : '';

  return (
    <div className="smkit-RecordPage">
      <header className="smkit-Header">
        <div>
          <PageLink page={list.page} args={list.args}>
            {list.label}
          </PageLink>
          <h1>
            {title} {status && <StatusPill status={status} />}
          </h1>
          {status === 'InProgress' && (
            <QueuePlace kind={kind.name} name={name} />
          )}
        </div>
        {record && (
          <div className="smkit-Header-actions">
            {kind.actions?.(record)}
            <RecordActions kind={kind} name={name} status={status} />
          </div>
        )}
      </header>
      {isGone ? (
        <Gone was={answer.data !== undefined} list={list} />
      ) : (
        <ErrorNotice error={answer.error} retry={() => askAgain(answer)} />
      )}
      {answer.isPending && <Loading />}
      {record && (
        <Tabs
          label={trans.__('About %1', title)}
          tabs={tabsOf(record, kind, status, trans)}
        />
      )}
    </div>
  );
}

function tabsOf(
  record: Row,
  kind: Kind,
  status: string,
  trans: TranslationBundle
): Tab[] {
  const { artifacts } = kind;
  const log = kind.log?.(record);
  const tabs: (Tab | null)[] = [
    {
      id: 'overview',
      label: trans.__('Overview'),
      content: () => <Overview kind={kind} record={record} />
    },
    ...(kind.tabs?.(record, trans) ?? []),
    log
      ? {
          id: 'logs',
          label: trans.__('Logs'),
          content: () => <LogView {...log} live={isAtWork(status)} />
        }
      : null,
    artifacts
      ? {
          id: 'artifacts',
          label: trans.__('Artifacts'),
          content: () => <Artifacts artifacts={artifacts(record)} />
        }
      : null,
    {
      id: 'code',
      label: trans.__('Code'),
      content: () => <RecordCode kind={kind} record={record} />
    }
  ];
  return tabs.filter(tab => tab !== null);
}
