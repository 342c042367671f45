import { Button } from '../core/button';
import { useTrans } from '../core/context';
import { Notice } from '../core/notice';
import type { FlowNode } from './document';
import type { Draft } from './draft';
import { complete } from './draft';
import type { NamedColumn, Problem } from './queries';
import { SchemaForm } from './schema-form';

interface Props {
  title: string;
  draft: Draft;
  changed: boolean;
  columns: readonly NamedColumn[];
  problem: Problem | undefined;
  onChange: (draft: Draft) => void;
  onApply: () => void;
  onDiscard: () => void;
}

/** The form of a step; what is changed shows in the preview and becomes the flow's with Apply. */
export function StepForm(props: Props): JSX.Element {
  const trans = useTrans();
  const { draft, changed } = props;
  const { operator } = draft;
  const isReady = complete(draft);
  const isEmpty = Object.keys(operator.schema.properties ?? {}).length === 0;
  return (
    <form
      className="smkit-FlowForm"
      aria-label={props.title}
      onSubmit={event => {
        event.preventDefault();
        if (isReady) {
          props.onApply();
        }
      }}
    >
      <p className="smkit-FlowForm-group">{operator.group}</p>
      <h2>{props.title}</h2>
      {operator.description && <p>{operator.description}</p>}
      {isEmpty && <p>{trans.__('This step has nothing to set.')}</p>}
      {props.problem && !changed && (
        <Notice mood="warning">{props.problem.message}</Notice>
      )}
      <SchemaForm
        schema={operator.schema}
        value={draft.block}
        columns={props.columns}
        onChange={block => props.onChange({ ...draft, block })}
      />
      {changed && (
        <footer>
          <Button type="submit" mood="primary" disabled={!isReady}>
            {draft.node ? trans.__('Apply') : trans.__('Add to the flow')}
          </Button>
          <Button onClick={props.onDiscard}>{trans.__('Discard')}</Button>
        </footer>
      )}
    </form>
  );
}

/** A step that smkit keeps as it is: it shows what is in the file. */
export function KeptStep({
  node,
  title,
  problem
}: {
  node: FlowNode;
  title: string;
  problem: Problem | undefined;
}): JSX.Element {
  const trans = useTrans();
  const isAnalysis = node.type === 'VISUALIZATION';
  return (
    <div className="smkit-FlowForm">
      <h2>{title}</h2>
      <Notice mood={isAnalysis ? 'info' : 'warning'}>
        {isAnalysis
          ? trans.__(
              'An analysis. smkit keeps it in the file and does not draw it yet.'
            )
          : (problem?.message ??
            trans.__(
              'smkit keeps this step in the file and cannot run it yet.'
            ))}
      </Notice>
      <pre tabIndex={0} aria-label={trans.__('Parameters')}>
        {JSON.stringify(node.parameters ?? {}, null, 2)}
      </pre>
    </div>
  );
}
