import { MenuSvg, UseSignal } from '@jupyterlab/ui-components';
import type { ISignal } from '@lumino/signaling';

import { useSmkit } from '../core/context';
import type { KernelSwitch } from './kernel-switch';
import type { Side } from './side';

export const MENU = [
  'smkit:kernel-local',
  'smkit:kernel-aws',
  'smkit:kernel-off'
] as const;
export const PROJECT_COMMAND = 'smkit:switch-project';

/** The item in the status bar: the side of the kernel in front; a click offers the others. */
export function KernelItem(props: {
  current: () => KernelSwitch | null;
  changed: ISignal<unknown, void>;
}): JSX.Element {
  const { trans, commands } = useSmkit();
  const words: Record<Side, [string, string]> = {
    local: [
      trans.__('smkit'),
      trans.__("This kernel's AWS clients talk to smkit")
    ],
    aws: [
      trans.__('AWS'),
      trans.__("This kernel's AWS clients talk to the real AWS")
    ],
    left: [trans.__('off'), trans.__('smkit leaves this kernel alone')],
    missing: [
      trans.__('off'),
      trans.__(
        'This kernel has no jupyter_smkit; in a cell: %pip install jupyter-smkit'
      )
    ]
  };
  const open = (button: HTMLElement): void => {
    const menu = new MenuSvg({ commands });
    MENU.forEach(command => menu.addItem({ command }));
    menu.addItem({ type: 'separator' });
    menu.addItem({ command: PROJECT_COMMAND });
    menu.aboutToClose.connect(() => button.focus());
    const { left, top } = button.getBoundingClientRect();
    menu.open(left, top);
    menu.activateNextItem();
  };
  return (
    <UseSignal signal={props.changed}>
      {() => {
        const side = props.current()?.side ?? null;
        const [word, title] = side
          ? words[side]
          : ['…', trans.__('The kernel has not answered yet')];
        return (
          <button
            className={`smkit-Kernel smkit-mod-${side ?? 'asked'}`}
            title={title}
            aria-haspopup="menu"
            onClick={event => open(event.currentTarget)}
          >
            {trans.__('Kernel: %1', word)}
          </button>
        );
      }}
    </UseSignal>
  );
}
