import { callNamed } from '../core/client';

/** How far back to look, and how finely. */
export interface Span {
  seconds: number;
  period: number;
}

/** A statistic of one of AWS's metrics of a variant: `p99` of `ModelLatency`. */
export interface Measure {
  variant: string;
  metric: string;
  statistic: string;
}

export interface Measured {
  /** Seconds at which the periods begin. */
  times: readonly number[];
  period: number;
  measures: readonly MeasuredOne[];
}

/** One value for each period; null where there was no request. */
export interface MeasuredOne extends Measure {
  values: readonly (number | null)[];
}

interface Result {
  Timestamps: number[];
  Values: number[];
}

/** What CloudWatch has of an endpoint, up to now. */
export async function measured(
  endpoint: string,
  measures: readonly Measure[],
  { seconds, period }: Span,
  signal: AbortSignal
): Promise<Measured> {
  const end = Math.ceil(Date.now() / 1000 / period) * period;
  const start = end - seconds;
  const answer = await callNamed(
    'GetMetricData',
    {
      StartTime: start,
      EndTime: end,
      MetricDataQueries: measures.map(
        ({ variant, metric, statistic }, index) => ({
          Id: `m${index}`,
          MetricStat: {
            Metric: {
              Namespace: 'AWS/SageMaker',
              MetricName: metric,
              Dimensions: [
                { Name: 'EndpointName', Value: endpoint },
                { Name: 'VariantName', Value: variant }
              ]
            },
            Period: period,
            Stat: statistic
          }
        })
      )
    },
    signal,
    'monitoring'
  );
  const times = Array.from(
    { length: seconds / period },
    (_, index) => start + index * period
  );
  const results = answer.MetricDataResults as Result[];
  return {
    times,
    period,
    measures: measures.map((measure, index) => {
      const { Timestamps, Values } = results[index];
      const found = new Map(Timestamps.map((at, each) => [at, Values[each]]));
      return { ...measure, values: times.map(at => found.get(at) ?? null) };
    })
  };
}
