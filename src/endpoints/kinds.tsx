import { ObjectLink, PageLink } from '../core/cells';
import type { Row } from '../core/client';
import type { CodeForm } from '../core/code';
import { sdkForm } from '../core/code-forms';
import { text } from '../core/format';
import { configIcon, endpointIcon, modelIcon } from '../core/icons';
import type { Kind } from '../core/kind';
import { kindOf } from '../core/kind';
import type { ISmkit } from '../core/smkit';
import { attachedTo } from './attached';
import { InvocationMetrics } from './metrics';
import { sessionCode } from './sdk';
import { TryIt } from './try-it';
import { Variants } from './variants';

interface Container {
  Image?: string;
  ModelDataUrl?: string;
  ModelPackageName?: string;
}

interface ProductionVariant {
  VariantName?: string;
  ModelName?: string;
  InstanceType?: string;
  InitialInstanceCount?: number;
  InitialVariantWeight?: number;
}

/** The form of the SDK for what makes one record. */
function forms(operation: string): (request: Row) => CodeForm[] {
  return input => sdkForm(sessionCode([{ operation, input }]));
}

export function modelKind({ trans }: ISmkit): Kind {
  const containers = (record: Row): Container[] =>
    record.PrimaryContainer
      ? [record.PrimaryContainer as Container]
      : ((record.Containers ?? []) as Container[]);
  return kindOf(trans, {
    name: 'Model',
    page: 'models',
    plural: trans.__('Models'),
    icon: modelIcon,
    section: 'models',
    rank: 10,
    remove: 'DeleteModel',
    first: trans.__(
      'A model is an artifact in s3:// and the image that serves it. Deploying an AutoML candidate makes one.'
    ),
    create: {
      command: 'smkit:new-endpoint',
      label: trans.__('Deploy a model')
    },
    overview: record => [
      ...containers(record).flatMap(container => [
        { label: trans.__('Image'), value: container.Image ?? '' },
        {
          label: trans.__('Artifact'),
          value: container.ModelDataUrl ? (
            <ObjectLink uri={container.ModelDataUrl} />
          ) : (
            ''
          )
        },
        {
          label: trans.__('Registered version'),
          value: container.ModelPackageName ? (
            <PageLink
              page="model-packages/record"
              args={{ name: container.ModelPackageName }}
            >
              {container.ModelPackageName}
            </PageLink>
          ) : (
            ''
          )
        }
      ])
    ],
    forms: forms('CreateModel')
  });
}

export function configKind({ trans }: ISmkit): Kind {
  return kindOf(trans, {
    name: 'EndpointConfig',
    page: 'endpoint-configs',
    plural: trans.__('Endpoint configurations'),
    icon: configIcon,
    section: 'deploy',
    rank: 20,
    remove: 'DeleteEndpointConfig',
    first: trans.__(
      'It says which models an endpoint serves and how requests are shared out. The endpoint wizard makes one.'
    ),
    create: { command: 'smkit:new-endpoint', label: trans.__('New endpoint') },
    overview: record => [
      ...((record.ProductionVariants ?? []) as ProductionVariant[]).map(
        variant => ({
          label: trans.__('Variant %1', variant.VariantName ?? ''),
          value: (
            <>
              <PageLink
                page="models/record"
                args={{ name: variant.ModelName ?? '' }}
              >
                {variant.ModelName}
              </PageLink>{' '}
              {trans.__(
                '· weight %1 · %2 × %3',
                variant.InitialVariantWeight ?? 1,
                variant.InitialInstanceCount ?? 1,
                variant.InstanceType ?? ''
              )}
            </>
          )
        })
      )
    ],
    forms: forms('CreateEndpointConfig')
  });
}

export function endpointKind({ trans }: ISmkit): Kind {
  return kindOf(trans, {
    name: 'Endpoint',
    page: 'endpoints',
    plural: trans.__('Endpoints'),
    icon: endpointIcon,
    section: 'deploy',
    rank: 10,
    status: 'EndpointStatus',
    remove: 'DeleteEndpoint',
    attached: names => attachedTo(names, trans),
    first: trans.__(
      'An endpoint answers requests with a model. Train one with AutoML, or bring an artifact of your own.'
    ),
    create: { command: 'smkit:new-endpoint', label: trans.__('New endpoint') },
    overview: record => [
      {
        label: trans.__('Configuration'),
        value: (
          <PageLink
            page="endpoint-configs/record"
            args={{ name: text(record, 'EndpointConfigName') }}
          >
            {text(record, 'EndpointConfigName')}
          </PageLink>
        )
      },
      { label: trans.__('Variants'), value: <Variants record={record} /> }
    ],
    tabs: record => [
      {
        id: 'try',
        label: trans.__('Try it'),
        content: () => (
          <TryIt
            endpoint={text(record, 'EndpointName')}
            ready={record.EndpointStatus === 'InService'}
          />
        )
      },
      {
        id: 'metrics',
        label: trans.__('Metrics'),
        content: () => <InvocationMetrics record={record} />
      }
    ],
    log: record => ({
      group: `/aws/sagemaker/Endpoints/${text(record, 'EndpointName')}`,
      prefix: ''
    }),
    forms: forms('CreateEndpoint'),
    renamed: { DeploymentConfig: 'LastDeploymentConfig' }
  });
}
