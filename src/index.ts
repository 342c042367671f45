import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { plugins as wrangler } from './wrangler';

const plugins: JupyterFrontEndPlugin<unknown>[] = [...wrangler];

export default plugins;
