import type { TranslationBundle } from '@jupyterlab/translation';

import type { Row } from '../core/client';
import { between, text } from '../core/format';
import { isUnderWay } from '../core/status-pill';
import type { Column } from '../core/table';

/** How long a job took, or has taken so far. */
export function lastsColumn(
  trans: TranslationBundle,
  start: string,
  end: string,
  status: string
): Column<Row> {
  return {
    id: 'Lasts',
    label: trans.__('Took'),
    numeric: true,
    cell: row =>
      row[end] || isUnderWay(text(row, status))
        ? between(row[start], row[end])
        : ''
  };
}
