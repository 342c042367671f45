import { Button } from './button';
import { useSmkit, useTrans } from './context';
import type { Place } from './kind';
import { EmptyState } from './notice';

/** In the place of a record that is not there; `was`: it has been while the page is open. */
export function Gone({
  was,
  list
}: {
  was: boolean;
  list: Place;
}): JSX.Element {
  const trans = useTrans();
  const smkit = useSmkit();
  return (
    <EmptyState
      title={was ? trans.__('It was deleted') : trans.__('It does not exist')}
      action={
        <Button mood="primary" onClick={() => smkit.open(list.page, list.args)}>
          {trans.__('Go to %1', list.label)}
        </Button>
      }
    >
      {!was && trans.__('It may have been deleted, or never made.')}
    </EmptyState>
  );
}
