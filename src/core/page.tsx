import { ReactWidget } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { UseSignal } from '@jupyterlab/ui-components';
import { QueryClientProvider } from '@tanstack/react-query';

import { SmkitContext, VisibleContext } from './context';
import { ErrorBoundary } from './error-boundary';
import { queryClient } from './query';
import type { ISmkit, PageArgs } from './smkit';

/** A widget around a React element that knows smkit and whether it can be seen. */
export class Page extends ReactWidget {
  constructor(
    private readonly smkit: ISmkit,
    private readonly element: JSX.Element,
    /** What a layout needs to open the page again. */
    readonly args: PageArgs = {}
  ) {
    super();
    this.addClass('smkit-Page');
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._visibility.emit(true);
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._visibility.emit(false);
  }

  protected override render(): JSX.Element {
    return (
      <SmkitContext.Provider value={this.smkit}>
        <QueryClientProvider client={queryClient}>
          <UseSignal signal={this._visibility} initialArgs={this.isVisible}>
            {(_, visible) => (
              <VisibleContext.Provider value={visible ?? true}>
                <ErrorBoundary trans={this.smkit.trans}>
                  {this.element}
                </ErrorBoundary>
              </VisibleContext.Provider>
            )}
          </UseSignal>
        </QueryClientProvider>
      </SmkitContext.Provider>
    );
  }

  private _visibility = new Signal<this, boolean>(this);
}
