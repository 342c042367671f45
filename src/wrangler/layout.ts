import { graphlib, layout } from '@dagrejs/dagre';

import type { Flow } from './document';
import { inputsOf } from './document';

export const NODE_WIDTH = 176;
export const NODE_HEIGHT = 52;

export interface Place {
  x: number;
  y: number;
}

/** Where each step stands: sources at the left, each step right of its inputs. */
export function arrange(flow: Flow): Map<string, Place> {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 20, ranksep: 36 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of flow.nodes) {
    graph.setNode(node.node_id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  }
  for (const node of flow.nodes) {
    for (const input of inputsOf(node)) {
      if (graph.hasNode(input.node_id)) {
        graph.setEdge(input.node_id, node.node_id);
      }
    }
  }
  layout(graph);
  return new Map(
    graph.nodes().map((id: string) => {
      const { x, y } = graph.node(id);
      return [id, { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 }];
    })
  );
}
