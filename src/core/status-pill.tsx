const GOOD = /^(Completed|InService|Approved|Succeeded|Active|Created)$/i;
const BAD = /(Failed|OutOfService|Rejected)$/i;
const UNDER_WAY =
  /^(InProgress|Creating|Updating|Deleting|Stopping|RollingBack|SystemUpdating|Pending$|Starting|Executing|Downloading|Uploading)/i;

export function isFailed(status: string): boolean {
  return BAD.test(status) && status !== 'Rejected';
}

export function isUnderWay(status: string): boolean {
  return UNDER_WAY.test(status);
}

/** Whether a program runs that may still write to its log. */
export function isAtWork(status: string): boolean {
  return isUnderWay(status) || status === 'InService';
}

function mood(status: string): string {
  if (GOOD.test(status)) {
    return 'good';
  }
  if (BAD.test(status)) {
    return 'bad';
  }
  return isUnderWay(status) ? 'busy' : 'plain';
}

/** A status as AWS spells it, in a colour and with a mark that needs no colour. */
export function StatusPill({ status }: { status: string }): JSX.Element {
  return (
    <span className={`smkit-StatusPill smkit-mod-${mood(status)}`}>
      {status || '–'}
    </span>
  );
}
