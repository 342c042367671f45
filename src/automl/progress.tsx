import type { Row } from '../core/client';
import { useTrans } from '../core/context';
import { text } from '../core/format';

/** AWS's secondary statuses in the order that a job passes them. */
const STEPS = [
  'Starting',
  'AnalyzingData',
  'FeatureEngineering',
  'ModelTuning',
  'GeneratingExplainabilityReport',
  'GeneratingModelInsightsReport',
  'DeployingModel',
  'Completed'
];

interface Reason {
  PartialFailureMessage?: string;
}

/** How far a job is, and what it warns of. */
export function Progress({ record }: { record: Row }): JSX.Element {
  const trans = useTrans();
  const step = text(record, 'AutoMLJobSecondaryStatus');
  const isDone = record.AutoMLJobStatus === 'Completed';
  const at = isDone ? STEPS.length - 1 : Math.max(0, STEPS.indexOf(step));
  const reasons = (record.PartialFailureReasons ?? []) as Reason[];
  return (
    <>
      <div className="smkit-Progress">
        <progress
          aria-label={trans.__('Progress')}
          max={STEPS.length - 1}
          value={at}
        />
        <span>{step}</span>
      </div>
      {reasons.map((reason, index) => (
        <div key={index} className="smkit-Notice smkit-mod-warning">
          {reason.PartialFailureMessage}
        </div>
      ))}
    </>
  );
}
