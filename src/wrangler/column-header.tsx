import { useTrans } from '../core/context';
import type { Bin, ColumnProfile } from './queries';

interface Props {
  column: ColumnProfile;
  rows: number;
}

/** What a column is: its name and type, what is missing, how its values are spread. */
export function ColumnHeader({ column, rows }: Props): JSX.Element {
  const trans = useTrans();
  const share = rows ? column.missing / rows : 0;
  const percent = Math.round(share * 1000) / 10;
  return (
    <div className="smkit-FlowHeader">
      <div className="smkit-FlowHeader-name" title={column.name}>
        {column.name}
      </div>
      <div className="smkit-FlowHeader-type">
        <span>{column.type}</span>
        {column.distinct !== null && (
          <span>
            {trans.__('%1 distinct', column.distinct.toLocaleString())}
          </span>
        )}
      </div>
      <div className="smkit-FlowHeader-bars" aria-hidden="true">
        {column.bins && <Histogram bins={column.bins} />}
        {column.top && <TopValues top={column.top} rows={rows} />}
      </div>
      <div
        className={
          'smkit-FlowHeader-missing' + (column.missing ? ' smkit-mod-some' : '')
        }
      >
        <meter
          min={0}
          max={1}
          value={share}
          aria-label={trans.__('Share of missing values')}
        />
        <span>
          {column.missing
            ? trans.__('%1 % missing', percent || '<0.1')
            : trans.__('none missing')}
        </span>
      </div>
    </div>
  );
}

const WIDTH = 120;
const HEIGHT = 28;

function Histogram({ bins }: { bins: Bin[] }): JSX.Element {
  const top = Math.max(...bins.map(([, , count]) => count), 1);
  const step = WIDTH / bins.length;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
      {bins.map(([from, to, count], index) => {
        const height = count ? Math.max(1, (count / top) * HEIGHT) : 0;
        return (
          <rect
            key={index}
            x={index * step}
            y={HEIGHT - height}
            width={Math.max(1, step - 1)}
            height={height}
          >
            <title>{`${brief(from)} – ${brief(to)}: ${count}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}

function brief(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function TopValues({
  top,
  rows
}: {
  top: [unknown, number][];
  rows: number;
}): JSX.Element {
  return (
    <ul>
      {top.slice(0, 3).map(([value, count]) => (
        <li key={String(value)} title={`${String(value)}: ${count}`}>
          <span
            className="smkit-FlowHeader-bar"
            style={{ width: `${rows ? (count / rows) * 100 : 0}%` }}
          />
          <span>{String(value) || '␣'}</span>
        </li>
      ))}
    </ul>
  );
}
