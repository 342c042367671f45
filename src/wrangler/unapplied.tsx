import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Button } from '../core/button';
import { useTrans } from '../core/context';
import { Notice } from '../core/notice';

interface Props {
  title: string;
  /** Null: the form is not filled in yet. */
  apply: (() => void) | null;
  back: () => void;
}

/** Says that a job runs without what stands in a step's form. */
export function Unapplied(props: Props): JSX.Element {
  const trans = useTrans();
  return (
    <Notice mood="warning">
      <p>
        {trans.__(
          '“%1” has changes that are not in the flow yet. The job runs without them.',
          props.title
        )}
      </p>
      <p className="smkit-FlowForm-next">
        {props.apply && (
          <Button onClick={props.apply}>{trans.__('Apply them')}</Button>
        )}
        <Button onClick={props.back}>{trans.__('Back to the step')}</Button>
      </p>
    </Notice>
  );
}

/** Asks whether what stands in a step's form may be lost. */
export async function mayDiscard(
  title: string,
  trans: TranslationBundle
): Promise<boolean> {
  const { button } = await showDialog({
    title: trans.__('Discard the changes of “%1”?', title),
    body: trans.__('They are not in the flow yet.'),
    defaultButton: 0,
    buttons: [
      Dialog.cancelButton({ label: trans.__('Keep editing') }),
      Dialog.warnButton({ label: trans.__('Discard') })
    ]
  });
  return button.accept;
}
