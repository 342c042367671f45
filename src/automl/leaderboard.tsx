import type { Row } from '../core/client';
import { useTrans } from '../core/context';
import { between, text } from '../core/format';
import { EmptyState, ErrorNotice, Loading } from '../core/notice';
import type { Output } from '../core/operations';
import { useOperation } from '../core/query';
import { StatusPill } from '../core/status-pill';
import { Table } from '../core/table';
import { Deploy } from './deploy';

type Candidate = NonNullable<
  Output<'ListCandidatesForAutoMLJob'>['Candidates']
>[number];

/** The metrics of a candidate on rows it never saw, and how long one row takes. */
export function Leaderboard({ record }: { record: Row }): JSX.Element {
  const trans = useTrans();
  const answer = useOperation('ListCandidatesForAutoMLJob', {
    AutoMLJobName: text(record, 'AutoMLJobName'),
    SortBy: 'FinalObjectiveMetricValue',
    SortOrder: direction(record),
    MaxResults: 100
  });
  const candidates = answer.data?.Candidates ?? [];
  const best = text((record.BestCandidate ?? {}) as Row, 'CandidateName');
  if (answer.isPending) {
    return <Loading />;
  }
  if (candidates.length === 0) {
    return (
      <>
        <ErrorNotice error={answer.error} />
        <EmptyState title={trans.__('No candidates yet')}>
          {trans.__('Each appears here when its training begins.')}
        </EmptyState>
      </>
    );
  }
  const metric =
    candidates.find(each => each.FinalAutoMLJobObjectiveMetric)
      ?.FinalAutoMLJobObjectiveMetric?.MetricName ?? trans.__('Score');
  return (
    <Table
      label={trans.__('Leaderboard')}
      rows={candidates}
      rowKey={candidate => candidate.CandidateName ?? ''}
      columns={[
        {
          id: 'name',
          label: trans.__('Candidate'),
          cell: candidate => (
            <>
              {candidate.CandidateName}{' '}
              {candidate.CandidateName === best && (
                <strong className="smkit-Best">{trans.__('best')}</strong>
              )}
            </>
          )
        },
        {
          id: 'status',
          label: trans.__('Status'),
          cell: candidate => (
            <StatusPill status={candidate.CandidateStatus ?? ''} />
          )
        },
        {
          id: 'objective',
          label: metric,
          numeric: true,
          cell: candidate =>
            shortened(candidate.FinalAutoMLJobObjectiveMetric?.Value)
        },
        {
          id: 'holdout',
          label: trans.__('Holdout'),
          numeric: true,
          cell: candidate => shortened(holdout(candidate, metric))
        },
        {
          id: 'latency',
          label: trans.__('One row'),
          numeric: true,
          cell: candidate => latency(candidate)
        },
        {
          id: 'time',
          label: trans.__('Trained for'),
          numeric: true,
          cell: candidate =>
            candidate.EndTime
              ? between(candidate.CreationTime, candidate.EndTime)
              : ''
        },
        {
          id: 'deploy',
          label: '',
          cell: candidate => (
            <Deploy record={record} candidate={candidate as Row} />
          )
        }
      ]}
    />
  );
}

function direction(record: Row): 'Ascending' | 'Descending' {
  const best = (record.BestCandidate ?? {}) as Row;
  const metric = (best.FinalAutoMLJobObjectiveMetric ?? {}) as Row;
  return metric.Type === 'Minimize' ? 'Ascending' : 'Descending';
}

function metricsOf(candidate: Candidate): readonly Row[] {
  return (candidate.CandidateProperties?.CandidateMetrics ?? []) as Row[];
}

function holdout(candidate: Candidate, metric: string): number | undefined {
  const found = metricsOf(candidate).find(
    each =>
      each.StandardMetricName === metric &&
      (each.Set === 'Test' || each.Set === 'Validation')
  );
  return found?.Value as number | undefined;
}

function latency(candidate: Candidate): string {
  const found = metricsOf(candidate).find(
    each => each.StandardMetricName === 'InferenceLatency'
  );
  return typeof found?.Value === 'number'
    ? `${(found.Value * 1000).toFixed(1)} ms`
    : '';
}

function shortened(value: number | undefined): string {
  return value === undefined ? '' : String(Number(value.toPrecision(5)));
}
