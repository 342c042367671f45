import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { core } from './core/plugin';
import { jobs } from './jobs/plugin';
import { studio } from './studio/plugin';
import { plugins as wrangler } from './wrangler';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  core,
  studio,
  jobs,
  ...wrangler
];

export default plugins;
