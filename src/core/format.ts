import type { TranslationBundle } from '@jupyterlab/translation';

import type { Row } from './client';

/** A member of a record as text; '' where it has none. */
export function text(row: Row, member: string): string {
  const value = row[member];
  return value === undefined || value === null ? '' : String(value);
}

/** `2026-11-22 21:49:03`, in the browser's time zone. */
export function moment(seconds: unknown): string {
  if (typeof seconds !== 'number') {
    return '';
  }
  const at = new Date(seconds * 1000);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}

export function ago(seconds: unknown, trans: TranslationBundle): string {
  if (typeof seconds !== 'number') {
    return '';
  }
  const passed = Math.max(0, Date.now() / 1000 - seconds);
  if (passed < 60) {
    return trans.__('just now');
  }
  if (passed < 3600) {
    return trans.__('%1 min ago', Math.floor(passed / 60));
  }
  if (passed < 86_400) {
    return trans.__('%1 h ago', Math.floor(passed / 3600));
  }
  return moment(seconds).slice(0, 10);
}

/** `1 h 02 min`, `3 min 20 s`, `4.2 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) {
    return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min ${Math.floor(seconds % 60)} s`;
  }
  const rest = String(minutes % 60).padStart(2, '0');
  return `${Math.floor(minutes / 60)} h ${rest} min`;
}

export function between(start: unknown, end: unknown): string {
  if (typeof start !== 'number') {
    return '';
  }
  return duration(
    Math.max(0, (typeof end === 'number' ? end : Date.now() / 1000) - start)
  );
}

export function bytes(count: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) {
    count /= 1000;
    unit += 1;
  }
  return `${unit && count < 10 ? count.toFixed(1) : Math.round(count)} ${units[unit]}`;
}

/** The resource's name at the end of an ARN. */
export function arnName(arn: unknown): string {
  return typeof arn === 'string' ? (arn.split('/').pop() ?? arn) : '';
}

/** A name that is free by all likelihood: `automl-1122-2149`. */
export function freshName(prefix: string): string {
  const stamp = moment(Date.now() / 1000).replace(/\D/g, '');
  return `${prefix}-${stamp.slice(4, 8)}-${stamp.slice(8, 14)}`;
}
