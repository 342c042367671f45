import { Dialog, showDialog } from '@jupyterlab/apputils';
import { addIcon, refreshIcon } from '@jupyterlab/ui-components';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { Button } from './button';
import type { Row } from './client';
import { callNamed } from './client';
import { useSmkit, useTrans } from './context';
import { text } from './format';
import type { Kind } from './kind';
import { EmptyState, ErrorNotice, Loading } from './notice';
import { askAgain, queryClient, useNamed } from './query';
import { listModel, sortBy } from './service-model';
import type { PageArgs } from './smkit';
import type { Sort } from './table';
import { Table } from './table';

const TYPING_MS = 300;
const NEWEST: Sort = { by: 'CreationTime', descending: true };

/** The records of a kind: filter, sort, pages, and what may be done to many at once. */
export function ListPage({
  kind,
  args = {}
}: {
  kind: Kind;
  args?: PageArgs;
}): JSX.Element {
  const trans = useTrans();
  const smkit = useSmkit();
  const [typed, setTyped] = useState('');
  const [filter, setFilter] = useState('');
  const [status, setStatus] = useState('');
  const [sort, setSort] = useState(NEWEST);
  const [tokens, setTokens] = useState<readonly string[]>([]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());

  useEffect(() => {
    const timer = window.setTimeout(() => setFilter(typed.trim()), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [typed]);
  useEffect(() => {
    setTokens([]);
    setSelected(new Set());
  }, [filter, status, sort]);

  const list = listModel(kind.list);
  const by = sortBy(list, sort.by);
  const answer = useNamed(kind.list, {
    ...kind.input?.(args),
    MaxResults: smkit.pageSize,
    NextToken: tokens[tokens.length - 1],
    ...(filter && { [list.named]: filter }),
    ...(status && { [list.status]: status }),
    SortBy: by,
    SortOrder: by && list.orders[sort.descending ? 1 : 0]
  });
  const rows = (answer.data?.[list.rows] ?? []) as Row[];
  const next = answer.data?.NextToken as string | undefined;
  const isFiltered = filter !== '' || status !== '';
  const isEmpty = answer.isSuccess && rows.length === 0 && tokens.length === 0;
  const create = kind.create && (
    <Button
      icon={addIcon}
      mood="primary"
      onClick={() => void smkit.commands.execute(kind.create?.command ?? '')}
    >
      {kind.create.label}
    </Button>
  );

  return (
    <div className="smkit-ListPage">
      <header className="smkit-Header">
        <h1>{kind.plural}</h1>
        {create}
      </header>
      <div className="smkit-Toolbar">
        {list.named && (
          <input
            type="search"
            className="smkit-Input smkit-Toolbar-search"
            placeholder={trans.__('Name contains…')}
            aria-label={trans.__('Filter by name')}
            value={typed}
            onChange={event => setTyped(event.target.value)}
          />
        )}
        {kind.status && list.status && (
          <select
            className="smkit-Input smkit-Toolbar-choice"
            aria-label={trans.__('Status')}
            value={status}
            onChange={event => setStatus(event.target.value)}
          >
            <option value="">{trans.__('Any status')}</option>
            {list.statuses.map(each => (
              <option key={each}>{each}</option>
            ))}
          </select>
        )}
        <Button
          icon={refreshIcon}
          label={trans.__('Refresh')}
          title={trans.__('Refresh')}
          onClick={() => askAgain(answer)}
        >
          {''}
        </Button>
        <span className="smkit-Toolbar-gap" />
        {rows.length > 0 && (
          <BulkActions
            kind={kind}
            names={[...selected]}
            keep={names => setSelected(new Set(names))}
          />
        )}
      </div>
      <ErrorNotice error={answer.error} retry={() => askAgain(answer)} />
      {answer.isPending && <Loading />}
      {isEmpty && (
        <EmptyState
          title={
            isFiltered
              ? trans.__('Nothing matches')
              : trans.__('Nothing here yet')
          }
          action={isFiltered ? undefined : create}
        >
          {isFiltered
            ? trans.__('Change the filter or the status to see more.')
            : kind.first}
        </EmptyState>
      )}
      {rows.length > 0 && (
        <Table
          label={kind.plural}
          columns={kind.columns.map(column => ({
            ...column,
            sortable: sortBy(list, column.id) !== undefined
          }))}
          rows={rows}
          rowKey={row => text(row, kind.key)}
          sort={sort}
          onSort={setSort}
          selected={kind.stop || kind.remove ? selected : undefined}
          onSelect={setSelected}
        />
      )}
      {(tokens.length > 0 || next) && (
        <nav className="smkit-Pager" aria-label={trans.__('Pages')}>
          <Button
            disabled={tokens.length === 0}
            onClick={() => setTokens(tokens.slice(0, -1))}
          >
            {trans.__('Previous')}
          </Button>
          <span>{trans.__('Page %1', tokens.length + 1)}</span>
          <Button
            disabled={!next}
            onClick={() => next && setTokens([...tokens, next])}
          >
            {trans.__('Next')}
          </Button>
        </nav>
      )}
    </div>
  );
}

function BulkActions({
  kind,
  names,
  keep
}: {
  kind: Kind;
  names: readonly string[];
  /** Takes those that are left: where the operation failed. */
  keep: (names: readonly string[]) => void;
}): JSX.Element | null {
  const trans = useTrans();
  const act = useMutation({
    mutationFn: async (operation: string) => {
      const inputs = names.map(name => ({ [kind.named]: name }));
      const results = await Promise.allSettled(
        inputs.map(input => callNamed(operation, input))
      );
      await queryClient.invalidateQueries({
        queryKey: ['sagemaker', kind.list]
      });
      keep(names.filter((_, index) => results[index].status === 'rejected'));
      const failed = results.filter(result => result.status === 'rejected');
      if (failed.length > 0) {
        const reason: unknown = failed[0].reason;
        const { message } = reason as Error;
        throw new Error(
          trans.__('%1 of %2: %3', failed.length, names.length, message)
        );
      }
    }
  });
  const ask = async (label: string, operation: string): Promise<void> => {
    const { button } = await showDialog({
      title: trans.__('%1: %2', kind.plural, label),
      body: names.map(kind.titled).join(', '),
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
      {names.length > 0 && <span>{trans.__('%1 selected', names.length)}</span>}
      {stop && (
        <Button
          disabled={names.length === 0 || act.isPending}
          onClick={() => void ask(trans.__('Stop'), stop)}
        >
          {trans.__('Stop')}
        </Button>
      )}
      {remove && (
        <Button
          mood="danger"
          disabled={names.length === 0 || act.isPending}
          onClick={() => void ask(trans.__('Delete'), remove)}
        >
          {trans.__('Delete')}
        </Button>
      )}
    </>
  );
}
