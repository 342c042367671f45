import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { Chart } from '../core/chart';
import type { Series } from '../core/chart-spec';
import type { Row } from '../core/client';
import { useTrans, useVisible } from '../core/context';
import { SelectField } from '../core/fields';
import { text } from '../core/format';
import { EmptyState, ErrorNotice, Loading } from '../core/notice';
import { asked } from '../core/query';
import type { Measure, Measured, Span } from './cloudwatch';
import { measured } from './cloudwatch';

const MINUTE = 60;
const HOUR = 3600;
/** The edge hands its counts over by the minute. */
const REFRESH_MS = 30_000;
const SPANS: Readonly<Record<string, Span>> = {
  '1h': { seconds: HOUR, period: MINUTE },
  '3h': { seconds: 3 * HOUR, period: MINUTE },
  '12h': { seconds: 12 * HOUR, period: 5 * MINUTE },
  '1d': { seconds: 24 * HOUR, period: 15 * MINUTE },
  '1w': { seconds: 168 * HOUR, period: HOUR }
};
/** In one of the page's milliseconds. */
const MICROSECONDS = 1000;
const LATENCIES = ['Average', 'p50', 'p90', 'p99'];

/** What an endpoint was asked, how often it failed and how long it took, over time. */
export function InvocationMetrics({ record }: { record: Row }): JSX.Element {
  const trans = useTrans();
  const variants = ((record.ProductionVariants ?? []) as Row[]).map(each =>
    text(each, 'VariantName')
  );
  return variants.length > 0 ? (
    <VariantMetrics
      endpoint={text(record, 'EndpointName')}
      variants={variants}
    />
  ) : (
    <EmptyState title={trans.__('No metrics yet')}>
      {trans.__('Requests are measured when the endpoint is in service.')}
    </EmptyState>
  );
}

function VariantMetrics({
  endpoint,
  variants
}: {
  endpoint: string;
  variants: readonly string[];
}): JSX.Element {
  const trans = useTrans();
  const visible = useVisible();
  const [span, setSpan] = useState('1h');
  const [chosen, setChosen] = useState('');
  const variant = variants.includes(chosen) ? chosen : variants[0];
  const measures = [
    ...variants.map(each => of(each, 'Invocations', 'Sum')),
    of(variant, 'Invocation4XXErrors', 'Sum'),
    of(variant, 'Invocation5XXErrors', 'Sum'),
    ...LATENCIES.map(each => of(variant, 'ModelLatency', each)),
    ...LATENCIES.map(each => of(variant, 'OverheadLatency', each))
  ];
  const { data, error } = useQuery({
    queryKey: ['metrics', endpoint, span, measures],
    queryFn: context =>
      measured(endpoint, measures, SPANS[span], asked(context)),
    enabled: visible,
    placeholderData: keepPreviousData,
    refetchInterval: visible
      ? Math.max(REFRESH_MS, (SPANS[span].period * 1000) / 2)
      : false
  });
  const names: Record<string, string> = {
    '1h': trans.__('Last hour'),
    '3h': trans.__('Last 3 hours'),
    '12h': trans.__('Last 12 hours'),
    '1d': trans.__('Last day'),
    '1w': trans.__('Last week')
  };
  return (
    <>
      <div className="smkit-Toolbar">
        <SelectField
          label={trans.__('Period')}
          value={span}
          choices={Object.keys(SPANS).map(value => ({
            value,
            label: names[value]
          }))}
          onChange={setSpan}
        />
        {variants.length > 1 && (
          <SelectField
            label={trans.__('Errors and latency of')}
            value={variant}
            choices={variants.map(value => ({ value, label: value }))}
            onChange={setChosen}
          />
        )}
      </div>
      <ErrorNotice error={error} />
      {data ? <Charts measured={data} /> : !error && <Loading />}
    </>
  );
}

function Charts({ measured }: { measured: Measured }): JSX.Element {
  const trans = useTrans();
  const { times, period, measures } = measured;
  if (!measures.some(each => each.values.some(value => value !== null))) {
    return (
      <EmptyState title={trans.__('No requests in this period')}>
        {trans.__('Counts and latencies appear a minute after a request.')}
      </EmptyState>
    );
  }
  const series = (
    metric: string,
    label: (measure: Measure) => string,
    unit = 1
  ): Series[] =>
    measures
      .filter(each => each.metric === metric)
      .map(each => ({
        label: label(each),
        values: each.values.map(value => value && value / unit)
      }));
  const statistic = (each: Measure): string =>
    each.statistic === 'Average' ? trans.__('average') : each.statistic;
  const shared = { times, period };
  return (
    <div className="smkit-Charts">
      <Chart
        {...shared}
        title={trans.__('Invocations')}
        mark="bar"
        series={series('Invocations', each => each.variant)}
      />
      <Chart
        {...shared}
        title={trans.__('Errors')}
        mark="bar"
        series={series('Invocation4XXErrors', () => '4xx').concat(
          series('Invocation5XXErrors', () => '5xx')
        )}
      />
      <Chart
        {...shared}
        title={trans.__('Model latency')}
        unit={trans.__('ms')}
        mark="line"
        series={series('ModelLatency', statistic, MICROSECONDS)}
      />
      <Chart
        {...shared}
        title={trans.__('Overhead latency')}
        unit={trans.__('ms')}
        mark="line"
        series={series('OverheadLatency', statistic, MICROSECONDS)}
      />
    </div>
  );
}

function of(variant: string, metric: string, statistic: string): Measure {
  return { variant, metric, statistic };
}
