import { useMutation } from '@tanstack/react-query';

import { Button } from './button';
import type { Row } from './client';
import { useTrans } from './context';
import { Unended, askToDelete, askToStop, end, unstoppable } from './ending';
import { text } from './format';
import type { Attached, Kind } from './kind';
import { ErrorNotice } from './notice';

interface Wanted {
  operation: string;
  names: readonly string[];
  attached?: readonly Attached[];
}

/** What may be done to the records that are selected in a list. */
export function BulkActions({
  kind,
  names,
  rows,
  keep
}: {
  kind: Kind;
  names: readonly string[];
  /** What the list shows. */
  rows: readonly Row[];
  /** Takes those that are left: where the operation failed. */
  keep: (names: readonly string[]) => void;
}): JSX.Element {
  const trans = useTrans();
  const act = useMutation({
    mutationFn: ({ operation, names, attached = [] }: Wanted) =>
      end(kind, operation, names, attached, trans),
    onSuccess: () => keep([]),
    onError: error => keep(error instanceof Unended ? error.left : [])
  });
  const { stop, remove } = kind;
  // Of another page of the list nothing is known but the name: the operation says.
  const ended = new Set(
    rows
      .filter(row => unstoppable(text(row, kind.status ?? ''), trans))
      .map(row => text(row, kind.key))
  );
  const running = names.filter(name => !ended.has(name));
  const stopSelected = async (operation: string): Promise<void> => {
    if (await askToStop(kind, running, trans)) {
      act.mutate({ operation, names: running });
    }
  };
  const deleteSelected = async (operation: string): Promise<void> => {
    const attached = await askToDelete(kind, names, trans);
    if (attached) {
      act.mutate({ operation, names, attached });
    }
  };
  const why =
    names.length === 0
      ? trans.__('Select some first')
      : trans.__('All of them have ended');
  return (
    <>
      <ErrorNotice error={act.error} />
      {names.length > 0 && <span>{trans.__('%1 selected', names.length)}</span>}
      {stop && (
        <Button
          disabled={running.length === 0 || act.isPending}
          title={running.length === 0 ? why : undefined}
          onClick={() => void stopSelected(stop)}
        >
          {trans.__('Stop')}
        </Button>
      )}
      {remove && (
        <Button
          mood="danger"
          disabled={names.length === 0 || act.isPending}
          onClick={() => void deleteSelected(remove)}
        >
          {trans.__('Delete')}
        </Button>
      )}
    </>
  );
}
