import { ObjectLink, PageLink } from '../core/cells';
import type { Row } from '../core/client';
import type { CodeForm } from '../core/code';
import { moment, text } from '../core/format';
import { configIcon, endpointIcon, modelIcon } from '../core/icons';
import type { Kind } from '../core/kind';
import { usualColumns } from '../core/kind';
import { boto3Code, pick } from '../core/python';
import type { ISmkit } from '../core/smkit';
import { InvocationMetrics } from './metrics';
import { TryIt } from './try-it';
import { Variants } from './variants';

const SORTS = { Name: 'Name', CreationTime: 'CreationTime' };

interface Container {
  Image?: string;
  ModelDataUrl?: string;
}

interface ProductionVariant {
  VariantName?: string;
  ModelName?: string;
  InstanceType?: string;
  InitialInstanceCount?: number;
  InitialVariantWeight?: number;
}

function created(operation: string, input: Row): CodeForm[] {
  return [{ label: 'boto3', code: boto3Code([{ operation, input }]) }];
}

export function modelKind({ trans }: ISmkit): Kind {
  const page = 'models';
  const key = 'ModelName';
  const containers = (record: Row): Container[] =>
    record.PrimaryContainer
      ? [record.PrimaryContainer as Container]
      : ((record.Containers ?? []) as Container[]);
  return {
    name: 'Model',
    page,
    singular: trans.__('Model'),
    plural: trans.__('Models'),
    icon: modelIcon,
    section: 'models',
    rank: 10,
    list: {
      operation: 'ListModels',
      rows: 'Models',
      sorts: SORTS,
      filters: true
    },
    key,
    columns: usualColumns(trans, page, key),
    describe: 'DescribeModel',
    remove: 'DeleteModel',
    first: trans.__(
      'A model is an artifact in s3:// and the image that serves it. Deploying an AutoML candidate makes one.'
    ),
    create: {
      command: 'smkit:new-endpoint',
      label: trans.__('Deploy a model')
    },
    record: {
      overview: record => [
        { label: trans.__('Created'), value: moment(record.CreationTime) },
        ...containers(record).flatMap(container => [
          { label: trans.__('Image'), value: container.Image ?? '' },
          {
            label: trans.__('Artifact'),
            value: container.ModelDataUrl ? (
              <ObjectLink uri={container.ModelDataUrl} />
            ) : (
              ''
            )
          }
        ]),
        { label: trans.__('Role'), value: text(record, 'ExecutionRoleArn') },
        { label: 'ARN', value: text(record, 'ModelArn') }
      ],
      code: record =>
        created(
          'CreateModel',
          pick(record, [
            key,
            'PrimaryContainer',
            'Containers',
            'ExecutionRoleArn'
          ])
        )
    }
  };
}

export function configKind({ trans }: ISmkit): Kind {
  const page = 'endpoint-configs';
  const key = 'EndpointConfigName';
  return {
    name: 'EndpointConfig',
    page,
    singular: trans.__('Endpoint configuration'),
    plural: trans.__('Endpoint configurations'),
    icon: configIcon,
    section: 'deploy',
    rank: 20,
    list: {
      operation: 'ListEndpointConfigs',
      rows: 'EndpointConfigs',
      sorts: SORTS,
      filters: true
    },
    key,
    columns: usualColumns(trans, page, key),
    describe: 'DescribeEndpointConfig',
    remove: 'DeleteEndpointConfig',
    first: trans.__(
      'It says which models an endpoint serves and how requests are shared out. The endpoint wizard makes one.'
    ),
    create: { command: 'smkit:new-endpoint', label: trans.__('New endpoint') },
    record: {
      overview: record => [
        { label: trans.__('Created'), value: moment(record.CreationTime) },
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
        ),
        { label: 'ARN', value: text(record, 'EndpointConfigArn') }
      ],
      code: record =>
        created(
          'CreateEndpointConfig',
          pick(record, [
            key,
            'ProductionVariants',
            'ShadowProductionVariants',
            'DataCaptureConfig'
          ])
        )
    }
  };
}

export function endpointKind({ trans }: ISmkit): Kind {
  const page = 'endpoints';
  const key = 'EndpointName';
  return {
    name: 'Endpoint',
    page,
    singular: trans.__('Endpoint'),
    plural: trans.__('Endpoints'),
    icon: endpointIcon,
    section: 'deploy',
    rank: 10,
    list: {
      operation: 'ListEndpoints',
      rows: 'Endpoints',
      sorts: { ...SORTS, Status: 'Status' },
      filters: true,
      statuses: ['InService', 'Creating', 'Updating', 'Deleting', 'Failed']
    },
    key,
    status: 'EndpointStatus',
    columns: usualColumns(trans, page, key, 'EndpointStatus'),
    describe: 'DescribeEndpoint',
    remove: 'DeleteEndpoint',
    first: trans.__(
      'An endpoint answers requests with a model. Train one with AutoML, or bring an artifact of your own.'
    ),
    create: { command: 'smkit:new-endpoint', label: trans.__('New endpoint') },
    record: {
      overview: record => [
        { label: trans.__('Created'), value: moment(record.CreationTime) },
        { label: trans.__('Changed'), value: moment(record.LastModifiedTime) },
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
        { label: trans.__('Variants'), value: <Variants record={record} /> },
        { label: 'ARN', value: text(record, 'EndpointArn') }
      ],
      tabs: record => [
        {
          id: 'try',
          label: trans.__('Try it'),
          content: () => (
            <TryIt
              endpoint={text(record, key)}
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
        group: `/aws/sagemaker/Endpoints/${text(record, key)}`,
        prefix: ''
      }),
      code: record =>
        created('CreateEndpoint', pick(record, [key, 'EndpointConfigName']))
    }
  };
}
