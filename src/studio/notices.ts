import { Notification } from '@jupyterlab/apputils';

import { duration } from '../core/format';
import type { ISmkit } from '../core/smkit';
import { isFailed } from '../core/status-pill';
import type { Activity, Ended } from './activity';

/** Says when a job ends that this window has seen at work for long enough: `seconds`. */
export function notifyOfEnds(
  smkit: ISmkit,
  activity: Activity,
  seconds: () => number
): void {
  activity.ended.connect((_, job) => {
    const isTold = job.status === 'Completed' || isFailed(job.status);
    if (job.kind.stop && isTold && job.seconds >= seconds()) {
      notify(smkit, job);
    }
  });
}

function notify(smkit: ISmkit, { kind, name, status, seconds }: Ended): void {
  const { trans } = smkit;
  const took = duration(seconds);
  const title = kind.titled(name);
  const failed = isFailed(status);
  Notification.emit(
    failed
      ? trans.__('%1 failed after %2', title, took)
      : trans.__('%1 completed in %2', title, took),
    failed ? 'error' : 'success',
    {
      autoClose: failed ? false : 10_000,
      actions: [
        {
          label: trans.__('Open'),
          caption: trans.__('Open the page of %1', title),
          callback: () => smkit.open(`${kind.page}/record`, { name })
        }
      ]
    }
  );
}
