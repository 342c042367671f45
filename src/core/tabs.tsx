import { useId, useState } from 'react';
import type { KeyboardEvent } from 'react';

export interface Tab {
  id: string;
  label: string;
  content: () => JSX.Element;
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 };

/** Tabs by the ARIA pattern: arrows move, the panel of the chosen one alone is rendered. */
export function Tabs({
  tabs,
  label
}: {
  tabs: readonly Tab[];
  label: string;
}): JSX.Element {
  const id = useId();
  const [chosen, choose] = useState(tabs[0].id);
  const current = tabs.find(tab => tab.id === chosen) ?? tabs[0];

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = STEPS[event.key];
    if (!step) {
      return;
    }
    const at = tabs.indexOf(current) + step + tabs.length;
    const next = tabs[at % tabs.length];
    choose(next.id);
    document.getElementById(`${id}-${next.id}`)?.focus();
    event.preventDefault();
  };

  return (
    <div className="smkit-Tabs">
      <div
        role="tablist"
        aria-label={label}
        className="smkit-Tabs-list"
        onKeyDown={onKeyDown}
      >
        {tabs.map(tab => (
          <button
            key={tab.id}
            id={`${id}-${tab.id}`}
            role="tab"
            aria-selected={tab === current}
            aria-controls={tab === current ? `${id}-panel` : undefined}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => choose(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${current.id}`}
        className="smkit-Tabs-panel"
        tabIndex={0}
      >
        {current.content()}
      </div>
    </div>
  );
}
