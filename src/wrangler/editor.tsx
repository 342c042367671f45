import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { KeyboardEvent } from 'react';
import { useEffect, useRef, useState } from 'react';

import { Button } from '../core/button';
import { useTrans } from '../core/context';
import { EmptyState, ErrorNotice, Notice } from '../core/notice';
import { askAgain } from '../core/query';
import type { Operator } from './catalogue';
import { FlowCode } from './code-view';
import { deleteStep, inputsOf, lastStep, nodeOf } from './document';
import type { Draft } from './draft';
import { applied, begun, complete, hasPlace, namedSource } from './draft';
import { FlowGraph } from './graph';
import { JobPanel, newSettings } from './job-panel';
import { PreviewGrid } from './preview';
import { useColumns, useOperators, usePreview, useValidation } from './queries';
import { initial } from './schema';
import type { Mode } from './side-panel';
import { SidePanel } from './side-panel';
import { FlowToolbar } from './toolbar';
import { mayDiscard, Unapplied } from './unapplied';
import { useFlow } from './use-flow';
import { useShown } from './use-shown';

interface Props {
  context: DocumentRegistry.Context;
  onSaveScript: (script: string) => void;
  /** Is told how to leave the editor without losing what stands in a form. */
  onGuard: (leave: (go: () => void) => void) => void;
}

