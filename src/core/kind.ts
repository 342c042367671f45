import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { ReactNode } from 'react';

import type { Row } from './client';
import { agoCell, linkCell, statusCell } from './cells';
import type { CodeForm } from './code';
import type { PageArgs, Section } from './smkit';
import type { Column } from './table';
import type { Tab } from './tabs';

/** What a list page needs to know of a kind of record. */
export interface ListOf {
  operation: string;
  /** The member of the answer that holds the rows. */
  rows: string;
  /** Columns that the operation sorts by, and what it calls them. */
  sorts: Readonly<Record<string, string>>;
  /** Whether it takes NameContains. */
  filters: boolean;
  /** What StatusEquals may be; none: it takes no such filter. */
  statuses?: readonly string[];
  /** Further input, from the arguments of the page. */
  input?: (args: PageArgs) => Row;
}

/** A kind of record, declared once for its list, its page and its place in the panel. */
export interface Kind {
  /** Its name in the API and in events: `ProcessingJob`. */
  name: string;
  /** The id of its list page; its record's page is the same with `/record`. */
  page: string;
  singular: string;
  plural: string;
  icon: LabIcon;
  /** Where it stands in the Studio panel; none: it is opened from another page. */
  section?: Section;
  rank?: number;
  list: ListOf;
  /** The member that names a record, in a row as in the inputs of operations. */
  key: string;
  status?: string;
  columns: readonly Column<Row>[];
  describe?: string;
  stop?: string;
  remove?: string;
  /** What to do first, for an empty list, and the command that does it. */
  first: string;
  create?: { command: string; label: string };
  record?: RecordPage;
}

/** What the page of one record shows besides its raw form. */
export interface RecordPage {
  overview: (record: Row) => readonly Fact[];
  tabs?: (record: Row, trans: TranslationBundle) => readonly Tab[];
  actions?: (record: Row) => ReactNode;
  log?: (record: Row) => { group: string; prefix: string } | null;
  artifacts?: (record: Row) => readonly Artifact[];
  code: (record: Row) => readonly CodeForm[];
}

export interface Fact {
  label: string;
  value: ReactNode;
}

export interface Artifact {
  label: string;
  uri: string;
}

/** The columns that most kinds have: name, status, created. */
export function usualColumns(
  trans: TranslationBundle,
  page: string,
  key: string,
  status?: string,
  created = 'CreationTime'
): Column<Row>[] {
  const name: Column<Row> = {
    id: 'Name',
    label: trans.__('Name'),
    sortable: true,
    cell: linkCell(page, key)
  };
  const state: Column<Row>[] = status
    ? [
        {
          id: 'Status',
          label: trans.__('Status'),
          sortable: true,
          cell: statusCell(status)
        }
      ]
    : [];
  const made: Column<Row> = {
    id: 'CreationTime',
    label: trans.__('Created'),
    sortable: true,
    cell: agoCell(created, trans)
  };
  return [name, ...state, made];
}
