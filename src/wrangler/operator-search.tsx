import type { KeyboardEvent } from 'react';
import { useEffect, useId, useRef, useState } from 'react';

import { useTrans } from '../core/context';
import type { Operator } from './catalogue';
import { search } from './catalogue';

interface Props {
  operators: readonly Operator[];
  onChoose: (operator: Operator) => void;
}

/** Finds a transform among all of them: type, arrows, Enter. */
export function OperatorSearch({ operators, onChoose }: Props): JSX.Element {
  const trans = useTrans();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const found = search(operators, text);
  const current = Math.min(at, found.length - 1);
  const groups = [...new Set(found.map(operator => operator.group))];
  const ordered = groups.flatMap(group =>
    found.filter(operator => operator.group === group)
  );

  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    document
      .getElementById(`${id}-${current}`)
      ?.scrollIntoView({ block: 'nearest' });
  }, [id, current]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && ordered.length > 0) {
      const next = current + steps[event.key] + ordered.length;
      setAt(next % ordered.length);
      event.preventDefault();
    } else if (event.key === 'Enter' && ordered[current]) {
      onChoose(ordered[current]);
      event.preventDefault();
    }
  };

  return (
    <div className="smkit-FlowSearch">
      <input
        ref={input}
        className="smkit-Input"
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={ordered.length ? `${id}-${current}` : undefined}
        aria-label={trans.__('Search transforms')}
        placeholder={trans.__('Search transforms: fill missing, one-hot…')}
        spellCheck={false}
        value={text}
        onChange={event => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={trans.__('Transforms')}
        className="smkit-FlowSearch-list"
      >
        {groups.map(group => (
          <div role="group" aria-label={group} key={group}>
            <div className="smkit-FlowSearch-group" aria-hidden="true">
              {group}
            </div>
            {ordered.map(
              (operator, index) =>
                operator.group === group && (
                  <div
                    key={`${operator.id}/${operator.choice}`}
                    id={`${id}-${index}`}
                    role="option"
                    aria-selected={index === current}
                    className="smkit-FlowSearch-option"
                    onClick={() => onChoose(operator)}
                    onMouseMove={() => setAt(index)}
                  >
                    {operator.title}
                    {operator.description && (
                      <small>{operator.description}</small>
                    )}
                  </div>
                )
            )}
          </div>
        ))}
      </div>
      {ordered.length === 0 && (
        <p role="status">{trans.__('No transform is called so.')}</p>
      )}
    </div>
  );
}
