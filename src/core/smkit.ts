import type { IRenderMime } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { Token } from '@lumino/coreutils';

import type { EventStream } from './events';
import type { Kind } from './kind';

export type PageArgs = Readonly<Record<string, string>>;

/** A command's arguments as a page takes them. */
export function asPageArgs(args: object): PageArgs {
  const texts = Object.entries(args).filter(
    ([name, value]) => typeof value === 'string' && name !== 'title'
  );
  return Object.fromEntries(texts) as PageArgs;
}

/** A page of the main area; one tab for each different set of arguments. */
export interface PageDefinition {
  id: string;
  icon: LabIcon;
  title: (args: PageArgs) => string;
  render: (args: PageArgs) => JSX.Element;
}

export type Section = 'data' | 'build' | 'models' | 'deploy';

/** An entry of the Studio panel. */
export interface TreeItem {
  section: Section;
  label: string;
  icon: LabIcon;
  rank: number;
  command: string;
  args?: PageArgs;
  /** Whose records are counted beside it. */
  kinds?: readonly string[];
}

/** What features build on: pages, the Studio panel, events and the notebook. */
export interface ISmkit {
  readonly trans: TranslationBundle;
  readonly commands: CommandRegistry;
  readonly events: EventStream;
  readonly tree: readonly TreeItem[];
  /** The kinds of records that have pages, by name. */
  readonly kinds: Map<string, Kind>;
  /** Rows that a list shows at once. */
  readonly pageSize: number;
  addPage(page: PageDefinition): void;
  addTreeItem(item: TreeItem): void;
  /** Opens a page, or shows the tab that already has it. */
  open(page: string, args?: PageArgs): void;
  /** Whether JupyterLab has a viewer or an editor for files called so. */
  canOpen(name: string): boolean;
  /** What JupyterLab shows data of `mimeType` with; null: it has nothing for it. */
  createRenderer(mimeType: string): IRenderMime.IRenderer | null;
  /** Code in colours; `language` is a name that CodeMirror knows. */
  highlight(code: string, language: string): Promise<Node>;
  /** Puts code in a new cell of the current notebook, or of a new one. */
  insertCode(code: string): Promise<void>;
}

export const ISmkit = new Token<ISmkit>(
  'jupyter-smkit:ISmkit',
  'Pages, the Studio panel and live events of smkit.'
);

export const OPEN_COMMAND = 'smkit:open';
/** Opens an object of s3://, or a folder (with a slash at its end): `uri`. */
export const OPEN_OBJECT = 'smkit:open-object';
