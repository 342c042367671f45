import type { ReactNode } from 'react';

import { ApiError } from './client';
import { useTrans } from './context';

export function ErrorNotice({
  error,
  retry
}: {
  error: Error | null;
  retry?: () => void;
}): JSX.Element | null {
  const trans = useTrans();
  if (!error) {
    return null;
  }
  return (
    <div className="smkit-Notice smkit-mod-error" role="alert">
      <strong>
        {error instanceof ApiError ? error.code : trans.__('No answer')}
      </strong>
      <p>{error.message}</p>
      {retry && (
        <button className="smkit-Button" onClick={retry}>
          {trans.__('Try again')}
        </button>
      )}
    </div>
  );
}

export function Notice({
  mood = 'info',
  children
}: {
  mood?: 'info' | 'warning' | 'good';
  children: ReactNode;
}): JSX.Element {
  return (
    <div className={`smkit-Notice smkit-mod-${mood}`} role="status">
      {children}
    </div>
  );
}

/** What a page without content says: what would be here, and what to do first. */
export function EmptyState({
  title,
  children,
  action
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}): JSX.Element {
  return (
    <div className="smkit-EmptyState">
      <h2>{title}</h2>
      <p>{children}</p>
      {action}
    </div>
  );
}

export function Loading(): JSX.Element {
  const trans = useTrans();
  return (
    <div className="smkit-Loading" role="status">
      {trans.__('Loading…')}
    </div>
  );
}
