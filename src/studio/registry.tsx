import { ListPage } from '../core/list-page';
import { agoCell, statusCell } from '../core/cells';
import type { Row } from '../core/client';
import { moment, text } from '../core/format';
import { registryIcon } from '../core/icons';
import type { Kind } from '../core/kind';
import { usualColumns } from '../core/kind';
import { boto3Code, pick } from '../core/python';
import type { ISmkit } from '../core/smkit';
import { Decision } from './decision';

/** Groups of the model registry, each with its versions. */
export function registryKind(smkit: ISmkit): Kind {
  const { trans } = smkit;
  const page = 'model-package-groups';
  const key = 'ModelPackageGroupName';
  const versions = versionKind(smkit);
  return {
    name: 'ModelPackageGroup',
    page,
    singular: trans.__('Model group'),
    plural: trans.__('Model registry'),
    icon: registryIcon,
    section: 'models',
    rank: 20,
    list: {
      operation: 'ListModelPackageGroups',
      rows: 'ModelPackageGroupSummaryList',
      sorts: { Name: 'Name', CreationTime: 'CreationTime' },
      filters: true
    },
    key,
    status: 'ModelPackageGroupStatus',
    columns: usualColumns(trans, page, key, 'ModelPackageGroupStatus'),
    describe: 'DescribeModelPackageGroup',
    remove: 'DeleteModelPackageGroup',
    first: trans.__(
      'A group holds the versions of one model: create_model_package_group(ModelPackageGroupName=…).'
    ),
    record: {
      overview: record => [
        {
          label: trans.__('Description'),
          value: text(record, 'ModelPackageGroupDescription')
        },
        { label: trans.__('Created'), value: moment(record.CreationTime) },
        { label: 'ARN', value: text(record, 'ModelPackageGroupArn') }
      ],
      tabs: record => [
        {
          id: 'versions',
          label: trans.__('Versions'),
          content: () => (
            <ListPage kind={versions} args={{ group: text(record, key) }} />
          )
        }
      ],
      code: record => [
        {
          label: 'boto3',
          code: boto3Code([
            {
              operation: 'CreateModelPackageGroup',
              input: pick(record, [key, 'ModelPackageGroupDescription'])
            }
          ])
        }
      ]
    }
  };
}

function versionKind({ trans }: ISmkit): Kind {
  return {
    name: 'ModelPackage',
    page: 'model-packages',
    singular: trans.__('Version'),
    plural: trans.__('Versions'),
    icon: registryIcon,
    list: {
      operation: 'ListModelPackages',
      rows: 'ModelPackageSummaryList',
      sorts: { CreationTime: 'CreationTime' },
      filters: false,
      input: args => ({ ModelPackageGroupName: args.group })
    },
    key: 'ModelPackageArn',
    columns: [
      {
        id: 'Version',
        label: trans.__('Version'),
        cell: (row: Row) => text(row, 'ModelPackageVersion')
      },
      {
        id: 'Approval',
        label: trans.__('Approval'),
        cell: statusCell('ModelApprovalStatus')
      },
      {
        id: 'Decision',
        label: trans.__('Decision'),
        cell: row => <Decision version={row} />
      },
      {
        id: 'Status',
        label: trans.__('Status'),
        cell: statusCell('ModelPackageStatus')
      },
      {
        id: 'CreationTime',
        label: trans.__('Created'),
        cell: agoCell('CreationTime', trans)
      }
    ],
    first: trans.__(
      'Register one with create_model_package(ModelPackageGroupName=…, InferenceSpecification=…).'
    )
  };
}
