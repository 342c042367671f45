import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { core } from './core/plugin';
import { plugins as wrangler } from './wrangler';

const plugins: JupyterFrontEndPlugin<unknown>[] = [core, ...wrangler];

export default plugins;
