import { feature } from '../core/feature';
import { autoMLIcon } from '../core/icons';
import { CreateAutoML } from './create';
import { autoMLKind } from './kind';

export const automl = feature('automl', 'AutoML experiments.', smkit => {
  const { trans } = smkit;
  return {
    kinds: [autoMLKind(smkit)],
    creates: [
      {
        id: 'automl/new',
        icon: autoMLIcon,
        title: trans.__('New AutoML experiment'),
        render: args => <CreateAutoML data={args.data} />,
        command: 'smkit:new-automl',
        label: trans.__('AutoML Experiment'),
        caption: trans.__('Train models on a table and rank them'),
        rank: 20
      }
    ]
  };
});
