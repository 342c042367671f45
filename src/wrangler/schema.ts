import type { Parameters } from './document';

/** The JSON Schema of parameters, as far as operators use it. */
export interface Schema {
  type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  title?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  required?: string[];
  properties?: Record<string, Schema>;
  minLength?: number;
  minItems?: number;
  minimum?: number;
  maximum?: number;
  allOf?: Branch[];
  'x-column'?: 'any' | 'number' | 'string';
  'x-s3'?: 'object' | 'folder';
  'x-multiline'?: boolean;
}

interface Branch {
  if: { properties: Record<string, { const: unknown }> };
  then: Schema;
}

export interface Member {
  name: string;
  schema: Schema;
  required: boolean;
}

/** The members that an object has by a schema; those of live branches come last. */
export function members(schema: Schema, value: Parameters): Member[] {
  const required = new Set(schema.required);
  const own = Object.entries(schema.properties ?? {}).map(([name, inner]) => ({
    name,
    schema: inner,
    required: required.has(name)
  }));
  const live = (schema.allOf ?? []).filter(branch =>
    Object.entries(branch.if.properties).every(
      ([name, wanted]) =>
        (value[name] ?? schema.properties?.[name]?.default) === wanted.const
    )
  );
  return [...own, ...live.flatMap(branch => members(branch.then, value))];
}

/** A value for each member that has a default: what a new step starts from. */
export function initial(schema: Schema): Parameters {
  const value: Record<string, unknown> = {};
  for (const member of members(schema, {})) {
    if (member.schema.type === 'object') {
      value[member.name] = initial(member.schema);
    } else if (member.schema.default !== undefined) {
      value[member.name] = member.schema.default;
    }
  }
  return value;
}

/** The titles of what is missing; nothing can be computed before it is there. */
export function missing(schema: Schema, value: Parameters): string[] {
  return members(schema, value).flatMap(member => {
    const found = value[member.name] ?? member.schema.default;
    if (member.schema.type === 'object') {
      return missing(member.schema, (found ?? {}) as Parameters);
    }
    const isEmpty =
      found === undefined ||
      found === null ||
      found === '' ||
      (Array.isArray(found) && found.length < (member.schema.minItems ?? 0));
    return member.required && isEmpty
      ? [member.schema.title ?? member.name]
      : [];
  });
}
