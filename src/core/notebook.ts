import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { NotebookActions } from '@jupyterlab/notebook';
import type { CommandRegistry } from '@lumino/commands';

/** Puts code in a new cell below the current one; opens a notebook where there is none. */
export async function insertCode(
  code: string,
  commands: CommandRegistry,
  notebooks: INotebookTracker | null,
  show: (id: string) => void
): Promise<void> {
  let panel = notebooks?.currentWidget ?? null;
  const isNew = panel === null;
  panel ??= (await commands.execute('notebook:create-new', {
    activate: true
  })) as NotebookPanel | null;
  if (!panel) {
    return;
  }
  await panel.context.ready;
  await panel.revealed;
  if (!isNew) {
    NotebookActions.insertBelow(panel.content);
  }
  panel.content.activeCell?.model.sharedModel.setSource(code);
  show(panel.id);
}
