import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { useCallback, useMemo, useSyncExternalStore } from 'react';

import { useTrans } from '../core/context';
import type { Flow } from './document';
import { emptyFlow, readFlow, writeFlow } from './document';

/** The part of a shared document that keeps its history. */
interface History {
  undo(): unknown;
  redo(): unknown;
  canUndo(): boolean;
  canRedo(): boolean;
  undoManager?: { stopCapturing(): void };
}

export interface OpenFlow {
  flow: Flow;
  /** Where the file lies now. */
  path: string;
  text: string;
  /** Why the file's text is no flow; '' where it is one. */
  problem: string;
  /** Makes an edit: one step of the history. */
  change: (flow: Flow) => void;
  undo: () => void;
  redo: () => void;
  canUndo: boolean;
  canRedo: boolean;
}

/** The flow of a document. Its text is the only state: undo, saving and sharing work on it. */
export function useFlow(context: DocumentRegistry.Context): OpenFlow {
  const { model } = context;
  const trans = useTrans();
  const subscribe = useCallback(
    (notify: () => void) => {
      model.contentChanged.connect(notify);
      context.pathChanged.connect(notify);
      return () => {
        model.contentChanged.disconnect(notify);
        context.pathChanged.disconnect(notify);
      };
    },
    [context, model]
  );
  const path = useSyncExternalStore(subscribe, () => context.path);
  const text = useSyncExternalStore(subscribe, () => model.toString());
  const history = model.sharedModel as unknown as History;
  const { flow, problem } = useMemo(() => {
    try {
      return { flow: readFlow(text, trans), problem: '' };
    } catch (error) {
      return { flow: emptyFlow(), problem: (error as Error).message };
    }
  }, [text, trans]);
  /** Neither a model's text nor its history says by itself that there is something to save. */
  const edit = (act: () => void): void => {
    const before = model.toString();
    act();
    if (model.toString() !== before) {
      model.dirty = true;
    }
  };
  return {
    flow,
    path,
    text,
    problem,
    change: next =>
      edit(() => {
        history.undoManager?.stopCapturing();
        model.fromString(writeFlow(next, text));
        history.undoManager?.stopCapturing();
      }),
    undo: () => edit(() => history.undo()),
    redo: () => edit(() => history.redo()),
    canUndo: history.canUndo(),
    canRedo: history.canRedo()
  };
}
