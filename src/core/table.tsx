import type { ReactNode } from 'react';

import { useTrans } from './context';

export interface Column<R> {
  id: string;
  label: string;
  cell: (row: R) => ReactNode;
  /** Numbers stand at the right. */
  numeric?: boolean;
  sortable?: boolean;
}

export interface Sort {
  by: string;
  descending: boolean;
}

interface Props<R> {
  label: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  rowKey: (row: R) => string;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (selected: ReadonlySet<string>) => void;
}

export function Table<R>(props: Props<R>): JSX.Element {
  const { columns, rows, rowKey } = props;
  return (
    <div className="smkit-Table-frame">
      <table className="smkit-Table" aria-label={props.label}>
        <thead>
          <tr>
            {props.selected && <SelectAll {...props} />}
            {columns.map(column => (
              <Header key={column.id} column={column} {...props} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => {
            const key = rowKey(row);
            return (
              <tr key={key}>
                {props.selected && <Select id={key} {...props} />}
                {columns.map(column => (
                  <td
                    key={column.id}
                    className={column.numeric ? 'smkit-mod-numeric' : undefined}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Header<R>({
  column,
  sort,
  onSort
}: Props<R> & { column: Column<R> }): JSX.Element {
  const className = column.numeric ? 'smkit-mod-numeric' : undefined;
  if (!column.sortable || !onSort) {
    return (
      <th scope="col" className={className}>
        {column.label}
      </th>
    );
  }
  const isSorted = sort?.by === column.id;
  const order = sort?.descending ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      className={className}
      aria-sort={isSorted ? order : undefined}
    >
      <button
        type="button"
        className="smkit-Table-sort"
        onClick={() =>
          onSort({ by: column.id, descending: isSorted && !sort.descending })
        }
      >
        {column.label}
        <span aria-hidden="true">
          {isSorted ? (sort.descending ? ' ▾' : ' ▴') : ''}
        </span>
      </button>
    </th>
  );
}

function SelectAll<R>(props: Props<R>): JSX.Element {
  const trans = useTrans();
  const keys = props.rows.map(props.rowKey);
  const all = keys.length > 0 && keys.every(key => props.selected?.has(key));
  return (
    <th scope="col" className="smkit-Table-select">
      <input
        type="checkbox"
        aria-label={trans.__('Select every row')}
        checked={all}
        onChange={() => props.onSelect?.(new Set(all ? [] : keys))}
      />
    </th>
  );
}

function Select<R>({
  id,
  selected,
  onSelect
}: Props<R> & { id: string }): JSX.Element {
  const trans = useTrans();
  const toggle = (): void => {
    const next = new Set(selected);
    if (!next.delete(id)) {
      next.add(id);
    }
    onSelect?.(next);
  };
  return (
    <td className="smkit-Table-select">
      <input
        type="checkbox"
        aria-label={trans.__('Select %1', id)}
        checked={selected?.has(id) ?? false}
        onChange={toggle}
      />
    </td>
  );
}
