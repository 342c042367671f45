import { addIcon, refreshIcon } from '@jupyterlab/ui-components';
import { useEffect, useState } from 'react';

import { BulkActions } from './bulk-actions';
import { Button } from './button';
import { useSmkit, useTrans } from './context';
import { useLooked } from './failures';
import { text } from './format';
import type { Kind } from './kind';
import { useListing } from './listing';
import { EmptyState, ErrorNotice, Loading } from './notice';
import { askAgain } from './query';
import { isSearched, listModel, sortBy } from './service-model';
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
  const filter = useSettled(typed);
  const [typedTag, setTypedTag] = useState('');
  const tag = useSettled(typedTag);
  const [status, setStatus] = useState('');
  const [sort, setSort] = useState(NEWEST);
  const [tokens, setTokens] = useState<readonly string[]>([]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());

  useLooked(kind.name);
  useEffect(() => {
    setTokens([]);
    setSelected(new Set());
  }, [filter, status, tag, sort]);

  const list = listModel(kind.list);
  const { answer, rows, next } = useListing(
    kind,
    args,
    { name: filter, status, tag },
    sort,
    tokens[tokens.length - 1]
  );
  const isFiltered = filter !== '' || status !== '' || tag !== '';
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
        {isSearched(kind.name) && (
          <input
            type="search"
            className="smkit-Input smkit-Toolbar-tag"
            placeholder={trans.__('Tag, or tag=value')}
            aria-label={trans.__('Filter by tag')}
            value={typedTag}
            onChange={event => setTypedTag(event.target.value)}
          />
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
            rows={rows}
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

/** What was typed, once nothing more is for a moment. */
function useSettled(typed: string): string {
  const [settled, settle] = useState('');
  useEffect(() => {
    const timer = window.setTimeout(() => settle(typed.trim()), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [typed]);
  return settled;
}
