import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { Row } from '../core/client';
import { callNamed, status as statusOf } from '../core/client';
import type { RecordEvent } from '../core/events';
import { text } from '../core/format';
import type { Kind } from '../core/kind';
import { listModel } from '../core/service-model';
import type { ISmkit } from '../core/smkit';
import { isAtWork } from '../core/status-pill';

const MOST = 100;

/** A record at work: a job under way, an endpoint that serves. */
export interface Running {
  kind: Kind;
  name: string;
  status: string;
  /** When it began, in seconds since 1970. */
  since: number;
}

/** What was seen at work and has ended. */
export interface Ended extends Running {
  seconds: number;
}

/** What is at work, by one look at the start and by events from then on. */
export class Activity {
  constructor(private readonly smkit: ISmkit) {
    const { events } = smkit;
    events.received.connect((_, event) => this.take(event));
    events.missed.connect(() => void this.look());
    events.connectionChanged.connect((_, connection) => {
      if (connection === 'online') {
        void this.look();
      }
    });
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get ended(): ISignal<this, Ended> {
    return this._ended;
  }

  /** Newest first. */
  get running(): Running[] {
    return [...this._running.values()].sort(
      (one, other) => other.since - one.since
    );
  }

  /** Asks for all of it; smkit is not started for that. */
  async look(): Promise<void> {
    const missed: RecordEvent[] = [];
    this._meanwhile = missed;
    try {
      const { counts = {} } = await statusOf({ unbidden: true });
      const lists = [...this.smkit.kinds.values()].filter(canRun).map(kind =>
        listModel(kind.list)
          .statuses.filter(each => isAtWork(each) && counts[kind.name]?.[each])
          .map(each => listed(kind, each))
      );
      const found = (await Promise.all(lists.flat())).flat();
      const before = [...this._running.values()];
      this._running = new Map(found.map(each => [id(each), each]));
      missed.forEach(event => this.take(event));
      await Promise.all(
        before
          .filter(each => !this._running.has(id(each)))
          .map(each => this.describe(each))
      );
      this._changed.emit();
    } catch {
      // Without smkit there is nothing at work; a look follows when it is back.
    } finally {
      if (this._meanwhile === missed) {
        this._meanwhile = null;
      }
    }
  }

  private take(event: RecordEvent): void {
    const kind = this.smkit.kinds.get(event.kind);
    if (!kind || !canRun(kind)) {
      return;
    }
    this._meanwhile?.push(event);
    const key = `${kind.name}/${event.key}`;
    const known = this._running.get(key);
    const { status } = event;
    if (event.type !== 'deleted' && isAtWork(status)) {
      const since = known?.since ?? event.at;
      this._running.set(key, { kind, name: event.key, status, since });
    } else if (this._running.delete(key) && known) {
      this.tell(known, event.type === 'deleted' ? '' : status, event.at);
    }
    this._changed.emit();
  }

  /** How something ended whose end was missed. */
  private async describe(gone: Running): Promise<void> {
    const { kind, name } = gone;
    const record = await callNamed(
      kind.describe,
      { [kind.named]: name },
      { unbidden: true }
    ).catch((): Row => ({}));
    const at = record.LastModifiedTime;
    this.tell(
      gone,
      text(record, kind.status ?? ''),
      typeof at === 'number' ? at : Date.now() / 1000
    );
  }

  private tell(known: Running, status: string, at: number): void {
    this._ended.emit({ ...known, status, seconds: at - known.since });
  }

  private _changed = new Signal<this, void>(this);
  private _ended = new Signal<this, Ended>(this);
  private _meanwhile: RecordEvent[] | null = null;
  private _running = new Map<string, Running>();
}

/** Whether records of the kind do something that has an end or can be ended. */
function canRun(kind: Kind): boolean {
  return Boolean(kind.status && kind.log && (kind.stop ?? kind.remove));
}

function id({ kind, name }: Running): string {
  return `${kind.name}/${name}`;
}

async function listed(kind: Kind, status: string): Promise<Running[]> {
  const list = listModel(kind.list);
  const input = { [list.status]: status, MaxResults: MOST };
  const page = await callNamed(kind.list, input, { unbidden: true });
  return ((page[list.rows] ?? []) as Row[]).map(row => ({
    kind,
    name: text(row, kind.key),
    status,
    since: row.CreationTime as number
  }));
}
