import { UseSignal } from '@jupyterlab/ui-components';
import { useMutation } from '@tanstack/react-query';

import { Button } from './button';
import { status } from './client';
import { useSmkit } from './context';
import { ErrorNotice, Notice } from './notice';

/** Says above a page that smkit does not answer, and why; one that was stopped can be started. */
export function OfflineNotice(): JSX.Element {
  const { trans, events } = useSmkit();
  const start = useMutation({ mutationFn: () => status() });
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
                <Button onClick={() => start.mutate()}>
                  {trans.__('Start smkit')}
                </Button>
              )}
              <ErrorNotice error={start.error} />
            </Notice>
          )
        );
      }}
    </UseSignal>
  );
}
