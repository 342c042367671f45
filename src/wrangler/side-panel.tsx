import { Button } from '../core/button';
import { useTrans } from '../core/context';
import type { Operator } from './catalogue';
import { liveBlock, operatorOf } from './catalogue';
import type { FlowNode } from './document';
import type { Draft } from './draft';
import { OperatorSearch } from './operator-search';
import type { NamedColumn, Problem } from './queries';
import { KeptStep, StepForm } from './step-panel';

export type Mode = 'step' | 'search' | 'job';

interface Props {
  mode: Mode;
  selected: FlowNode | undefined;
  title: string;
  operators: readonly Operator[];
  draft: Draft | null;
  columns: readonly NamedColumn[];
  problem: Problem | undefined;
  onBegin: (operator: Operator) => void;
  onDraft: (draft: Draft) => void;
  onDiscard: () => void;
  onApply: (draft: Draft) => void;
  onSearch: () => void;
  onDelete: (id: string) => void;
}

/** What stands at the right: the search for a new step, or the form of one. */
export function SidePanel(props: Props): JSX.Element | null {
  const trans = useTrans();
  const { mode, selected, draft, operators } = props;
  if (mode === 'search') {
    return (
      <>
        <h2>{trans.__('Add a step behind “%1”', props.title)}</h2>
        <OperatorSearch operators={operators} onChoose={props.onBegin} />
      </>
    );
  }
  const operator = selected && operatorOf(operators, selected);
  const unchanged: Draft | null =
    selected && operator
      ? {
          operator,
          block: liveBlock(operator, selected),
          node: selected.node_id
        }
      : null;
  const current = draft ?? unchanged;
  const isNew = draft !== null && draft.node === undefined;
  return (
    <>
      {current ? (
        <StepForm
          key={
            current.node ?? `${current.operator.id}/${current.operator.choice}`
          }
          title={isNew ? current.operator.title : props.title}
          draft={current}
          changed={draft !== null}
          columns={props.columns}
          problem={props.problem}
          onChange={props.onDraft}
          onApply={() => props.onApply(current)}
          onDiscard={props.onDiscard}
        />
      ) : (
        selected && (
          <KeptStep
            node={selected}
            title={props.title}
            problem={props.problem}
          />
        )
      )}
      {selected && !draft && (
        <div className="smkit-FlowEditor-actions">
          {selected.type !== 'DESTINATION' &&
            selected.type !== 'VISUALIZATION' && (
              <Button onClick={props.onSearch}>
                {trans.__('Add a step behind it')}
              </Button>
            )}
          <Button
            mood="danger"
            onClick={() => props.onDelete(selected.node_id)}
          >
            {trans.__('Delete this step')}
          </Button>
        </div>
      )}
    </>
  );
}
