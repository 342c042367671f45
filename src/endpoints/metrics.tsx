import { useQuery } from '@tanstack/react-query';

import type { Row } from '../core/client';
import { callNamed } from '../core/client';
import { useTrans, useVisible } from '../core/context';
import { moment, text } from '../core/format';
import { EmptyState, ErrorNotice, Loading } from '../core/notice';
import { Table } from '../core/table';

const HOUR = 3600;
/** The edge hands its counts over by the minute. */
const REFRESH_MS = 30_000;

interface Minute {
  at: number;
  invocations: number;
  errors: number;
  latency: number | undefined;
}

interface Datapoint {
  Timestamp: number;
  Sum?: number;
  Average?: number;
}

/** The last hour of an endpoint, minute by minute. */
export function InvocationMetrics({ record }: { record: Row }): JSX.Element {
  const trans = useTrans();
  const visible = useVisible();
  const endpoint = text(record, 'EndpointName');
  const variants = (record.ProductionVariants ?? []) as Row[];
  const minutes = useQuery({
    queryKey: ['metrics', endpoint],
    queryFn: ({ signal }) =>
      lastHour(
        endpoint,
        variants.map(each => text(each, 'VariantName')),
        signal
      ),
    enabled: visible,
    refetchInterval: visible ? REFRESH_MS : false
  });
  if (minutes.error) {
    return <ErrorNotice error={minutes.error} />;
  }
  if (!minutes.data) {
    return <Loading />;
  }
  if (minutes.data.length === 0) {
    return (
      <EmptyState title={trans.__('No requests in the last hour')}>
        {trans.__('Counts and latencies appear a minute after a request.')}
      </EmptyState>
    );
  }
  const most = Math.max(...minutes.data.map(each => each.invocations));
  return (
    <Table
      label={trans.__('Invocations')}
      rows={minutes.data}
      rowKey={minute => String(minute.at)}
      columns={[
        {
          id: 'at',
          label: trans.__('Minute'),
          cell: minute => moment(minute.at).slice(0, 16)
        },
        {
          id: 'bar',
          label: '',
          cell: minute => (
            <span
              className="smkit-Bar"
              style={{ width: `${(100 * minute.invocations) / most}%` }}
            />
          )
        },
        {
          id: 'invocations',
          label: trans.__('Invocations'),
          numeric: true,
          cell: minute => minute.invocations
        },
        {
          id: 'errors',
          label: trans.__('Errors'),
          numeric: true,
          cell: minute => minute.errors
        },
        {
          id: 'latency',
          label: trans.__('Model latency'),
          numeric: true,
          cell: minute =>
            minute.latency === undefined
              ? '–'
              : trans.__('%1 ms', (minute.latency / 1000).toFixed(1))
        }
      ]}
    />
  );
}

async function lastHour(
  endpoint: string,
  variants: readonly string[],
  signal: AbortSignal
): Promise<Minute[]> {
  const now = Math.ceil(Date.now() / 60_000) * 60;
  const ask = async (metric: string): Promise<Datapoint[]> => {
    const answers = await Promise.all(
      variants.map(variant =>
        callNamed(
          'GetMetricStatistics',
          {
            Namespace: 'AWS/SageMaker',
            MetricName: metric,
            Dimensions: [
              { Name: 'EndpointName', Value: endpoint },
              { Name: 'VariantName', Value: variant }
            ],
            StartTime: now - HOUR,
            EndTime: now,
            Period: 60,
            Statistics: ['Sum', 'Average']
          },
          signal,
          'monitoring'
        )
      )
    );
    return answers.flatMap(answer => (answer.Datapoints ?? []) as Datapoint[]);
  };
  const [counts, refused, faults, latencies] = await Promise.all(
    [
      'Invocations',
      'Invocation4XXErrors',
      'Invocation5XXErrors',
      'ModelLatency'
    ].map(ask)
  );
  const times = [...new Set(counts.map(point => point.Timestamp))];
  return times
    .sort((one, other) => other - one)
    .map(at => ({
      at,
      invocations: sum(counts, at),
      errors: sum([...refused, ...faults], at),
      latency: latencies.find(point => point.Timestamp === at)?.Average
    }));
}

function sum(points: readonly Datapoint[], at: number): number {
  return points
    .filter(point => point.Timestamp === at)
    .reduce((total, point) => total + (point.Sum ?? 0), 0);
}
