import { UseSignal } from '@jupyterlab/ui-components';

import { useSmkit } from '../core/context';
import type { Connection } from '../core/events';

/** The item in the status bar: whether smkit answers; a click opens the Studio panel. */
export function ConnectionItem(): JSX.Element {
  const { trans, events, commands } = useSmkit();
  const words: Record<Connection, string> = {
    connecting: trans.__('smkit…'),
    asleep: trans.__('smkit: not running'),
    online: trans.__('smkit'),
    offline: trans.__('smkit does not answer')
  };
  return (
    <UseSignal signal={events.connectionChanged}>
      {() => (
        <button
          className={`smkit-Connection smkit-mod-${events.connection}`}
          title={
            events.message || trans.__('The SageMaker workflow on this machine')
          }
          onClick={() => void commands.execute('smkit:show-studio')}
        >
          {words[events.connection]}
        </button>
      )}
    </UseSignal>
  );
}
