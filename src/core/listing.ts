import type { UseQueryResult } from '@tanstack/react-query';

import type { Row } from './client';
import { useSmkit } from './context';
import type { Kind } from './kind';
import { useNamed } from './query';
import { isSearched, listModel, sortBy } from './service-model';
import type { PageArgs } from './smkit';
import type { Sort } from './table';

export interface Filter {
  /** A part of the name. */
  name: string;
  status: string;
  /** `team` or `team=research`. */
  tag: string;
}

export interface Listing {
  answer: UseQueryResult<Row>;
  rows: Row[];
  next?: string;
}

/** A page of records: by the kind's List, or by Search, which alone knows tags. */
export function useListing(
  kind: Kind,
  args: PageArgs,
  filter: Filter,
  sort: Sort,
  token: string | undefined
): Listing {
  const { pageSize } = useSmkit();
  const page = { MaxResults: pageSize, NextToken: token };
  const isSearch = filter.tag !== '' && isSearched(kind.name);
  const answer = useNamed(
    isSearch ? 'Search' : kind.list,
    isSearch
      ? { ...searchInput(kind, args, filter, sort), ...page }
      : { ...listInput(kind, args, filter, sort), ...page }
  );
  const rows = isSearch
    ? ((answer.data?.Results ?? []) as Readonly<Record<string, Row>>[])
        .map(result => result[kind.name])
        .filter(row => row !== undefined)
    : ((answer.data?.[listModel(kind.list).rows] ?? []) as Row[]);
  return { answer, rows, next: answer.data?.NextToken as string | undefined };
}

function listInput(
  kind: Kind,
  args: PageArgs,
  filter: Filter,
  sort: Sort
): Row {
  const list = listModel(kind.list);
  const by = sortBy(list, sort.by);
  return {
    ...kind.input?.(args),
    ...(filter.name && { [list.named]: filter.name }),
    ...(filter.status && { [list.status]: filter.status }),
    SortBy: by,
    SortOrder: by && list.orders[sort.descending ? 1 : 0]
  };
}

function searchInput(
  kind: Kind,
  args: PageArgs,
  { name, status, tag }: Filter,
  sort: Sort
): Row {
  const [key, ...value] = tag.split('=');
  const Name = `Tags.${key.trim()}`;
  const wanted = value.join('=').trim();
  const equal = ([Name, Value]: [string, unknown]): Row => ({
    Name,
    Operator: 'Equals',
    Value
  });
  const Filters = [
    wanted ? equal([Name, wanted]) : { Name, Operator: 'Exists' },
    ...Object.entries(kind.input?.(args) ?? {}).map(equal),
    ...(name ? [{ Name: kind.key, Operator: 'Contains', Value: name }] : []),
    ...(status && kind.status ? [equal([kind.status, status])] : [])
  ];
  return {
    Resource: kind.name,
    SearchExpression: { Filters },
    SortBy: sort.by === 'Name' ? kind.key : sort.by,
    SortOrder: sort.descending ? 'Descending' : 'Ascending'
  };
}
