import { showErrorMessage } from '@jupyterlab/apputils';
import type {
  IRunningSessionManagers,
  IRunningSessions
} from '@jupyterlab/running';
import { Signal } from '@lumino/signaling';

import { askToDelete, askToStop, end, unstoppable } from '../core/ending';
import { ago } from '../core/format';
import type { ISmkit } from '../core/smkit';
import type { Activity, Running } from './activity';

/** Jobs and endpoints in JupyterLab's panel of what runs. */
export function addRunning(
  managers: IRunningSessionManagers,
  smkit: ISmkit,
  activity: Activity
): void {
  const { trans } = smkit;
  managers.add(
    manager(smkit, activity, each => each.kind.stop !== undefined, {
      name: trans.__('SageMaker jobs'),
      shutdownLabel: trans.__('Stop'),
      shutdownAllLabel: trans.__('Stop All'),
      shutdownAllConfirmationText: trans.__(
        'Are you sure you want to stop all jobs?'
      )
    })
  );
  managers.add(
    manager(smkit, activity, each => each.kind.stop === undefined, {
      name: trans.__('SageMaker endpoints'),
      shutdownLabel: trans.__('Delete'),
      shutdownAllLabel: trans.__('Delete All'),
      shutdownAllConfirmationText: trans.__(
        'Are you sure you want to delete all endpoints? Their configurations and models stay.'
      )
    })
  );
}

type Labels = Pick<
  IRunningSessions.IManager,
  'name' | 'shutdownLabel' | 'shutdownAllLabel' | 'shutdownAllConfirmationText'
>;

function manager(
  smkit: ISmkit,
  activity: Activity,
  belongs: (each: Running) => boolean,
  labels: Labels
): IRunningSessions.IManager {
  const runningChanged = new Signal<object, void>({});
  const mine = (): Running[] => activity.running.filter(belongs);
  activity.changed.connect(() => runningChanged.emit());
  return {
    ...labels,
    running: () => mine().map(each => item(smkit, each)),
    refreshRunning: () => void activity.look(),
    runningChanged,
    shutdownAll: () => {
      for (const { kind, name, status } of mine()) {
        const operation = kind.stop ?? kind.remove;
        if (operation && !(kind.stop && unstoppable(status, smkit.trans))) {
          end(kind, operation, [name], [], smkit.trans).catch(report(smkit));
        }
      }
    }
  };
}

function item(smkit: ISmkit, each: Running): IRunningSessions.IRunningItem {
  const { kind, name, status, since } = each;
  const { trans } = smkit;
  return {
    icon: () => kind.icon,
    label: () => kind.titled(name),
    labelTitle: () =>
      trans.__('%1: %2, since %3', kind.plural, name, ago(since, trans)),
    detail: () => status,
    open: () => smkit.open(`${kind.page}/record`, { name }),
    shutdown: () => void shutDown(smkit, each).catch(report(smkit))
  };
}

async function shutDown(
  { trans }: ISmkit,
  { kind, name }: Running
): Promise<void> {
  if (kind.stop) {
    if (await askToStop(kind, [name], trans)) {
      await end(kind, kind.stop, [name], [], trans);
    }
  } else if (kind.remove) {
    const attached = await askToDelete(kind, [name], trans);
    if (attached) {
      await end(kind, kind.remove, [name], attached, trans);
    }
  }
}

function report({ trans }: ISmkit): (error: Error) => void {
  return error =>
    void showErrorMessage(trans.__('It could not be ended'), error.message);
}
