import { LabIcon } from '@jupyterlab/ui-components';

function icon(name: string, drawing: string): LabIcon {
  const svgstr =
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24" fill="none">' +
    '<g class="jp-icon3" stroke="#616161" stroke-width="2" ' +
    `stroke-linecap="round" stroke-linejoin="round">${drawing}</g></svg>`;
  return new LabIcon({ name: `jupyter-smkit:${name}`, svgstr });
}

export const studioIcon = icon(
  'studio',
  '<path d="M4 7l8-4 8 4-8 4z"/><path d="M4 12l8 4 8-4"/><path d="M4 17l8 4 8-4"/>'
);
export const flowIcon = icon(
  'flow',
  '<circle cx="5" cy="6" r="2"/><circle cx="5" cy="18" r="2"/><circle cx="19" cy="12" r="2"/><path d="M7 6h3q3 0 4 3l1 2M7 18h3q3 0 4-3l1-2"/>'
);
export const autoMLIcon = icon(
  'automl',
  '<path d="M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M5.6 18.4l2.1-2.1M16.3 7.7l2.1-2.1"/><circle cx="12" cy="12" r="3"/>'
);
export const jobIcon = icon(
  'job',
  '<rect x="3" y="4" width="18" height="16" rx="2"/><path d="M7 9l3 3-3 3M13 15h4"/>'
);
export const trainingIcon = icon(
  'training',
  '<path d="M3 20h18"/><path d="M4 16l5-5 4 3 7-9"/><path d="M16 5h4v4"/>'
);
export const modelIcon = icon(
  'model',
  '<path d="M12 2l8 4.5v9L12 20l-8-4.5v-9z"/><path d="M4 6.5l8 4.5 8-4.5M12 11v9"/>'
);
export const registryIcon = icon(
  'registry',
  '<rect x="3" y="4" width="18" height="5" rx="1"/><path d="M5 9v10a1 1 0 001 1h12a1 1 0 001-1V9M10 13h4"/>'
);
export const endpointIcon = icon(
  'endpoint',
  '<circle cx="12" cy="12" r="3"/><path d="M7 17a7 7 0 010-10M17 7a7 7 0 010 10M4 20a11 11 0 010-16M20 4a11 11 0 010 16"/>'
);
export const configIcon = icon(
  'config',
  '<path d="M4 6h10M18 6h2M4 12h2M10 12h10M4 18h8M16 18h4"/><circle cx="16" cy="6" r="2"/><circle cx="8" cy="12" r="2"/><circle cx="14" cy="18" r="2"/>'
);
export const experimentIcon = icon(
  'experiment',
  '<path d="M9 3h6M10 3v6l-5 9a2 2 0 002 3h10a2 2 0 002-3l-5-9V3M7.5 15h9"/>'
);
