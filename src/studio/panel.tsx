import type { KeyboardEvent } from 'react';

import { useSmkit, useTrans } from '../core/context';
import { useFailures } from '../core/failures';
import { useStatus } from '../core/query';
import type { Section, TreeItem } from '../core/smkit';
import { isUnderWay } from '../core/status-pill';

const SECTIONS: readonly Section[] = ['data', 'build', 'models', 'deploy'];
const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

/** The short tree in the left side bar: what there is, how many, and what runs. */
export function StudioPanel(): JSX.Element {
  const trans = useTrans();
  const smkit = useSmkit();
  const { data, error } = useStatus();
  const labels: Record<Section, string> = {
    data: trans.__('Data'),
    build: trans.__('Build'),
    models: trans.__('Models'),
    deploy: trans.__('Deploy')
  };
  return (
    <nav
      className="smkit-Studio"
      aria-label={trans.__('smkit Studio')}
      onKeyDown={moveFocus}
    >
      {SECTIONS.map(section => {
        const items = smkit.tree
          .filter(item => item.section === section)
          .sort((one, other) => one.rank - other.rank);
        return items.length === 0 ? null : (
          <section key={section} aria-label={labels[section]}>
            <h2>{labels[section]}</h2>
            <ul>
              {items.map(item => (
                <li key={item.label}>
                  <Item item={item} counts={data?.counts ?? {}} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
      {error && (
        <p className="smkit-Studio-error" role="alert">
          {error.message}
        </p>
      )}
    </nav>
  );
}

function Item({
  item,
  counts
}: {
  item: TreeItem;
  counts: Readonly<Record<string, Record<string, number>>>;
}): JSX.Element {
  const trans = useTrans();
  const smkit = useSmkit();
  const statuses = (item.kinds ?? []).flatMap(kind =>
    Object.entries(counts[kind] ?? {})
  );
  const failures = useFailures(item.kinds ?? []);
  const total = statuses.reduce((sum, [, count]) => sum + count, 0);
  const running = statuses
    .filter(([status]) => isUnderWay(status))
    .reduce((sum, [, count]) => sum + count, 0);
  return (
    <button
      className="smkit-Studio-item"
      onClick={() => void smkit.commands.execute(item.command, item.args)}
    >
      <item.icon.react tag="span" />
      <span className="smkit-Studio-label">{item.label}</span>
      {running > 0 && (
        <span
          className="smkit-Spinner"
          role="img"
          aria-label={trans.__('%1 under way', running)}
        />
      )}
      {failures > 0 && (
        <span
          className="smkit-Studio-failures"
          role="img"
          aria-label={trans.__('%1 failed since you last looked', failures)}
          title={trans.__('%1 failed since you last looked', failures)}
        >
          {failures}
        </span>
      )}
      {total > 0 && <span className="smkit-Studio-count">{total}</span>}
    </button>
  );
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = STEPS[event.key];
  if (!step) {
    return;
  }
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const at = buttons.findIndex(button => button === document.activeElement);
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
}
