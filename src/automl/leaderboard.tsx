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

type Metric = NonNullable<
  NonNullable<Candidate['CandidateProperties']>['CandidateMetrics']
>[number];

const MOST_METRICS = 1;
const SCORE = new Intl.NumberFormat('en', {
  minimumSignificantDigits: 5,
  maximumSignificantDigits: 5,
  useGrouping: false
});

/** The candidates, the best first: what they are ranked by, the holdout, and the time a row takes. */
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
  const others = otherMetrics(candidates, metric);
  return (
    <div className="smkit-Leaderboard">
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
                {candidate.CandidateStatus !== 'Completed' && (
                  <StatusPill status={candidate.CandidateStatus ?? ''} />
                )}
              </>
            )
          },
          {
            id: 'objective',
            label: trans.__('%1, validation', metric),
            numeric: true,
            cell: candidate =>
              shortened(candidate.FinalAutoMLJobObjectiveMetric?.Value)
          },
          ...[metric, ...others].map(name => ({
            id: `holdout-${name}`,
            label: trans.__('%1, holdout', name),
            numeric: true,
            cell: (candidate: Candidate) =>
              shortened(measured(candidate, name)?.Value)
          })),
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
    </div>
  );
}

function direction(record: Row): 'Ascending' | 'Descending' {
  const best = (record.BestCandidate ?? {}) as Row;
  const metric = (best.FinalAutoMLJobObjectiveMetric ?? {}) as Row;
  return metric.Type === 'Minimize' ? 'Ascending' : 'Descending';
}

function metricsOf(candidate: Candidate): readonly Metric[] {
  return candidate.CandidateProperties?.CandidateMetrics ?? [];
}

/** A metric on the holdout: rows that no candidate was trained on or chosen by. */
function measured(candidate: Candidate, name: string): Metric | undefined {
  return metricsOf(candidate).find(
    each => each.StandardMetricName === name && each.Set === 'Test'
  );
}

/** Further metrics worth a column. */
function otherMetrics(
  candidates: readonly Candidate[],
  objective: string
): string[] {
  const names = candidates.flatMap(candidate =>
    metricsOf(candidate).map(each => each.StandardMetricName ?? '')
  );
  return [...new Set(names)]
    .filter(name => name && name !== objective && name !== 'InferenceLatency')
    .slice(0, MOST_METRICS);
}

function latency(candidate: Candidate): string {
  const found = metricsOf(candidate).find(
    each => each.StandardMetricName === 'InferenceLatency'
  );
  return found?.Value !== undefined
    ? `${(found.Value * 1000).toFixed(1)} ms`
    : '';
}

function shortened(value: number | undefined): string {
  return value === undefined ? '' : SCORE.format(value);
}
