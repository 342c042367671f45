import { ReactWidget } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { QueryClientProvider } from '@tanstack/react-query';
import { useCallback, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';

import { SmkitContext, VisibleContext } from './context';
import { ErrorBoundary } from './error-boundary';
import { OfflineNotice } from './offline-notice';
import { queryClient } from './query';
import type { ISmkit, PageArgs } from './smkit';

/** A widget around a React element that knows smkit and whether it can be seen. */
export class Page extends ReactWidget {
  constructor(
    private readonly smkit: ISmkit,
    private readonly element: JSX.Element
  ) {
    super();
    this.addClass('smkit-Page');
  }

  /** Fires when the page comes into sight or leaves it. */
  readonly sightChanged = new Signal<this, void>(this);

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.sightChanged.emit();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.sightChanged.emit();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.sightChanged.emit();
  }

  protected override render(): JSX.Element {
    return (
      <SmkitContext.Provider value={this.smkit}>
        <QueryClientProvider client={queryClient}>
          <Sight page={this}>
            <ErrorBoundary trans={this.smkit.trans}>
              {this.element}
            </ErrorBoundary>
          </Sight>
        </QueryClientProvider>
      </SmkitContext.Provider>
    );
  }
}

/** A page of the main area; it says when smkit is not there. */
export class MainPage extends Page {
  constructor(
    smkit: ISmkit,
    element: JSX.Element,
    /** What a layout needs to open the page again. */
    readonly args: PageArgs
  ) {
    super(
      smkit,
      <>
        <OfflineNotice />
        {element}
      </>
    );
  }
}

/** Tells what stands in a page whether it can be seen: a tab in front, in a window in sight. */
function Sight({
  page,
  children
}: {
  page: Page;
  children: ReactNode;
}): JSX.Element {
  const subscribe = useCallback(
    (changed: () => void) => {
      page.sightChanged.connect(changed);
      document.addEventListener('visibilitychange', changed);
      return () => {
        page.sightChanged.disconnect(changed);
        document.removeEventListener('visibilitychange', changed);
      };
    },
    [page]
  );
  const visible = useSyncExternalStore(
    subscribe,
    () => page.isVisible && !document.hidden
  );
  return (
    <VisibleContext.Provider value={visible}>
      {children}
    </VisibleContext.Provider>
  );
}
