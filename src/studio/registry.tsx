import { text } from '../core/format';
import { registryIcon } from '../core/icons';
import type { Kind } from '../core/kind';
import { kindOf } from '../core/kind';
import { ListPage } from '../core/list-page';
import type { ISmkit } from '../core/smkit';
import { versionKind } from './versions';

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
