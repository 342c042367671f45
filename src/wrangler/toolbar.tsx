import {
  addIcon,
  redoIcon,
  runIcon,
  undoIcon
} from '@jupyterlab/ui-components';

import { Button } from '../core/button';
import { useTrans } from '../core/context';
import { autoMLIcon } from '../core/icons';
import type { OpenFlow } from './use-flow';

interface Props {
  open: OpenFlow;
  view: 'flow' | 'code';
  canAdd: boolean;
  hasSteps: boolean;
  onView: (view: 'flow' | 'code') => void;
  onAddSource: () => void;
  onAddStep: () => void;
  onAddDestination: () => void;
  onRun: () => void;
  onTrain: () => void;
}

export function FlowToolbar(props: Props): JSX.Element {
  const trans = useTrans();
  const { open, view, hasSteps, canAdd } = props;
  const isFlow = view === 'flow';
  return (
    <div
      className="smkit-Toolbar smkit-FlowToolbar"
      role="toolbar"
      aria-label={trans.__('Flow')}
    >
      <Button
        icon={undoIcon}
        label={trans.__('Undo')}
        title={trans.__('Undo (Ctrl+Z)')}
        disabled={!open.canUndo}
        onClick={open.undo}
      >
        {''}
      </Button>
      <Button
        icon={redoIcon}
        label={trans.__('Redo')}
        title={trans.__('Redo (Ctrl+Shift+Z)')}
        disabled={!open.canRedo}
        onClick={open.redo}
      >
        {''}
      </Button>
      <Button
        icon={addIcon}
        disabled={!isFlow || !canAdd}
        onClick={props.onAddSource}
      >
        {trans.__('Source')}
      </Button>
      <Button
        icon={addIcon}
        disabled={!isFlow || !hasSteps || !canAdd}
        onClick={props.onAddStep}
      >
        {trans.__('Step')}
      </Button>
      <Button
        icon={addIcon}
        disabled={!isFlow || !hasSteps || !canAdd}
        onClick={props.onAddDestination}
      >
        {trans.__('Destination')}
      </Button>
      <span className="smkit-Toolbar-gap" />
      <Button icon={runIcon} disabled={!hasSteps} onClick={props.onRun}>
        {trans.__('Run as a job')}
      </Button>
      <Button icon={autoMLIcon} disabled={!hasSteps} onClick={props.onTrain}>
        {trans.__('Train a model')}
      </Button>
      <div
        className="smkit-Switch"
        role="group"
        aria-label={trans.__('Show the flow or its code')}
      >
        {(['flow', 'code'] as const).map(each => (
          <button
            key={each}
            aria-pressed={view === each}
            onClick={() => props.onView(each)}
          >
            {each === 'flow' ? trans.__('Flow') : trans.__('Code')}
          </button>
        ))}
      </div>
    </div>
  );
}
