import type { Asking } from '../core/client';
import * as cloudwatch from '../core/cloudwatch';

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

/** What CloudWatch has of an endpoint, up to now. */
export async function measured(
  endpoint: string,
  measures: readonly Measure[],
  { seconds, period }: Span,
  asking: Asking
): Promise<Measured> {
  const end = Math.ceil(Date.now() / 1000 / period) * period;
  const { times, values } = await cloudwatch.measured(
    measures.map(({ variant, metric, statistic }) => ({
      namespace: 'AWS/SageMaker',
      name: metric,
      dimensions: { EndpointName: endpoint, VariantName: variant },
      statistic
    })),
    { start: end - seconds, end, period },
    asking
  );
  return {
    times,
    period,
    measures: measures.map((each, index) => ({
      ...each,
      values: values[index]
    }))
  };
}
