import type { LabIcon } from '@jupyterlab/ui-components';
import type { ReactNode } from 'react';

interface Props {
  onClick?: () => void;
  children: ReactNode;
  icon?: LabIcon;
  mood?: 'primary' | 'danger' | 'plain';
  disabled?: boolean;
  type?: 'button' | 'submit';
  title?: string;
  label?: string;
}

export function Button(props: Props): JSX.Element {
  const { icon, mood = 'plain', children } = props;
  return (
    <button
      type={props.type ?? 'button'}
      className={`smkit-Button smkit-mod-${mood}`}
      onClick={props.onClick}
      disabled={props.disabled}
      title={props.title}
      aria-label={props.label}
    >
      {icon && <icon.react tag="span" className="smkit-Button-icon" />}
      {children}
    </button>
  );
}
