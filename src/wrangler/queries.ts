import type { UseQueryResult } from '@tanstack/react-query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { callWrangler } from '../core/client';
import { useVisible } from '../core/context';
import { asked } from '../core/query';
import type { Operator } from './catalogue';
import type { Flow } from './document';
import { ancestors } from './document';

export type Bin = [from: number, to: number, count: number];

/** What a column's header shows. */
export interface ColumnProfile {
  name: string;
  type: string;
  missing: number;
  distinct: number | null;
  min?: unknown;
  max?: unknown;
  mean?: number | null;
  bins?: Bin[];
  top?: [value: unknown, count: number][];
}

export interface Preview {
  node: string;
  title: string;
  rows: number;
  sampled: boolean;
  columns: ColumnProfile[];
  head: unknown[][];
  steps: { node: string; title: string; rows: number }[];
  /** What the steps guessed of the data, and which values they lost. */
  notes: { node: string; title: string; text: string }[];
}

export interface Problem {
  message: string;
  node: string;
  column: string;
}

export interface Validation {
  problems: Problem[];
  titles: Record<string, string>;
}

export interface NamedColumn {
  name: string;
  type: string;
}

/** What a step's rows depend on: other steps may change without asking again. */
function needed(flow: Flow, node: string): string {
  return JSON.stringify(
    ancestors(flow, node).map(each => [
      each.node_id,
      each.operator,
      each.parameters,
      each.inputs,
      each.outputs,
      each.trained_parameters
    ])
  );
}

export function useOperators(session: string): UseQueryResult<Operator[]> {
  return useQuery({
    queryKey: ['wrangler', 'operators'],
    queryFn: context =>
      callWrangler<Operator[]>('operators', { session }, asked(context)),
    staleTime: Infinity
  });
}

export function usePreview(
  flow: Flow,
  node: string | null,
  session: string,
  enabled: boolean
): UseQueryResult<Preview> {
  const visible = useVisible();
  const hasRows = enabled && node !== null;
  return useQuery({
    queryKey: [
      'wrangler',
      'preview',
      session,
      node,
      node && needed(flow, node)
    ],
    queryFn: context =>
      callWrangler<Preview>('preview', { flow, node, session }, asked(context)),
    enabled: visible && hasRows,
    placeholderData: hasRows ? keepPreviousData : undefined,
    retry: false
  });
}

export function useColumns(
  flow: Flow,
  node: string | null,
  session: string
): UseQueryResult<NamedColumn[]> {
  const visible = useVisible();
  return useQuery({
    queryKey: ['wrangler', 'schema', session, node, node && needed(flow, node)],
    queryFn: context =>
      callWrangler<NamedColumn[]>(
        'schema',
        { flow, node, session },
        asked(context)
      ),
    enabled: visible && node !== null,
    retry: false
  });
}

export function useValidation(
  flow: Flow,
  session: string
): UseQueryResult<Validation> {
  const visible = useVisible();
  return useQuery({
    queryKey: ['wrangler', 'validate', session, JSON.stringify(flow.nodes)],
    queryFn: context =>
      callWrangler<Validation>('validate', { flow, session }, asked(context)),
    enabled: visible,
    placeholderData: keepPreviousData,
    retry: false
  });
}
