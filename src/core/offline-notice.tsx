import { UseSignal } from '@jupyterlab/ui-components';

import { useSmkit } from './context';
import { Notice } from './notice';

/** Says above a page that smkit does not answer, and why. */
export function OfflineNotice(): JSX.Element {
  const { trans, events } = useSmkit();
  return (
    <UseSignal signal={events.connectionChanged}>
      {() =>
        events.connection === 'offline' && (
          <Notice mood="warning">
            <strong>{trans.__('smkit does not answer')}</strong>
            <p>{trans.__('What stands here may have changed since.')}</p>
            <p>{events.message}</p>
          </Notice>
        )
      }
    </UseSignal>
  );
}
