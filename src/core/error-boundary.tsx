import type { TranslationBundle } from '@jupyterlab/translation';
import { Component } from 'react';
import type { ReactNode } from 'react';

import { queryClient } from './query';

interface Props {
  trans: TranslationBundle;
  children: ReactNode;
}

/** Keeps a fault of one page from blanking it, and lets the user try again. */
export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  /** With new answers: the page may have failed on what an old one said. */
  private showAgain = (): void => {
    queryClient.removeQueries({ type: 'inactive' });
    this.setState({ error: null });
  };

  override render(): ReactNode {
    const { error } = this.state;
    const { trans, children } = this.props;
    if (!error) {
      return children;
    }
    return (
      <div className="smkit-Notice smkit-mod-error" role="alert">
        <strong>{trans.__('This page ran into a fault.')}</strong>
        <p>{error.message}</p>
        <button className="smkit-Button" onClick={this.showAgain}>
          {trans.__('Show the page again')}
        </button>
      </div>
    );
  }
}
