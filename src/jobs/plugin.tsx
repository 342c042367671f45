import { feature } from '../core/feature';
import { jobIcon } from '../core/icons';
import { CreateProcessingJob } from './create';
import { processingKind } from './processing';
import { trainingKind } from './training';

export const jobs = feature('jobs', 'Processing and training jobs.', smkit => {
  const { trans } = smkit;
  return {
    kinds: [processingKind(smkit), trainingKind(smkit)],
    creates: [
      {
        id: 'processing-jobs/new',
        icon: jobIcon,
        title: trans.__('New processing job'),
        render: () => <CreateProcessingJob />,
        command: 'smkit:new-processing-job',
        label: trans.__('Processing Job'),
        caption: trans.__('Run a script over data in s3://'),
        rank: 40
      }
    ]
  };
});