/** The flow editor: steps and their rows at the left, the form of one step at the right. */
export function FlowEditor(props: Props): JSX.Element {
  const trans = useTrans();
  const open = useFlow(props.context);
  const { flow, path } = open;
  const [chosen, choose] = useState<string | null>(null);
  const [mode, setMode] = useState<Mode>('step');
  const [view, setView] = useState<'flow' | 'code'>('flow');
  const [kept, setDraft] = useState<Draft | null>(null);
  const [settings, setSettings] = useState(newSettings);
  const [training, setTraining] = useState(false);
  const side = useRef<HTMLElement>(null);

  // Undo may take its step away, and redo brings both back.
  const draft = kept && hasPlace(flow, kept) ? kept : null;
  const selected = nodeOf(flow, chosen) ?? lastStep(flow);
  const selectedId = selected?.node_id ?? null;
  const operators = useOperators(path);
  const validation = useValidation(flow, path);
  const shown = useShown(flow, selected, draft);
  const preview = usePreview(shown.flow, shown.target, path, shown.ready);
  const above = draft?.after ?? (selected && inputsOf(selected)[0]?.node_id);
  const columns = useColumns(flow, above ?? null, path);

  const titles = validation.data?.titles ?? {};
  const problems = new Map(
    validation.data?.problems.map(each => [each.node, each]) ?? []
  );
  const rows = new Map(
    draft ? [] : preview.data?.steps.map(step => [step.node, step.rows])
  );

  const titleOf = (made: Draft): string =>
    (made.node && titles[made.node]) || made.operator.title;

  const select = (id: string | null): void => {
    choose(id);
    setDraft(null);
    setMode('step');
  };
  const begin = (operator: Operator): void => {
    const after = operator.type === 'SOURCE' ? undefined : selectedId;
    setDraft({
      operator,
      block: initial(operator.schema),
      after: after ?? undefined
    });
    setMode('step');
  };
  const beginOf = (type: string): void => {
    const operator = operators.data?.find(each => each.type === type);
    if (operator) {
      begin(operator);
    }
  };
  /** Goes on unless it would lose what the user has entered and still wants. */
  const leave = (go: () => void): void => {
    if (!draft || !begun(draft)) {
      go();
      return;
    }
    void mayDiscard(titleOf(draft), trans).then(yes => yes && go());
  };
  useEffect(() => props.onGuard(leave));
  /** The button that was pressed goes: the keys of the editor still belong to it. */
  const keepFocus = (): void => side.current?.focus();
  const apply = (made: Draft): void => {
    const isSource = made.operator.type === 'SOURCE';
    const block = isSource ? namedSource(made.block) : made.block;
    const [next, id] = applied(flow, { ...made, block });
    open.change(next);
    select(id);
    keepFocus();
  };
  const remove = (id: string): void => {
    const next = nodeOf(flow, id);
    open.change(deleteStep(flow, id));
    select((next && inputsOf(next)[0]?.node_id) ?? null);
  };
  const run = (train: boolean): void => {
    setTraining(train);
    setMode('job');
    setView('flow');
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const isTyping = (event.target as Element).matches(
      'input, textarea, select'
    );
    const key = event.key.toLowerCase();
    if (isTyping || !(event.ctrlKey || event.metaKey)) {
      return;
    }
    if (key === 'y' || (key === 'z' && event.shiftKey)) {
      open.redo();
    } else if (key === 'z') {
      open.undo();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  if (open.problem) {
    return (
      <Notice mood="warning">
        <p>{trans.__('This file holds no flow: %1', open.problem)}</p>
        <p>{trans.__('Open it with the text editor to mend it.')}</p>
      </Notice>
    );
  }
  return (
    <div className="smkit-FlowEditor-body" onKeyDown={onKeyDown}>
      <FlowToolbar
        open={open}
        view={view}
        canAdd={operators.data !== undefined}
        hasSteps={flow.nodes.length > 0}
        onView={setView}
        onAddSource={() => leave(() => beginOf('SOURCE'))}
        onAddStep={() =>
          leave(() => {
            setDraft(null);
            setMode('search');
          })
        }
        onAddDestination={() => leave(() => beginOf('DESTINATION'))}
        onRun={() => run(false)}
        onTrain={() => run(true)}
      />
      <ErrorNotice error={operators.error} retry={() => askAgain(operators)} />
      {view === 'code' ? (
        <div className="smkit-FlowEditor-code">
          <FlowCode
            flow={flow}
            path={path}
            node={null}
            session={path}
            settings={settings}
            onSaveScript={props.onSaveScript}
          />
        </div>
      ) : (
        <div className="smkit-FlowEditor-main">
          <div className="smkit-FlowEditor-left">
            {flow.nodes.length === 0 ? (
              <EmptyState
                title={trans.__('An empty flow')}
                action={
                  <Button
                    mood="primary"
                    disabled={!operators.data}
                    onClick={() => leave(() => beginOf('SOURCE'))}
                  >
                    {trans.__('Add a source')}
                  </Button>
                }
              >
                {trans.__('Start with the data: a file or a folder in s3://.')}
              </EmptyState>
            ) : (
              <FlowGraph
                flow={flow}
                selected={selectedId}
                titles={titles}
                rows={rows}
                problems={
                  new Map([...problems].map(([id, each]) => [id, each.message]))
                }
                onSelect={id => leave(() => select(id))}
                onDelete={id => leave(() => remove(id))}
              />
            )}
            <PreviewGrid
              preview={preview}
              draft={draft !== null && shown.ready}
              hint={trans.__('Select a step, or add a source.')}
            />
          </div>
          <aside
            ref={side}
            tabIndex={-1}
            className="smkit-FlowEditor-side"
            aria-label={trans.__('Step')}
          >
            {mode === 'job' && selected ? (
              <>
                {draft && (
                  <Unapplied
                    title={titleOf(draft)}
                    apply={
                      complete(draft)
                        ? () => {
                            apply(draft);
                            setMode('job');
                          }
                        : null
                    }
                    back={() => setMode('step')}
                  />
                )}
                <JobPanel
                  flow={flow}
                  text={open.text}
                  node={null}
                  training={training}
                  settings={settings}
                  onSettings={setSettings}
                  onClose={() => setMode('step')}
                />
              </>
            ) : (
              <SidePanel
                mode={mode}
                selected={selected}
                title={selected ? (titles[selected.node_id] ?? '') : ''}
                operators={operators.data ?? []}
                draft={draft}
                columns={columns.data ?? []}
                problem={selectedId ? problems.get(selectedId) : undefined}
                onBegin={begin}
                onDraft={setDraft}
                onDiscard={() => {
                  setDraft(null);
                  keepFocus();
                }}
                onApply={apply}
                onSearch={() => setMode('search')}
                onDelete={remove}
              />
            )}
          </aside>
        </div>
      )}
    </div>
  );
}
