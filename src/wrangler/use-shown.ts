import { useEffect, useMemo, useState } from 'react';

import type { Flow, FlowNode } from './document';
import { inputsOf } from './document';
import type { Draft } from './draft';
import { applied, complete, namedSource } from './draft';

const PAUSE_MS = 350;

export interface Shown {
  flow: Flow;
  /** The step whose rows are shown. */
  target: string | null;
  ready: boolean;
}

/** What the preview shows: the selected step, or the flow as it would be with the draft in it. */
export function useShown(
  flow: Flow,
  selected: FlowNode | undefined,
  draft: Draft | null
): Shown {
  const [settled, settle] = useState(draft);
  useEffect(() => {
    const timer = window.setTimeout(() => settle(draft), draft ? PAUSE_MS : 0);
    return () => window.clearTimeout(timer);
  }, [draft]);
  return useMemo(() => {
    const current = draft && settled;
    if (current && complete(current)) {
      const isSource = current.operator.type === 'SOURCE';
      const block = isSource ? namedSource(current.block) : current.block;
      const [candidate, target] = applied(flow, { ...current, block });
      return { flow: candidate, target, ready: true };
    }
    const isAnalysis = selected?.type === 'VISUALIZATION';
    const target = isAnalysis
      ? inputsOf(selected)[0]?.node_id
      : selected?.node_id;
    return { flow, target: target ?? null, ready: target !== undefined };
  }, [flow, selected, draft, settled]);
}
