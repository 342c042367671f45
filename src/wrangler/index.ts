import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

/** The plugins of the flow editor. */
export const plugins: JupyterFrontEndPlugin<unknown>[] = [];
