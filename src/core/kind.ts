import type { LabIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReactNode } from 'react';

import type { Account } from './account';
import type { Row } from './client';
import { agoCell, linkCell, statusCell } from './cells';
import type { CodeForm } from './code';
import { text } from './format';
import type { PageArgs, Section } from './smkit';
import type { Column } from './table';
import type { Tab } from './tabs';

/** What differs between kinds of records; the rest follows from the name. */
export interface Declaration {
  /** Its name in the API and in events: `ProcessingJob`. */
  name: string;
  /** The id of its list page; its record's page is the same with `/record`. */
  page: string;
  plural: string;
  icon: LabIcon;
  /** Where it stands in the Studio panel; none: it is opened from another page. */
  section?: Section;
  rank?: number;
  /** What to do first, for an empty list, and the command that does it. */
  first: string;
  create?: { command: string; label: string };
  /** The member that holds the status. */
  status?: string;
  /** The columns of the list, from the usual ones: name, status, created. */
  columns?: (usual: readonly Column<Row>[]) => readonly Column<Row>[];
  /** Further input of the List operation, from the arguments of the page. */
  input?: (args: PageArgs) => Row;
  /** Operations that end or delete a record, where the page offers that. */
  stop?: string;
  remove?: string;
  /** What was made for records and may be deleted with them, in that order. */
  attached?: (names: readonly string[]) => Promise<readonly Attached[]>;
  /** Operations and names off the convention: `List<Name>s`, `<Name>Name`… */
  list?: string;
  describe?: string;
  creates?: string;
  key?: string;
  /** What Describe and Delete call `key`, where it is something else. */
  named?: string;
  /** How a person calls a record, where that is not its `key`. */
  titled?: (key: string) => string;
  /** Where a record is listed, where that is not the list of all. */
  parent?: (key: string) => Place | null;
  /** Members of Create that Describe calls otherwise. */
  renamed?: Readonly<Record<string, string>>;
  /** What a record's page shows first; none: the kind has no such page. */
  overview?: (record: Row) => readonly Fact[];
  tabs?: (record: Row, trans: TranslationBundle) => readonly Tab[];
  actions?: (record: Row) => ReactNode;
  log?: (record: Row) => { group: string; prefix: string };
  artifacts?: (record: Row) => readonly Artifact[];
  /** Forms of the code beside boto3 and the AWS CLI, of the request that makes the record. */
  forms?: (request: Row, account: Account) => readonly CodeForm[];
}

/** A kind of record, as its list, its page and the Studio panel need it. */
export type Kind = Omit<Declaration, 'columns'> &
  Required<
    Pick<
      Declaration,
      'list' | 'describe' | 'creates' | 'key' | 'named' | 'titled'
    >
  > & {
    columns: readonly Column<Row>[];
  };

/** A page of smkit, and what a link to it says. */
export interface Place {
  page: string;
  args: PageArgs;
  label: string;
}

export interface Fact {
  label: string;
  value: ReactNode;
}

export interface Artifact {
  label: string;
  uri: string;
  /** Of a place that others write to as well: when this record did, in seconds since 1970. */
  written?: { from: unknown; to: unknown };
}

/** A record that another one uses. */
export interface Attached {
  name: string;
  label: string;
  /** Who else uses it, for people; '': nobody. */
  usedBy: string;
  /** What deletes it. */
  operation: string;
  input: Row;
}

export function arnOf(record: Row, kind: Kind): string {
  return text(record, `${kind.name}Arn`);
}

/** A kind by its declaration, with what follows from its name. */
export function kindOf(trans: TranslationBundle, given: Declaration): Kind {
  const { name, status } = given;
  const key = given.key ?? `${name}Name`;
  const usual: Column<Row>[] = [
    { id: 'Name', label: trans.__('Name'), cell: linkCell(given.page, key) },
    ...(status
      ? [
          {
            id: 'Status',
            label: trans.__('Status'),
            cell: statusCell(status)
          }
        ]
      : []),
    {
      id: 'CreationTime',
      label: trans.__('Created'),
      cell: agoCell('CreationTime', trans)
    }
  ];
  return {
    list: `List${name}s`,
    describe: `Describe${name}`,
    creates: `Create${name}`,
    named: key,
    titled: each => each,
    ...given,
    key,
    columns: given.columns?.(usual) ?? usual
  };
}
