import { showErrorMessage } from '@jupyterlab/apputils';
import { UseSignal } from '@jupyterlab/ui-components';

import { status } from '../core/client';
import { useSmkit } from '../core/context';
import type { Connection } from '../core/events';

/** The item in the status bar: whether smkit answers; a click opens the Studio panel, and starts it. */
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
          onClick={() => {
            if (events.connection === 'asleep') {
              status().catch(error =>
                showErrorMessage(
                  trans.__('smkit did not start'),
                  error as Error
                )
              );
            }
            void commands.execute('smkit:show-studio');
          }}
        >
          {words[events.connection]}
        </button>
      )}
    </UseSignal>
  );
}
