import type { Asking } from './client';
import { callNamed } from './client';

/** A statistic of one of CloudWatch's metrics: `p99` of `ModelLatency`. */
export interface Metric {
  namespace: string;
  name: string;
  dimensions: Readonly<Record<string, string>>;
  statistic: string;
}

/** Seconds since 1970, both of them whole periods. */
export interface Span {
  start: number;
  end: number;
  period: number;
}

export interface Measured {
  /** Seconds at which the periods begin. */
  times: readonly number[];
  /** Of each metric one value for each period; null where there was none. */
  values: readonly (readonly (number | null)[])[];
}

interface Result {
  Timestamps: number[];
  Values: number[];
}

/** What CloudWatch has of some metrics. */
export async function measured(
  metrics: readonly Metric[],
  { start, end, period }: Span,
  asking: Asking
): Promise<Measured> {
  const answer = await callNamed(
    'GetMetricData',
    {
      StartTime: start,
      EndTime: end,
      MetricDataQueries: metrics.map((metric, index) => ({
        Id: `m${index}`,
        MetricStat: {
          Metric: {
            Namespace: metric.namespace,
            MetricName: metric.name,
            Dimensions: Object.entries(metric.dimensions).map(
              ([Name, Value]) => ({ Name, Value })
            )
          },
          Period: period,
          Stat: metric.statistic
        }
      }))
    },
    asking,
    'cloudwatch'
  );
  const times = Array.from(
    { length: (end - start) / period },
    (_, index) => start + index * period
  );
  const results = answer.MetricDataResults as Result[];
  return {
    times,
    values: results.map(({ Timestamps, Values }) => {
      const found = new Map(Timestamps.map((at, each) => [at, Values[each]]));
      return times.map(at => found.get(at) ?? null);
    })
  };
}
