import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { callNamed } from './client';
import type { Attached, Kind } from './kind';
import { queryClient } from './query';
import { isUnderWay } from './status-pill';

/** Why what has `status` cannot be stopped; '' where it can. */
export function unstoppable(status: string, trans: TranslationBundle): string {
  if (status === 'Stopping') {
    return trans.__('It is stopping already');
  }
  return isUnderWay(status) ? '' : trans.__('It has ended: %1', status);
}

/** Asks, then stops; false where the user thought better of it. Throws what `each` does. */
export async function askToStop(
  kind: Kind,
  names: readonly string[],
  trans: TranslationBundle
): Promise<boolean> {
  const label = trans.__('Stop');
  const { button } = await showDialog(question(kind, names, label, trans));
  return button.accept;
}

/** Asks, and offers what was made with it; null where the user thought better of it. */
export async function askToDelete(
  kind: Kind,
  names: readonly string[],
  trans: TranslationBundle
): Promise<readonly Attached[] | null> {
  const label = trans.__('Delete');
  const attached = (await kind.attached?.(names)) ?? [];
  const asked = question(kind, names, label, trans);
  if (attached.length === 0) {
    return (await showDialog(asked)).button.accept ? [] : null;
  }
  const body = new Choice(asked.body, attached, trans);
  const { button, value } = await showDialog({ ...asked, body });
  return button.accept ? (value ?? []) : null;
}

/** Ends each of the names, then what was chosen with them; gives the names that are left. */
export async function end(
  kind: Kind,
  operation: string,
  names: readonly string[],
  attached: readonly Attached[],
  trans: TranslationBundle
): Promise<readonly string[]> {
  const results = await Promise.allSettled(
    names.map(name => callNamed(operation, { [kind.named]: name }))
  );
  const errors = results.filter(result => result.status === 'rejected');
  const reasons: unknown[] = errors.map(({ reason }): unknown => reason);
  if (errors.length === 0) {
    for (const each of attached) {
      await callNamed(each.operation, each.input).catch((error: unknown) =>
        reasons.push(error)
      );
    }
  }
  await queryClient.invalidateQueries({ queryKey: ['sagemaker'] });
  if (reasons.length > 0) {
    const { message } = reasons[0] as Error;
    const total = names.length + attached.length;
    throw new Unended(
      total > 1
        ? trans.__('%1 of %2: %3', reasons.length, total, message)
        : message,
      names.filter((_, index) => results[index].status === 'rejected')
    );
  }
  return [];
}

/** Some of what was to be ended could not be: `left`, by name. */
export class Unended extends Error {
  constructor(
    message: string,
    readonly left: readonly string[]
  ) {
    super(message);
  }
}

function question(
  kind: Kind,
  names: readonly string[],
  label: string,
  trans: TranslationBundle
): { title: string; body: string; buttons: Dialog.IButton[] } {
  const titles = names.map(kind.titled);
  return {
    title:
      titles.length === 1
        ? trans.__('%1 %2?', label, titles[0])
        : trans.__('%1: %2', kind.plural, label),
    body: titles.length === 1 ? '' : titles.join(', '),
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label })]
  };
}

/** A checkbox for each thing that may be deleted too. */
class Choice extends Widget implements Dialog.IBodyWidget<readonly Attached[]> {
  constructor(
    text: string,
    private readonly attached: readonly Attached[],
    trans: TranslationBundle
  ) {
    super();
    this.addClass('smkit-Choice');
    this.node.append(text, paragraph(trans.__('Delete with it:')));
    for (const { label, name, usedBy } of attached) {
      const box = document.createElement('input');
      box.type = 'checkbox';
      box.checked = usedBy === '';
      const line = document.createElement('label');
      line.append(box, ` ${label} `, bold(name));
      if (usedBy) {
        line.append(trans.__(' – also used by %1', usedBy));
      }
      this.node.append(line);
      this.boxes.push(box);
    }
  }

  getValue(): readonly Attached[] {
    return this.attached.filter((_, index) => this.boxes[index].checked);
  }

  private readonly boxes: HTMLInputElement[] = [];
}

function paragraph(text: string): HTMLElement {
  const made = document.createElement('p');
  made.textContent = text;
  return made;
}

function bold(text: string): HTMLElement {
  const made = document.createElement('strong');
  made.textContent = text;
  return made;
}
