import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';

import { Button } from '../core/button';
import { useTrans } from '../core/context';
import { EmptyState, ErrorNotice, Loading } from '../core/notice';
import { askAgain } from '../core/query';
import { ColumnHeader } from './column-header';
import type { Preview } from './queries';

const COLUMNS_SHOWN = 50;

interface Props {
  preview: UseQueryResult<Preview>;
  /** What the rows are those of, where it is not a step of the flow yet. */
  draft: boolean;
  hint: string;
}

/** The first rows of the selected step, under live column headers. */
export function PreviewGrid({ preview, draft, hint }: Props): JSX.Element {
  const trans = useTrans();
  const { data, error, isFetching } = preview;
  return (
    <section className="smkit-FlowPreview" aria-label={trans.__('Preview')}>
      <header>
        <h2>{data && !error ? data.title : trans.__('Preview')}</h2>
        {draft && (
          <span className="smkit-FlowPreview-draft">
            {trans.__('as it would be')}
          </span>
        )}
        {data && !error && (
          <span className="smkit-FlowPreview-facts">
            {data.sampled
              ? trans.__(
                  '%1 rows of a sample, %2 columns',
                  data.rows.toLocaleString(),
                  data.columns.length.toLocaleString()
                )
              : trans.__(
                  '%1 rows, %2 columns',
                  data.rows.toLocaleString(),
                  data.columns.length.toLocaleString()
                )}
          </span>
        )}
        {isFetching && (
          <span
            className="smkit-Spinner"
            role="status"
            aria-label={trans.__('Computing')}
          />
        )}
      </header>
      <ErrorNotice error={error} retry={() => askAgain(preview)} />
      {!error && data && data.notes.length > 0 && (
        <div
          className="smkit-FlowPreview-notes"
          tabIndex={0}
          role="region"
          aria-label={trans.__('Notes')}
        >
          <ul>
            {data.notes.map(note => (
              <li key={`${note.node} ${note.text}`}>
                {trans.__('%1: %2', note.title, note.text)}
              </li>
            ))}
          </ul>
        </div>
      )}
      {!error && data && <Grid data={data} />}
      {!error && !data && isFetching && <Loading />}
      {!error && !data && !isFetching && (
        <EmptyState title={trans.__('Nothing to show yet')}>{hint}</EmptyState>
      )}
    </section>
  );
}

function Grid({ data }: { data: Preview }): JSX.Element {
  const trans = useTrans();
  const [page, setPage] = useState(0);
  const pages = Math.max(1, Math.ceil(data.columns.length / COLUMNS_SHOWN));
  const at = Math.min(page, pages - 1);
  const start = at * COLUMNS_SHOWN;
  const columns = data.columns.slice(start, start + COLUMNS_SHOWN);
  return (
    <>
      {pages > 1 && (
        <div className="smkit-Pager">
          <Button disabled={at === 0} onClick={() => setPage(at - 1)}>
            {trans.__('Previous columns')}
          </Button>
          <span>
            {trans.__(
              'Columns %1 to %2 of %3',
              start + 1,
              start + columns.length,
              data.columns.length
            )}
          </span>
          <Button disabled={at === pages - 1} onClick={() => setPage(at + 1)}>
            {trans.__('Next columns')}
          </Button>
        </div>
      )}
      <div
        className="smkit-FlowPreview-frame"
        tabIndex={0}
        role="region"
        aria-label={trans.__('First rows')}
      >
        <table>
          <thead>
            <tr>
              {columns.map(column => (
                <th scope="col" key={column.name}>
                  <ColumnHeader column={column} rows={data.rows} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.head.map((row, index) => (
              <tr key={index}>
                {columns.map((column, place) => (
                  <Cell key={column.name} value={row[start + place]} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Cell({ value }: { value: unknown }): JSX.Element {
  const trans = useTrans();
  if (value === null || value === undefined) {
    return <td className="smkit-mod-missing">{trans.__('missing')}</td>;
  }
  const isNumber = typeof value === 'number';
  return (
    <td
      className={isNumber ? 'smkit-mod-numeric' : undefined}
      title={String(value)}
    >
      {String(value)}
    </td>
  );
}
