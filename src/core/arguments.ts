import { JSONExt } from '@lumino/coreutils';
import type { JSONValue } from '@lumino/coreutils';

import type { Row } from './client';
import { Made } from './python';

/** Where a member of a request goes: `'AlgorithmSpecification.TrainingImage': 'image_uri'`. */
export type ArgumentTable = Readonly<Record<string, string>>;

/**
 * The members of a request as a call's arguments, by a table of their paths.
 *
 * Null where a member has no argument: the call could not make the same request. What is off
 * needs none.
 */
export function argumentsOf(request: Row, table: ArgumentTable): Row | null {
  const found: Record<string, unknown> = {};
  const isTold = (path: string, value: unknown): boolean => {
    if (path in table) {
      found[table[path]] = value;
      return true;
    }
    if (value === undefined || value === false) {
      return true;
    }
    return (
      typeof value === 'object' &&
      value !== null &&
      Object.entries(value).every(([name, each]) =>
        isTold(`${path}.${name}`, each)
      )
    );
  };
  return Object.entries(request).every(([name, value]) => isTold(name, value))
    ? found
    : null;
}

/** The items of a list, each as a call; null where one has a member without an argument. */
export function madeOf(
  name: string,
  items: unknown,
  table: ArgumentTable
): Made[] | null {
  const made = ((items ?? []) as Row[]).map(item => argumentsOf(item, table));
  return made.every(args => args !== null)
    ? made.map(args => new Made(name, args))
    : null;
}

/** Whether two values are sent as the same JSON. */
export function isSame(one: unknown, other: unknown): boolean {
  const sent = (value: unknown): JSONValue =>
    JSON.parse(JSON.stringify(value)) as JSONValue;
  return JSONExt.deepEqual(sent(one), sent(other));
}
