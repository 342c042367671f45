import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { automl } from './automl/plugin';
import { client } from './client/plugin';
import { core } from './core/plugin';
import { endpoints } from './endpoints/plugin';
import { experiments } from './experiments/plugin';
import { jobs } from './jobs/plugin';
import { objects } from './objects/plugin';
import { studio } from './studio/plugin';
import { plugins as wrangler } from './wrangler';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  core,
  studio,
  objects,
  client,
  jobs,
  automl,
  endpoints,
  experiments,
  ...wrangler
];

export default plugins;
