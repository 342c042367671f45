import type { Row } from '../core/client';
import { useTrans } from '../core/context';
import { moment, text } from '../core/format';
import { Table } from '../core/table';

/** The last value of each metric that a training job reported. */
export function MetricsTable({
  metrics
}: {
  metrics: readonly Row[];
}): JSX.Element {
  const trans = useTrans();
  return (
    <Table
      label={trans.__('Metrics')}
      rows={metrics}
      rowKey={row => text(row, 'MetricName')}
      columns={[
        {
          id: 'name',
          label: trans.__('Metric'),
          cell: row => text(row, 'MetricName')
        },
        {
          id: 'value',
          label: trans.__('Value'),
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
