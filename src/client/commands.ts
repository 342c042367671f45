import type { ICommandPalette } from '@jupyterlab/apputils';
import {
  Dialog,
  Notification,
  showDialog,
  showErrorMessage
} from '@jupyterlab/apputils';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';

import type { ISmkit } from '../core/smkit';
import { PROJECT_COMMAND } from './item';
import type { KernelSwitch } from './kernel-switch';
import { listedFolder, markerOf, trimmed } from './project';
import type { Side, SWITCHES } from './side';

const SAID_MS = 8000;

interface Choice {
  command: string;
  side: keyof typeof SWITCHES;
  shown: readonly Side[];
  label: string;
  long: string;
}

/** The three sides of the kernel in front, as commands. */
export function addKernelCommands(
  smkit: ISmkit,
  palette: ICommandPalette | null,
  current: () => KernelSwitch | null
): void {
  const { trans, commands } = smkit;
  const choices: Choice[] = [
    {
      command: 'smkit:kernel-local',
      side: 'local',
      shown: ['local'],
      label: trans.__('Talk to smkit'),
      long: trans.__('Kernel: Talk to smkit')
    },
    {
      command: 'smkit:kernel-aws',
      side: 'aws',
      shown: ['aws'],
      label: trans.__('Talk to the Real AWS…'),
      long: trans.__('Kernel: Talk to the Real AWS…')
    },
    {
      command: 'smkit:kernel-off',
      side: 'left',
      shown: ['left', 'missing'],
      label: trans.__('Leave This Kernel Alone'),
      long: trans.__('Kernel: Leave This Kernel Alone')
    }
  ];
  for (const { command, side, shown, label, long } of choices) {
    commands.addCommand(command, {
      label: args => (args.isPalette ? long : label),
      describedBy: { args: { type: 'object', properties: {} } },
      isEnabled: () =>
        Boolean(current()?.kernel) && current()?.side !== 'missing',
      isToggled: () => shown.some(each => each === current()?.side),
      execute: async () => {
        const kernel = current();
        if (!kernel || (side === 'aws' && !(await confirmAws(smkit)))) {
          return;
        }
        try {
          await kernel.switchTo(side);
        } catch (error) {
          await showErrorMessage(
            trans.__('The kernel could not be switched'),
            error as Error
          );
        }
      }
    });
    palette?.addItem({ command, args: { isPalette: true }, category: 'smkit' });
  }
}

async function confirmAws({ trans }: ISmkit): Promise<boolean> {
  const { button } = await showDialog({
    title: trans.__('Talk to the REAL AWS?'),
    body: trans.__(
      'From now on the AWS clients of this kernel talk to the real AWS, with your own credentials. What they start there may cost money, and what they delete there is gone.'
    ),
    buttons: [
      Dialog.cancelButton(),
      Dialog.warnButton({ label: trans.__('Talk to the Real AWS') })
    ],
    defaultButton: 0
  });
  return button.accept;
}

interface Folders {
  settings: Promise<ISettingRegistry.ISettings> | null;
  /** The folder in front. */
  folder(): string;
}

/** Puts the folder in front on the list of projects, or takes it off. */
export function addProjectCommand(
  { trans, commands }: ISmkit,
  palette: ICommandPalette | null,
  { settings, folder }: Folders
): void {
  commands.addCommand(PROJECT_COMMAND, {
    label: trans.__('Switch This Project On/Off'),
    caption: trans.__(
      'Whether kernels of the current folder talk to smkit from their start'
    ),
    describedBy: { args: { type: 'object', properties: {} } },
    isEnabled: () => settings !== null,
    execute: async () => {
      const kept = await settings;
      const here = trimmed(folder());
      const name = here || '/';
      const projects = (kept?.get('projects').composite ?? []) as string[];
      const isListed = listedFolder(projects, here) !== undefined;
      if (isListed) {
        const others = projects.filter(
          each => listedFolder([each], here) === undefined
        );
        await kept?.set('projects', others);
      }
      const marker = await markerOf(here);
      if (marker !== null) {
        say(
          trans.__(
            '%1 is on by the file %2: without it, the project is off',
            name,
            marker
          )
        );
        return;
      }
      if (isListed) {
        say(
          trans.__('%1 is off: kernels that start there are left alone', name)
        );
        return;
      }
      await kept?.set('projects', [...projects, name]);
      say(trans.__('%1 is on: kernels that start there talk to smkit', name));
    }
  });
  palette?.addItem({ command: PROJECT_COMMAND, category: 'smkit' });
}

function say(message: string): void {
  Notification.info(message, { autoClose: SAID_MS });
}
