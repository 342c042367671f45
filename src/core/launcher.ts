import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { ILauncher } from '@jupyterlab/launcher';
import type { LabIcon } from '@jupyterlab/ui-components';

import type { ISmkit } from './smkit';

/** A command that opens a page, on a card of the launcher and in the palette. */
export interface Card {
  command: string;
  label: string;
  caption: string;
  icon: LabIcon;
  page: string;
  rank: number;
}

export function addCard(
  app: JupyterFrontEnd,
  smkit: ISmkit,
  launcher: ILauncher | null,
  palette: ICommandPalette | null,
  card: Card
): void {
  app.commands.addCommand(card.command, {
    label: card.label,
    caption: card.caption,
    icon: card.icon,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => smkit.open(card.page)
  });
  launcher?.add({
    command: card.command,
    category: 'smkit',
    rank: card.rank
  });
  palette?.addItem({ command: card.command, category: 'smkit' });
}
