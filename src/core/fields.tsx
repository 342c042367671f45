import { useId } from 'react';
import type { ReactNode } from 'react';

import { useTrans } from './context';

interface FieldProps {
  label: string;
  /** What the field means; shown while the mark beside the label has pointer or focus. */
  help?: string;
  error?: string;
  children: (aria: FieldAria) => ReactNode;
}

export interface FieldAria {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: true;
}

export function Field({
  label,
  help,
  error,
  children
}: FieldProps): JSX.Element {
  const id = useId();
  const described = [help && `${id}-help`, error && `${id}-error`]
    .filter(Boolean)
    .join(' ');
  return (
    <div className="smkit-Field">
      <div className="smkit-Field-head">
        <label htmlFor={id}>{label}</label>
        {help && <Help id={`${id}-help`} text={help} />}
      </div>
      {children({
        id,
        'aria-describedby': described || undefined,
        'aria-invalid': error ? true : undefined
      })}
      {error && (
        <div className="smkit-Field-error" id={`${id}-error`} role="alert">
          {error}
        </div>
      )}
    </div>
  );
}

function Help(props: { id: string; text: string }): JSX.Element {
  const trans = useTrans();
  return (
    <span className="smkit-Help">
      <button
        type="button"
        className="smkit-Help-mark"
        aria-label={trans.__('What this means')}
        aria-describedby={props.id}
      >
        ?
      </button>
      <span className="smkit-Help-text" role="tooltip" id={props.id}>
        {props.text}
      </span>
    </span>
  );
}

interface ValueProps<T> {
  label: string;
  help?: string;
  error?: string;
  value: T;
  onChange: (value: T) => void;
  disabled?: boolean;
}

export function TextField(
  props: ValueProps<string> & { placeholder?: string; lines?: number }
): JSX.Element {
  return (
    <Field label={props.label} help={props.help} error={props.error}>
      {aria => {
        const shared = {
          ...aria,
          className: 'smkit-Input',
          value: props.value,
          disabled: props.disabled,
          placeholder: props.placeholder,
          spellCheck: false
        };
        return props.lines ? (
          <textarea
            {...shared}
            rows={props.lines}
            onChange={event => props.onChange(event.target.value)}
          />
        ) : (
          <input
            {...shared}
            type="text"
            onChange={event => props.onChange(event.target.value)}
          />
        );
      }}
    </Field>
  );
}

export function NumberField(
  props: ValueProps<number> & { min?: number; max?: number; step?: number }
): JSX.Element {
  return (
    <Field label={props.label} help={props.help} error={props.error}>
      {aria => (
        <input
          {...aria}
          type="number"
          className="smkit-Input smkit-mod-number"
          value={Number.isNaN(props.value) ? '' : props.value}
          min={props.min}
          max={props.max}
          step={props.step}
          disabled={props.disabled}
          onChange={event => props.onChange(event.target.valueAsNumber)}
        />
      )}
    </Field>
  );
}

export interface Choice {
  value: string;
  label: string;
  disabled?: boolean;
}

export function SelectField(
  props: ValueProps<string> & { choices: readonly Choice[] }
): JSX.Element {
  return (
    <Field label={props.label} help={props.help} error={props.error}>
      {aria => (
        <select
          {...aria}
          className="smkit-Input"
          value={props.value}
          disabled={props.disabled}
          onChange={event => props.onChange(event.target.value)}
        >
          {props.choices.map(choice => (
            <option
              key={choice.value}
              value={choice.value}
              disabled={choice.disabled}
            >
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function CheckField(
  props: ValueProps<boolean> & { note?: string }
): JSX.Element {
  const id = useId();
  return (
    <div className="smkit-Field smkit-mod-check">
      <input
        id={id}
        type="checkbox"
        checked={props.value}
        disabled={props.disabled}
        onChange={event => props.onChange(event.target.checked)}
      />
      <label htmlFor={id}>{props.label}</label>
      {props.help && <Help id={`${id}-help`} text={props.help} />}
    </div>
  );
}

/** Choices side by side, each with a sentence; one that is not there yet is greyed and says so. */
export function CardField(
  props: ValueProps<string> & {
    choices: readonly (Choice & { note: string })[];
  }
): JSX.Element {
  const id = useId();
  return (
    <fieldset className="smkit-Cards">
      <legend>{props.label}</legend>
      {props.choices.map(choice => (
        <label
          key={choice.value}
          className={choice.disabled ? 'smkit-mod-disabled' : undefined}
        >
          <input
            type="radio"
            name={id}
            value={choice.value}
            checked={props.value === choice.value}
            disabled={choice.disabled}
            onChange={() => props.onChange(choice.value)}
          />
          <span className="smkit-Cards-title">{choice.label}</span>
          <span className="smkit-Cards-note">{choice.note}</span>
        </label>
      ))}
    </fieldset>
  );
}
