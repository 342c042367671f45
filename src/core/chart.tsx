import { MimeModel } from '@jupyterlab/rendermime';
import { useEffect, useMemo, useRef } from 'react';

import type { ChartSpec, Series } from './chart-spec';
import { chartSpec, rounded, timeOf } from './chart-spec';
import { useSmkit, useTrans } from './context';
import { Table } from './table';

const VEGA_LITE = 'application/vnd.vegalite.v5+json';
/** SVG takes its colours from JupyterLab's variables, and so follows the theme. */
const EMBED = { renderer: 'svg', actions: false, defaultStyle: false };

interface Props {
  title: string;
  unit?: string;
  mark: 'bar' | 'line';
  /** Whether the values' own range is shown, not that from zero. */
  fitted?: boolean;
  /** Seconds at which the periods begin, and how long each lasts. */
  times: readonly number[];
  period: number;
  series: readonly Series[];
}

/** Values over time: a picture, and a table with the same numbers behind it. */
export function Chart(props: Props): JSX.Element {
  const { title, times, series } = props;
  const trans = useTrans();
  const { createRenderer } = useSmkit();
  const canDraw = useMemo(
    () => createRenderer(VEGA_LITE) !== null,
    [createRenderer]
  );
  const rows = times
    .map((at, index) => ({
      at,
      values: series.map(each => each.values[index])
    }))
    .filter(row => row.values.some(value => value !== null))
    .reverse();
  return (
    <figure className="smkit-Chart">
      <figcaption>
        {props.unit ? trans.__('%1, %2', title, props.unit) : title}
      </figcaption>
      {canDraw && (
        <Drawing
          label={trans.__('%1 as a picture; the table has its values', title)}
          spec={chartSpec(props)}
        />
      )}
      <details open={!canDraw}>
        <summary>{trans.__('%1 as a table', title)}</summary>
        <div
          className="smkit-Chart-table"
          role="region"
          aria-label={trans.__('Values of %1', title)}
          tabIndex={0}
        >
          <Table
            label={title}
            rows={rows}
            rowKey={row => String(row.at)}
            columns={[
              {
                id: 'at',
                label: trans.__('From'),
                cell: row => timeOf(row.at, props.period)
              },
              ...series.map((each, index) => ({
                id: each.label,
                label: each.label,
                numeric: true,
                cell: (row: (typeof rows)[number]) => rounded(row.values[index])
              }))
            ]}
          />
        </div>
      </details>
    </figure>
  );
}

/** JupyterLab's own Vega; the picture before stays until the next one is drawn. */
function Drawing({
  spec,
  label
}: {
  spec: ChartSpec;
  label: string;
}): JSX.Element {
  const { createRenderer } = useSmkit();
  const host = useRef<HTMLDivElement>(null);
  const drawn = JSON.stringify(spec);
  useEffect(() => {
    const renderer = createRenderer(VEGA_LITE);
    if (!renderer) {
      return;
    }
    const model = new MimeModel({
      data: {
        [VEGA_LITE]: JSON.parse(drawn) as ChartSpec,
        // Where there is a PNG already, the renderer makes none.
        'image/png': 'none'
      },
      metadata: { [VEGA_LITE]: { embed_options: { ...EMBED } } }
    });
    void renderer.renderModel(model).then(() => {
      if (!renderer.isDisposed) {
        host.current?.replaceChildren(renderer.node);
      }
    });
    return () => renderer.dispose();
  }, [createRenderer, drawn]);
  return (
    <div className="smkit-Chart-drawing" role="img" aria-label={label}>
      <div ref={host} aria-hidden="true" />
    </div>
  );
}
