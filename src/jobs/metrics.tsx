import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { Chart } from '../core/chart';
import type { Row } from '../core/client';
import type { Span } from '../core/cloudwatch';
import { measured } from '../core/cloudwatch';
import { useTrans, useVisible } from '../core/context';
import { moment, text } from '../core/format';
import { EmptyState, ErrorNotice, Loading } from '../core/notice';
import { Table } from '../core/table';

/** Periods that CloudWatch takes, and how many of them a chart shows at the most. */
const PERIODS = [1, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400];
const MOST_POINTS = 300;

/** The metrics of a training job over time, and the last value of each. */
export function JobMetrics({ record }: { record: Row }): JSX.Element {
  const trans = useTrans();
  const lasts = (record.FinalMetricDataList ?? []) as Row[];
  if (lasts.length === 0) {
    return (
      <EmptyState title={trans.__('No metrics yet')}>
        {trans.__(
          'They appear when the job prints what its MetricDefinitions look for.'
        )}
      </EmptyState>
    );
  }
  return (
    <div className="smkit-JobMetrics">
      <MetricCharts record={record} lasts={lasts} />
      <LastValues lasts={lasts} />
    </div>
  );
}

interface Props {
  record: Row;
  lasts: readonly Row[];
}

/** Asked for anew when the record has newer values. */
function MetricCharts({ record, lasts }: Props): JSX.Element {
  const visible = useVisible();
  const job = text(record, 'TrainingJobName');
  const names = lasts.map(each => text(each, 'MetricName'));
  const span = spanOf(record, lasts);
  const { data, error } = useQuery({
    queryKey: ['job-metrics', job, names, lasts],
    queryFn: async ({ signal }) => ({
      names,
      span,
      ...(await measured(
        names.map(name => ({
          namespace: '/aws/sagemaker/TrainingJobs',
          name,
          dimensions: { TrainingJobName: job },
          statistic: 'Average'
        })),
        span,
        { signal, unbidden: true }
      ))
    }),
    enabled: visible,
    placeholderData: keepPreviousData
  });
  return (
    <div className="smkit-Charts">
      <ErrorNotice error={error} />
      {!data && !error && <Loading />}
      {data?.names.map((name, index) => {
        // A line goes from value to value, however far apart they are.
        const found = data.times
          .map((at, each) => ({ at, value: data.values[index][each] }))
          .filter(each => each.value !== null);
        return (
          found.length > 0 && (
            <Chart
              key={name}
              title={name}
              mark="line"
              fitted
              times={found.map(each => each.at)}
              period={data.span.period}
              series={[{ label: name, values: found.map(each => each.value) }]}
            />
          )
        );
      })}
    </div>
  );
}

/** From the start of the training to the last value, in periods as short as fit. */
function spanOf(record: Row, lasts: readonly Row[]): Span {
  const first = Number(record.TrainingStartTime ?? record.CreationTime);
  const last = Math.max(...lasts.map(each => Number(each.Timestamp)));
  const period =
    PERIODS.find(each => (last - first) / each < MOST_POINTS) ?? 86_400;
  return {
    start: Math.floor(first / period) * period,
    end: (Math.floor(last / period) + 1) * period,
    period
  };
}

function LastValues({ lasts }: { lasts: readonly Row[] }): JSX.Element {
  const trans = useTrans();
  return (
    <Table
      label={trans.__('Last values')}
      rows={lasts}
      rowKey={row => text(row, 'MetricName')}
      columns={[
        {
          id: 'name',
          label: trans.__('Metric'),
          cell: row => text(row, 'MetricName')
        },
        {
          id: 'value',
          label: trans.__('Last value'),
          numeric: true,
          cell: row => text(row, 'Value')
        },
        {
          id: 'at',
          label: trans.__('At'),
          cell: row => moment(row.Timestamp)
        }
      ]}
    />
  );
}
