import { useTrans } from '../core/context';
import { CheckField, SelectField, TextField } from '../core/fields';
import type { Draft } from './draft';

interface Props {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  columns: readonly string[];
}

/** Step two: the column to predict, and those to predict it from. */
export function TargetStep({ draft, change, columns }: Props): JSX.Element {
  const trans = useTrans();
  if (columns.length === 0) {
    return (
      <TextField
        label={trans.__('Target column')}
        help={trans.__('The column whose value is to be predicted.')}
        value={draft.target}
        onChange={target => change({ target })}
      />
    );
  }
  const others = columns.filter(column => column !== draft.target);
  const used = draft.features ?? others;
  const toggle = (column: string, wanted: boolean): void => {
    const next = others.filter(each =>
      each === column ? wanted : used.includes(each)
    );
    change({ features: next.length === others.length ? null : next });
  };
  return (
    <>
      <SelectField
        label={trans.__('Target column')}
        help={trans.__('The column whose value is to be predicted.')}
        value={draft.target}
        choices={[
          { value: '', label: trans.__('Choose…') },
          ...columns.map(value => ({ value, label: value }))
        ]}
        onChange={target => change({ target, features: null })}
      />
      {draft.target && (
        <fieldset className="smkit-Features">
          <legend>
            {trans.__('Features (%1 of %2)', used.length, others.length)}
          </legend>
          {others.map(column => (
            <CheckField
              key={column}
              label={column}
              value={used.includes(column)}
              onChange={wanted => toggle(column, wanted)}
            />
          ))}
        </fieldset>
      )}
    </>
  );
}
