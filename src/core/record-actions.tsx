import { useMutation } from '@tanstack/react-query';

import { Button } from './button';
import { useTrans } from './context';
import { askToDelete, askToStop, end, unstoppable } from './ending';
import type { Attached, Kind } from './kind';
import { ErrorNotice } from './notice';

/** What ends the record of a page. */
export function RecordActions({
  kind,
  name,
  status
}: {
  kind: Kind;
  name: string;
  status: string;
}): JSX.Element {
  const trans = useTrans();
  const act = useMutation({
    mutationFn: (wanted: {
      operation: string;
      attached: readonly Attached[];
    }) => end(kind, wanted.operation, [name], wanted.attached, trans)
  });
  const stopIt = async (operation: string): Promise<void> => {
    if (await askToStop(kind, [name], trans)) {
      act.mutate({ operation, attached: [] });
    }
  };
  const deleteIt = async (operation: string): Promise<void> => {
    const attached = await askToDelete(kind, [name], trans);
    if (attached) {
      act.mutate({ operation, attached });
    }
  };
  const { stop, remove } = kind;
  const why = unstoppable(status, trans);
  return (
    <>
      <ErrorNotice error={act.error} />
      {stop && (
        <Button
          disabled={why !== ''}
          title={why || undefined}
          onClick={() => void stopIt(stop)}
        >
          {trans.__('Stop')}
        </Button>
      )}
      {remove && (
        <Button mood="danger" onClick={() => void deleteIt(remove)}>
          {trans.__('Delete')}
        </Button>
      )}
    </>
  );
}
