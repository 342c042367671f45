import { useTrans } from '../core/context';
import {
  CheckField,
  NumberField,
  SelectField,
  TextField
} from '../core/fields';
import { S3Field } from '../core/s3-field';
import { ColumnField, ColumnsField } from './column-fields';
import type { Parameters } from './document';
import type { NamedColumn } from './queries';
import type { Member } from './schema';
import { members } from './schema';
import type { Schema } from './schema';

interface FormProps {
  schema: Schema;
  value: Parameters;
  columns: readonly NamedColumn[];
  onChange: (value: Parameters) => void;
}

/** The form of a step's parameters, from their JSON Schema. */
export function SchemaForm(props: FormProps): JSX.Element {
  const { schema, value, onChange } = props;
  return (
    <>
      {members(schema, value).map(member => (
        <MemberField
          key={member.name}
          member={member}
          value={given(member, value)}
          columns={props.columns}
          onChange={changed => onChange({ ...value, [member.name]: changed })}
        />
      ))}
    </>
  );
}

/** What a field holds: a default as long as nobody has emptied it. */
function given({ name, schema }: Member, value: Parameters): unknown {
  const isEmptied = name in value && value[name] === undefined;
  return isEmptied ? undefined : (value[name] ?? schema.default);
}

function MemberField(props: {
  member: Member;
  value: unknown;
  columns: readonly NamedColumn[];
  onChange: (value: unknown) => void;
}): JSX.Element {
  const { member, value, columns, onChange } = props;
  const { schema } = member;
  const trans = useTrans();
  if (schema.type === 'object') {
    const inner = (value ?? {}) as Parameters;
    return (
      <SchemaForm
        schema={schema}
        value={inner}
        columns={columns}
        onChange={onChange}
      />
    );
  }
  const title = schema.title ?? member.name;
  const shared = {
    label: member.required ? title : trans.__('%1 (optional)', title),
    help: schema.description
  };
  const fitting = columns.filter(column => fits(schema, column));
  if (schema.type === 'array') {
    const chosen = typeof value === 'string' ? [value] : (value ?? []);
    return (
      <ColumnsField
        {...shared}
        value={chosen as string[]}
        columns={fitting}
        onChange={onChange}
      />
    );
  }
  if (schema['x-column']) {
    return (
      <ColumnField
        {...shared}
        value={String(value ?? '')}
        columns={fitting}
        onChange={onChange}
      />
    );
  }
  if (schema.enum) {
    return (
      <SelectField
        {...shared}
        label={title}
        value={String(value ?? '')}
        choices={schema.enum.map(each => ({ value: each, label: each }))}
        onChange={onChange}
      />
    );
  }
  if (schema.type === 'boolean') {
    return (
      <CheckField
        {...shared}
        label={title}
        value={value === true}
        onChange={onChange}
      />
    );
  }
  if (schema.type === 'number' || schema.type === 'integer') {
    return (
      <NumberField
        {...shared}
        value={value === undefined ? NaN : Number(value)}
        min={schema.minimum}
        max={schema.maximum}
        step={schema.type === 'integer' ? 1 : undefined}
        onChange={changed =>
          onChange(Number.isNaN(changed) ? undefined : changed)
        }
      />
    );
  }
  if (schema['x-s3']) {
    return (
      <S3Field
        {...shared}
        value={String(value ?? '')}
        choose={schema['x-s3']}
        onChange={onChange}
      />
    );
  }
  return (
    <TextField
      {...shared}
      value={String(value ?? '')}
      lines={schema['x-multiline'] ? 4 : undefined}
      onChange={changed =>
        onChange(changed === '' && !member.required ? undefined : changed)
      }
    />
  );
}

function fits(schema: Schema, column: NamedColumn): boolean {
  if (schema['x-column'] === 'number') {
    return column.type === 'long' || column.type === 'float';
  }
  return schema['x-column'] !== 'string' || column.type === 'string';
}
