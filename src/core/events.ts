import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { routeUrl } from './client';

/** A change of a record, as the API's `/_smkit/events` tells it. */
export interface RecordEvent {
  seq: number;
  /** Seconds since 1970. */
  at: number;
  type: 'created' | 'changed' | 'deleted';
  kind: string;
  key: string;
  status: string;
  was?: string;
}

interface StateMessage {
  type: Connection | 'gap';
  message?: string;
}

/** `asleep`: smkit does not run, and starts when it is first used. */
export type Connection = 'connecting' | 'online' | 'offline' | 'asleep';

const RETRY_MS = [500, 1000, 2000, 5000];
/** How long a page may be hidden before its socket is given back. */
const HIDDEN_MS = 10_000;

/** The one websocket of this window; closed while the window is hidden. */
export class EventStream {
  constructor(private readonly trans: TranslationBundle) {
    document.addEventListener('visibilitychange', this.onVisibility);
    this.connect();
  }

  get received(): ISignal<this, RecordEvent> {
    return this._received;
  }

  /** Fires when more was missed than could be sent: everything may have changed. */
  get missed(): ISignal<this, void> {
    return this._missed;
  }

  get connectionChanged(): ISignal<this, Connection> {
    return this._connectionChanged;
  }

  get connection(): Connection {
    return this._connection;
  }

  /** Why there is no connection, for people. */
  get message(): string {
    return this._message;
  }

  /** Whether smkit has answered since the window was opened. */
  get met(): boolean {
    return this._met;
  }

  private connect(): void {
    window.clearTimeout(this._timer);
    const settings = ServerConnection.makeSettings();
    const url = new URL(routeUrl('events'), window.location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    if (settings.appendToken && settings.token) {
      url.searchParams.set('token', settings.token);
    }
    const socket = new settings.WebSocket(url.toString());
    this._socket = socket;
    socket.onopen = () => {
      const first = this._seq === null ? {} : { after: this._seq };
      socket.send(JSON.stringify(first));
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      this.take(JSON.parse(event.data) as RecordEvent | StateMessage);
    };
    socket.onclose = () => {
      if (this._socket === socket) {
        this._socket = null;
        this.setConnection(
          'offline',
          this.trans.__('The Jupyter server closed the stream')
        );
        this.retry();
      }
    };
  }

  private take(message: RecordEvent | StateMessage): void {
    switch (message.type) {
      case 'online':
        this._failures = 0;
        this._met = true;
        this.setConnection('online', '');
        break;
      case 'offline':
      case 'asleep':
      case 'connecting':
        this._failures = 0;
        this.setConnection(message.type, message.message ?? '');
        break;
      case 'gap':
        this._missed.emit();
        break;
      default:
        this._seq = message.seq;
        this._received.emit(message);
    }
  }

  private retry(): void {
    if (document.hidden) {
      return;
    }
    const wait = RETRY_MS[Math.min(this._failures++, RETRY_MS.length - 1)];
    this._timer = window.setTimeout(() => this.connect(), wait);
  }

  private onVisibility = (): void => {
    window.clearTimeout(this._timer);
    if (document.hidden) {
      this._timer = window.setTimeout(() => {
        const socket = this._socket;
        this._socket = null;
        socket?.close();
        this.setConnection('connecting', '');
      }, HIDDEN_MS);
    } else if (this._socket === null) {
      this.connect();
    }
  };

  private setConnection(connection: Connection, message: string): void {
    if (connection !== this._connection || message !== this._message) {
      this._message = message;
      this._connection = connection;
      this._connectionChanged.emit(connection);
    }
  }

  private _connection: Connection = 'connecting';
  private _connectionChanged = new Signal<this, Connection>(this);
  private _failures = 0;
  private _message = '';
  private _met = false;
  private _missed = new Signal<this, void>(this);
  private _received = new Signal<this, RecordEvent>(this);
  private _seq: number | null = null;
  private _socket: WebSocket | null = null;
  private _timer = 0;
}
