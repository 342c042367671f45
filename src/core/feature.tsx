import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';

import type { Kind } from './kind';
import { addKind } from './kind-pages';
import type { PageDefinition } from './smkit';
import { ISmkit, asPageArgs } from './smkit';

/** A page that makes something, with a card in the launcher and an entry in the palette. */
export interface CreateDefinition extends Omit<PageDefinition, 'title'> {
  title: string;
  command: string;
  /** What its card in the launcher says. */
  label: string;
  caption: string;
  rank: number;
}

export interface Feature {
  kinds: readonly Kind[];
  creates?: readonly CreateDefinition[];
}

/** The plugin of a feature: its kinds of records, and the pages that make them. */
export function feature(
  name: string,
  description: string,
  declare: (smkit: ISmkit) => Feature
): JupyterFrontEndPlugin<void> {
  return {
    id: `jupyter-smkit:${name}`,
    description,
    autoStart: true,
    requires: [ISmkit],
    optional: [ILauncher, ICommandPalette],
    activate: (
      { commands }: JupyterFrontEnd,
      smkit: ISmkit,
      launcher: ILauncher | null,
      palette: ICommandPalette | null
    ): void => {
      const { kinds, creates = [] } = declare(smkit);
      kinds.forEach(kind => addKind(smkit, kind));
      for (const { title, command, label, caption, rank, ...page } of creates) {
        smkit.addPage({ ...page, title: () => title });
        commands.addCommand(command, {
          label: args =>
            args.isPalette ? smkit.trans.__('New %1', label) : label,
          caption,
          icon: page.icon,
          describedBy: { args: { type: 'object', properties: {} } },
          execute: args => smkit.open(page.id, asPageArgs(args))
        });
        launcher?.add({ command, category: 'smkit', rank });
        palette?.addItem({
          command,
          category: 'smkit',
          args: { isPalette: true }
        });
      }
    }
  };
}
