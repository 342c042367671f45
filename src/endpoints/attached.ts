import type { TranslationBundle } from '@jupyterlab/translation';

import type { Row } from '../core/client';
import { callNamed } from '../core/client';
import { text } from '../core/format';
import type { Attached } from '../core/kind';

/** Of others, as many are looked at; beyond that nobody knows, and nothing is ticked. */
const MOST = 100;

/** The configurations and models behind endpoints, and who else uses each. */
export async function attachedTo(
  endpoints: readonly string[],
  trans: TranslationBundle
): Promise<Attached[]> {
  const served = await described('Endpoint', endpoints);
  const configs = unique(served.map(each => text(each, 'EndpointConfigName')));
  const models = unique(
    (await described('EndpointConfig', configs)).flatMap(modelsOf)
  );
  const [otherEndpoints, otherConfigs] = await Promise.all([
    others('Endpoint', endpoints),
    others('EndpointConfig', configs)
  ]);
  const users = (
    found: readonly Row[] | null,
    key: string,
    uses: (record: Row) => boolean
  ): string =>
    found === null
      ? trans.__('others, perhaps: there are too many to look at')
      : found
          .filter(uses)
          .map(record => text(record, key))
          .join(', ');
  return [
    ...configs.map(name => ({
      name,
      label: trans.__('Configuration'),
      operation: 'DeleteEndpointConfig',
      input: { EndpointConfigName: name },
      usedBy: users(
        otherEndpoints,
        'EndpointName',
        record => record.EndpointConfigName === name
      )
    })),
    ...models.map(name => ({
      name,
      label: trans.__('Model'),
      operation: 'DeleteModel',
      input: { ModelName: name },
      usedBy: users(otherConfigs, 'EndpointConfigName', record =>
        modelsOf(record).includes(name)
      )
    }))
  ];
}

/** What Describe says of each that is still there. */
async function described(
  kind: string,
  names: readonly string[]
): Promise<Row[]> {
  const answers = await Promise.allSettled(
    names.map(name => callNamed(`Describe${kind}`, { [`${kind}Name`]: name }))
  );
  return answers.flatMap(each =>
    each.status === 'fulfilled' ? [each.value] : []
  );
}

async function others(
  kind: string,
  names: readonly string[]
): Promise<Row[] | null> {
  const page = await callNamed(`List${kind}s`, { MaxResults: MOST });
  const found = ((page[`${kind}s`] ?? []) as Row[])
    .map(each => text(each, `${kind}Name`))
    .filter(name => !names.includes(name));
  return page.NextToken ? null : described(kind, found);
}

function modelsOf(config: Row): string[] {
  const variants = [
    ...((config.ProductionVariants ?? []) as Row[]),
    ...((config.ShadowProductionVariants ?? []) as Row[])
  ];
  return variants.map(each => text(each, 'ModelName')).filter(Boolean);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
