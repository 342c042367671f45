import { agoCell, statusCell } from '../core/cells';
import { text } from '../core/format';
import { registryIcon } from '../core/icons';
import type { Kind } from '../core/kind';
import { kindOf } from '../core/kind';
import { ListPage } from '../core/list-page';
import type { ISmkit } from '../core/smkit';
import { Decision } from './decision';

/** Groups of the model registry, each with its versions. */
export function registryKind(smkit: ISmkit): Kind {
  const { trans } = smkit;
  const versions = versionKind(smkit);
  return kindOf(trans, {
    name: 'ModelPackageGroup',
    page: 'model-package-groups',
    plural: trans.__('Model registry'),
    icon: registryIcon,
    section: 'models',
    rank: 20,
    status: 'ModelPackageGroupStatus',
    remove: 'DeleteModelPackageGroup',
    first: trans.__(
      'A group holds the versions of one model: create_model_package_group(ModelPackageGroupName=…).'
    ),
    overview: record => [
      {
        label: trans.__('Description'),
        value: text(record, 'ModelPackageGroupDescription')
      }
    ],
    tabs: record => [
      {
        id: 'versions',
        label: trans.__('Versions'),
        content: () => (
          <ListPage
            kind={versions}
            args={{ group: text(record, 'ModelPackageGroupName') }}
          />
        )
      }
    ]
  });
}

function versionKind({ trans }: ISmkit): Kind {
  return kindOf(trans, {
    name: 'ModelPackage',
    page: 'model-packages',
    plural: trans.__('Versions'),
    icon: registryIcon,
    key: 'ModelPackageArn',
    input: args => ({ ModelPackageGroupName: args.group }),
    columns: () => [
      {
        id: 'Version',
        label: trans.__('Version'),
        cell: row => text(row, 'ModelPackageVersion')
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
        id: 'PackageStatus',
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
  });
}
