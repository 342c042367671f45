import { useId, useState } from 'react';

import { useTrans } from '../core/context';
import { SelectField } from '../core/fields';
import type { NamedColumn } from './queries';

const SEARCH_FROM = 12;

interface Props<T> {
  label: string;
  help?: string;
  value: T;
  columns: readonly NamedColumn[];
  onChange: (value: T) => void;
}

/** One column of the step's input. */
export function ColumnField(props: Props<string>): JSX.Element {
  const trans = useTrans();
  const { value, columns } = props;
  const known = columns.map(column => ({
    value: column.name,
    label: `${column.name} · ${column.type}`
  }));
  const isThere = known.some(each => each.value === value);
  const choices = [
    { value: '', label: trans.__('Choose a column') },
    ...(value && !isThere
      ? [{ value, label: trans.__('%1 (not in the input)', value) }]
      : []),
    ...known
  ];
  return <SelectField {...props} choices={choices} />;
}

/** Some columns of the step's input. */
export function ColumnsField(props: Props<string[]>): JSX.Element {
  const trans = useTrans();
  const id = useId();
  const [filter, setFilter] = useState('');
  const { value, columns, label } = props;
  const names = columns.map(column => column.name);
  const gone = value
    .filter(name => !names.includes(name))
    .map(name => ({ name, type: trans.__('not in the input') }));
  const shown = [...gone, ...columns].filter(column =>
    column.name.toLowerCase().includes(filter.toLowerCase())
  );
  const toggle = (name: string): void => {
    const isChosen = value.includes(name);
    props.onChange(
      isChosen ? value.filter(each => each !== name) : [...value, name]
    );
  };
  return (
    <fieldset className="smkit-Field smkit-FlowColumns">
      <legend>
        {label}
        {value.length > 0 && (
          <span className="smkit-FlowColumns-count">
            {trans._n('%1 chosen', '%1 chosen', value.length)}
          </span>
        )}
      </legend>
      {columns.length > SEARCH_FROM && (
        <input
          type="search"
          className="smkit-Input"
          aria-label={trans.__('Filter columns')}
          placeholder={trans.__('Filter columns')}
          value={filter}
          onChange={event => setFilter(event.target.value)}
        />
      )}
      <ul>
        {shown.map(column => (
          <li key={column.name}>
            <input
              type="checkbox"
              id={`${id}-${column.name}`}
              checked={value.includes(column.name)}
              onChange={() => toggle(column.name)}
            />
            <label htmlFor={`${id}-${column.name}`} title={column.name}>
              {column.name}
            </label>
            <small>{column.type}</small>
          </li>
        ))}
      </ul>
      {shown.length === 0 && (
        <p>
          {columns.length === 0
            ? trans.__('The input has no column that fits.')
            : trans.__('No column has that name.')}
        </p>
      )}
    </fieldset>
  );
}
