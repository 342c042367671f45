import '@xyflow/react/dist/base.css';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Edge, Node, NodeProps } from '@xyflow/react';
import {
  Background,
  Controls,
  Handle,
  Position,
  ReactFlow
} from '@xyflow/react';
import type { KeyboardEvent } from 'react';
import { useMemo } from 'react';

import { useTrans } from '../core/context';
import type { Flow, FlowNode } from './document';
import { inputsOf } from './document';
import { NODE_HEIGHT, NODE_WIDTH, arrange } from './layout';

interface StepData extends Record<string, unknown> {
  title: string;
  kind: string;
  rows: number | undefined;
  problem: string | undefined;
}

type StepNode = Node<StepData, 'step'>;

interface Props {
  flow: Flow;
  selected: string | null;
  titles: Readonly<Record<string, string>>;
  rows: ReadonlyMap<string, number>;
  problems: ReadonlyMap<string, string>;
  onSelect: (id: string) => void;
  onDelete: (id: string) => void;
}

const NODE_TYPES = { step: StepBox };

/** The steps of a flow, laid out from left to right; one of them is selected. */
export function FlowGraph(props: Props): JSX.Element {
  const { flow, selected, titles, rows, problems, onSelect, onDelete } = props;
  const trans = useTrans();
  const places = useMemo(() => arrange(flow), [flow]);

  const nodes: StepNode[] = flow.nodes.map(node => {
    const title = titles[node.node_id] ?? fallbackTitle(node);
    return {
      id: node.node_id,
      type: 'step',
      className: 'smkit-FlowGraph-node',
      position: places.get(node.node_id) ?? { x: 0, y: 0 },
      width: NODE_WIDTH,
      height: NODE_HEIGHT,
      selected: node.node_id === selected,
      ariaLabel: title,
      data: {
        title,
        kind: node.type,
        rows: rows.get(node.node_id),
        problem: problems.get(node.node_id)
      }
    };
  });
  const edges: Edge[] = flow.nodes.flatMap(node =>
    inputsOf(node).map((input, index) => ({
      id: `${input.node_id}-${node.node_id}-${index}`,
      source: input.node_id,
      target: node.node_id,
      label: input.output_name === 'default' ? undefined : input.output_name,
      focusable: false
    }))
  );

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = (event.target as Element)
      .closest('.react-flow__node')
      ?.getAttribute('data-id');
    if (!step) {
      return;
    }
    if (event.key === 'Enter') {
      // Else a dialog that opens now takes it for its default button's.
      event.preventDefault();
    }
    if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      onDelete(step);
      // The step that had the focus goes: keys still belong to the graph.
      event.currentTarget.focus();
    }
  };

  return (
    <div
      className="smkit-FlowGraph"
      role="group"
      tabIndex={-1}
      aria-label={trans.__('Steps of the flow')}
      onKeyDown={onKeyDown}
    >
      <ReactFlow
        className="smkit-FlowGraph-canvas"
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodesChange={changes => {
          const change = changes.find(
            each => each.type === 'select' && each.selected
          );
          if (change && 'id' in change) {
            onSelect(change.id);
          }
        }}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.15 }}
        minZoom={0.2}
        maxZoom={1.5}
        nodesDraggable={false}
        nodesConnectable={false}
        elementsSelectable
        deleteKeyCode={null}
        proOptions={{ hideAttribution: true }}
        preventScrolling
      >
        <Background gap={20} />
        <Controls
          showInteractive={false}
          className="smkit-FlowGraph-controls"
        />
      </ReactFlow>
    </div>
  );
}

function fallbackTitle(node: FlowNode): string {
  return node.name ?? node.operator.replace(/^.*\.(\w+)_\d+\.\d+$/, '$1');
}

const MARKS: Readonly<Record<string, string>> = {
  SOURCE: 'source',
  DATASET: 'data',
  DESTINATION: 'destination',
  VISUALIZATION: 'visualization'
};

function StepBox({ data, selected }: NodeProps<StepNode>): JSX.Element {
  const trans = useTrans();
  const mark = MARKS[data.kind] ?? 'transform';
  const problem = data.problem ? ' smkit-mod-problem' : '';
  const chosen = selected ? ' smkit-mod-selected' : '';
  return (
    <div
      className={`smkit-FlowStep smkit-mod-${mark}${problem}${chosen}`}
      title={data.problem ?? data.title}
    >
      <Handle
        type="target"
        position={Position.Left}
        className="smkit-FlowGraph-handle"
        isConnectable={false}
      />
      <span className="smkit-FlowStep-title">{data.title}</span>
      <span className="smkit-FlowStep-note">
        {data.problem
          ? trans.__('Needs attention')
          : data.rows === undefined
            ? kindName(data.kind, trans)
            : trans.__('%1 rows', data.rows.toLocaleString())}
      </span>
      <Handle
        type="source"
        position={Position.Right}
        className="smkit-FlowGraph-handle"
        isConnectable={false}
      />
    </div>
  );
}

function kindName(kind: string, trans: TranslationBundle): string {
  const names: Readonly<Record<string, string>> = {
    SOURCE: trans.__('Source'),
    TRANSFORM: trans.__('Transform'),
    DATASET: trans.__('Data set'),
    DESTINATION: trans.__('Destination'),
    VISUALIZATION: trans.__('Analysis')
  };
  return names[kind] ?? kind;
}
