import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useMutation, useQuery } from '@tanstack/react-query';

import { Button } from './button';
import { ObjectLink, PageLink } from './cells';
import type { Row } from './client';
import { ApiError, callNamed } from './client';
import { useTrans, useVisible } from './context';
import { bytes, moment, text } from './format';
import type { Artifact, Fact, Kind } from './kind';
import { arnOf } from './kind';
import { LogView } from './log-view';
import { EmptyState, ErrorNotice, Loading } from './notice';
import { queryClient, useNamed } from './query';
import { RecordCode } from './record-code';
import { listObjects } from './s3';
import { StatusPill, isAtWork, isUnderWay } from './status-pill';
import type { Tab } from './tabs';
import { Tabs } from './tabs';

/** One record: what it is, its log, what it made, and the code that makes it again. */
export function RecordPage({
  kind,
  name
}: {
  kind: Kind;
  name: string;
}): JSX.Element {
  const trans = useTrans();
  const answer = useNamed(kind.describe, { [kind.key]: name });
  const isGone = answer.error instanceof ApiError && answer.error.status < 500;
  const record = isGone ? undefined : answer.data;
  const status = record && kind.status ? text(record, kind.status) : '';

  return (
    <div className="smkit-RecordPage">
      <header className="smkit-Header">
        <div>
          <PageLink page={kind.page} args={{}}>
            {kind.plural}
          </PageLink>
          <h1>
            {name} {status && <StatusPill status={status} />}
          </h1>
        </div>
        {record && (
          <div className="smkit-Header-actions">
            {kind.actions?.(record)}
            <Actions kind={kind} name={name} status={status} />
          </div>
        )}
      </header>
      <ErrorNotice error={answer.error} retry={() => void answer.refetch()} />
      {answer.isPending && <Loading />}
      {record && (
        <Tabs
          label={trans.__('About %1', name)}
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
      content: () => (
        <Overview record={record} facts={factsOf(record, kind, trans)} />
      )
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

/** What the kind shows, and what every record has. */
function factsOf(record: Row, kind: Kind, trans: TranslationBundle): Fact[] {
  return [
    ...(kind.overview?.(record) ?? []),
    { label: trans.__('Created'), value: moment(record.CreationTime) },
    { label: trans.__('Changed'), value: moment(record.LastModifiedTime) },
    {
      label: trans.__('Role'),
      value: text(record, 'RoleArn') || text(record, 'ExecutionRoleArn')
    },
    { label: trans.__('ARN'), value: arnOf(record, kind) }
  ];
}

function Overview({
  record,
  facts
}: {
  record: Row;
  facts: readonly Fact[];
}): JSX.Element {
  const trans = useTrans();
  const reason = text(record, 'FailureReason');
  return (
    <>
      {reason && (
        <div className="smkit-Notice smkit-mod-error" role="alert">
          <strong>{trans.__('Why it failed')}</strong>
          <pre>{reason}</pre>
        </div>
      )}
      <dl className="smkit-Facts">
        {facts
          .filter(fact => fact.value !== '' && fact.value !== undefined)
          .map(fact => (
            <div key={fact.label}>
              <dt>{fact.label}</dt>
              <dd>{fact.value}</dd>
            </div>
          ))}
      </dl>
      <details className="smkit-Raw">
        <summary>{trans.__('Everything the API says')}</summary>
        <pre tabIndex={0}>{JSON.stringify(record, null, 2)}</pre>
      </details>
    </>
  );
}

function Artifacts({
  artifacts
}: {
  artifacts: readonly Artifact[];
}): JSX.Element {
  const trans = useTrans();
  if (artifacts.length === 0) {
    return (
      <EmptyState title={trans.__('Nothing yet')}>
        {trans.__('What it writes to s3:// is listed here when it is done.')}
      </EmptyState>
    );
  }
  return (
    <dl className="smkit-Facts">
      {artifacts.map(artifact => (
        <div key={artifact.label + artifact.uri}>
          <dt>{artifact.label}</dt>
          <dd>
            <ArtifactContent uri={artifact.uri} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The object itself, or what lies under a place. */
function ArtifactContent({ uri }: { uri: string }): JSX.Element {
  const visible = useVisible();
  const under = useQuery({
    queryKey: ['s3', uri],
    queryFn: ({ signal }) =>
      listObjects(uri.endsWith('/') ? uri : `${uri}/`, signal),
    enabled: visible,
    staleTime: 0
  });
  const entries = under.data?.entries ?? [];
  if (entries.length === 0) {
    return <ObjectLink uri={uri} />;
  }
  return (
    <ul>
      {entries.map(entry => (
        <li key={entry.uri}>
          <ObjectLink uri={entry.uri} />{' '}
          {entry.size !== undefined && <small>{bytes(entry.size)}</small>}
        </li>
      ))}
    </ul>
  );
}

function Actions({
  kind,
  name,
  status
}: {
  kind: Kind;
  name: string;
  status: string;
}): JSX.Element {
  const trans = useTrans();
  const act = useMutation({
    mutationFn: (operation: string) =>
      callNamed(operation, { [kind.key]: name }),
    onSettled: () => queryClient.invalidateQueries()
  });
  const ask = async (label: string, operation: string): Promise<void> => {
    const { button } = await showDialog({
      title: trans.__('%1 %2?', label, name),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label })]
    });
    if (button.accept) {
      act.mutate(operation);
    }
  };
  const { stop, remove } = kind;
  return (
    <>
      <ErrorNotice error={act.error} />
      {stop && isUnderWay(status) && (
        <Button onClick={() => void ask(trans.__('Stop'), stop)}>
          {trans.__('Stop')}
        </Button>
      )}
      {remove && (
        <Button
          mood="danger"
          onClick={() => void ask(trans.__('Delete'), remove)}
        >
          {trans.__('Delete')}
        </Button>
      )}
    </>
  );
}
