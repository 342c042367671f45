import type { Row } from './client';
import model from './service-model.json';

/** What a List operation takes and gives. */
export interface ListModel {
  /** The member of the answer that holds the rows. */
  rows: string;
  /** The parameter that filters by a part of the name; '' where it takes none. */
  named: string;
  /** The parameter that filters by status, and its values. */
  status: string;
  statuses: readonly string[];
  sorts: readonly string[];
  /** What it calls ascending and descending. */
  orders: readonly string[];
}

const CREATES: Readonly<Record<string, readonly string[] | undefined>> =
  model.creates;
const SEARCHED: readonly string[] = model.searched;
const LISTS: Readonly<Record<string, ListModel | undefined>> = model.lists;

/** Whether Search knows the kind, and so its tags. */
export function isSearched(kind: string): boolean {
  return SEARCHED.includes(kind);
}

/** Raises for an operation that SageMaker does not have. */
export function listModel(operation: string): ListModel {
  const found = LISTS[operation];
  if (!found) {
    throw new Error(operation);
  }
  return found;
}

/** What the operation calls sorting by a column: `Name` may be `HubName` or `IMAGE_NAME`. */
export function sortBy(list: ListModel, column: string): string | undefined {
  const wanted = column.toLowerCase();
  const plain = (value: string): string =>
    value.replace(/_/g, '').toLowerCase();
  return (
    list.sorts.find(value => plain(value) === wanted) ??
    list.sorts.find(value => plain(value).endsWith(wanted))
  );
}

export function takes(operation: string, member: string): boolean {
  return CREATES[operation]?.includes(member) ?? false;
}

/** The members of a description that its Create takes; `renamed` where Describe has another name. */
export function createInput(
  operation: string,
  described: Row,
  renamed: Readonly<Record<string, string>> = {}
): Row {
  const entries = (CREATES[operation] ?? [])
    .map(member => [member, described[renamed[member] ?? member]] as const)
    .filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(entries);
}
