import { UseSignal } from '@jupyterlab/ui-components';

import { Button } from './button';
import { status } from './client';
import { useSmkit } from './context';
import { Notice } from './notice';

/** Says above a page that smkit does not answer, and why; one that was stopped can be started. */
export function OfflineNotice(): JSX.Element {
  const { trans, events } = useSmkit();
  return (
    <UseSignal signal={events.connectionChanged}>
      {() => {
        const asleep = events.connection === 'asleep' && events.met;
        return (
          (asleep || events.connection === 'offline') && (
            <Notice mood="warning">
              <strong>
                {asleep
                  ? trans.__('smkit does not run any more')
                  : trans.__('smkit does not answer')}
              </strong>
              <p>{trans.__('What stands here may have changed since.')}</p>
              <p>{events.message}</p>
              {asleep && (
                <Button onClick={() => void status()}>
                  {trans.__('Start smkit')}
                </Button>
              )}
            </Notice>
          )
        );
      }}
    </UseSignal>
  );
}
