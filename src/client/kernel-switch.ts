import type { ISessionContext } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';

import type { Side } from './side';
import { SIDE, SWITCHES, sideOf } from './side';

/** The side of one notebook's or console's kernel. */
export class KernelSwitch {
  constructor(
    private readonly context: ISessionContext,
    private readonly isPython: (kernel: string) => boolean
  ) {
    context.statusChanged.connect(this.onStatus);
    context.kernelChanged.connect(this.begin);
    context.iopubMessage.connect(this.onMessage);
    this.begin();
  }

  /** Fires when the kernel or its side changes. */
  readonly changed = new Signal<this, void>(this);

  /** Null until the kernel has said. */
  get side(): Side | null {
    return this._side;
  }

  /** The Python kernel, where there is one. */
  get kernel(): Kernel.IKernelConnection | null {
    const kernel = this.context.session?.kernel ?? null;
    return kernel && this.isPython(kernel.name) ? kernel : null;
  }

  get folder(): string {
    return PathExt.dirname(this.context.session?.path ?? this.context.path);
  }

  /** Whether someone looks at it: only then does it ask the kernel after each cell. */
  set watched(watched: boolean) {
    this._watched = watched;
    this.refresh();
  }

  /** Throws what the kernel says where it cannot switch. */
  async switchTo(side: keyof typeof SWITCHES): Promise<void> {
    const { kernel } = this;
    if (kernel) {
      await this.ask(kernel, SWITCHES[side]);
    }
  }

  dispose(): void {
    Signal.clearData(this);
  }

  private begin = (): void => {
    this._cells.clear();
    this._stale = false;
    this.take(null);
    const { kernel } = this;
    if (kernel) {
      void this.ask(kernel, '').catch(() => {
        // The kernel went away: the next one is asked when it starts.
      });
    }
  };

  private onStatus = (_: unknown, status: Kernel.Status): void => {
    if (status === 'autorestarting') {
      // The connection forgets what waits right after it said so.
      queueMicrotask(this.begin);
    }
  };

  private onMessage = (_: unknown, message: KernelMessage.IMessage): void => {
    const cell = (message.parent_header as { msg_id?: string }).msg_id ?? '';
    if (message.header.msg_type === 'execute_input') {
      // Silent requests, such as ours, have none.
      this._cells.add(cell);
    } else if (
      message.header.msg_type === 'status' &&
      (message.content as { execution_state: string }).execution_state ===
        'idle' &&
      this._cells.delete(cell)
    ) {
      this._stale = true;
      this.refresh();
    }
  };

  private refresh(): void {
    const { kernel } = this;
    if (!kernel || !this._watched || !this._stale || this._asking) {
      return;
    }
    this._asking = true;
    this._stale = false;
    void this.ask(kernel, '')
      .catch(() => {
        // The kernel went away: the next one is asked when it starts.
      })
      .finally(() => {
        this._asking = false;
        this.refresh();
      });
  }

  private async ask(
    kernel: Kernel.IKernelConnection,
    code: string
  ): Promise<void> {
    const { content } = await kernel.requestExecute({
      code,
      silent: true,
      store_history: false,
      allow_stdin: false,
      stop_on_error: false,
      user_expressions: { side: SIDE }
    }).done;
    if (kernel !== this.kernel) {
      return;
    }
    if (content.status === 'ok') {
      this.take(sideOf(content.user_expressions.side));
    } else if (content.status === 'error') {
      this._stale = true;
      this.refresh();
      throw new Error(content.evalue);
    }
  }

  private take(side: Side | null): void {
    this._side = side;
    this.changed.emit();
  }

  private _asking = false;
  private _cells = new Set<string>();
  private _side: Side | null = null;
  private _stale = false;
  private _watched = false;
}
