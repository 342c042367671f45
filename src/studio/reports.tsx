import { useQuery } from '@tanstack/react-query';

import { ObjectLink } from '../core/cells';
import type { Row } from '../core/client';
import { useTrans, useVisible } from '../core/context';
import { ErrorNotice, Loading } from '../core/notice';
import { asked } from '../core/query';
import { readHead } from '../core/s3';
import { Table } from '../core/table';

export interface Report {
  name: string;
  uri: string;
}

interface Figure {
  name: string;
  value: number;
}

const MOST_BYTES = 1_000_000;

/** What ModelMetrics name: `ModelQuality › Statistics`, and where it lies. */
export function reportsOf(metrics: unknown): Report[] {
  return Object.entries((metrics ?? {}) as Record<string, Row>).flatMap(
    ([about, reports]) =>
      Object.entries(reports).map(([name, report]) => ({
        name: `${about} › ${name}`,
        uri: String((report as Row).S3Uri)
      }))
  );
}

/** Reports of how good a model is, with their figures where they are JSON. */
export function Reports({
  reports
}: {
  reports: readonly Report[];
}): JSX.Element {
  return (
    <>
      {reports.map(({ name, uri }) => (
        <section key={name} className="smkit-Report">
          <h2>{name}</h2>
          <p>
            <ObjectLink uri={uri} />
          </p>
          <Figures name={name} uri={uri} />
        </section>
      ))}
    </>
  );
}

function Figures({ name, uri }: Report): JSX.Element | null {
  const trans = useTrans();
  const visible = useVisible();
  const { data, error } = useQuery({
    queryKey: ['report', uri],
    queryFn: async context =>
      figuresOf(await (await readHead(uri, MOST_BYTES, asked(context))).text()),
    enabled: visible
  });
  if (!data) {
    return error ? <ErrorNotice error={error} /> : <Loading />;
  }
  return data.length > 0 ? (
    <Table
      label={name}
      rows={data}
      rowKey={row => row.name}
      columns={[
        { id: 'name', label: trans.__('Metric'), cell: row => row.name },
        {
          id: 'value',
          label: trans.__('Value'),
          numeric: true,
          cell: row => String(row.value)
        }
      ]}
    />
  ) : null;
}

function figuresOf(text: string): Figure[] {
  try {
    return figures([], JSON.parse(text));
  } catch {
    return [];
  }
}

/** The numbers of `{"regression_metrics": {"mse": {"value": 1}}}`; curves are left to the file. */
function figures(path: readonly string[], value: unknown): Figure[] {
  if (typeof value === 'number') {
    return [{ name: path.join(' › '), value }];
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return [];
  }
  return Object.entries(value).flatMap(([name, each]) =>
    figures(name === 'value' ? path : [...path, name], each)
  );
}
