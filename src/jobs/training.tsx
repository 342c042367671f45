import type { TranslationBundle } from '@jupyterlab/translation';

import type { Row } from '../core/client';
import { sdkForm } from '../core/code-forms';
import { duration, text } from '../core/format';
import { trainingIcon } from '../core/icons';
import type { Artifact, Kind } from '../core/kind';
import { kindOf } from '../core/kind';
import type { ISmkit } from '../core/smkit';
import { StatusPill } from '../core/status-pill';
import { JobMetrics } from './metrics';
import { lastsColumn } from './lasts';
import { trainingSdk } from './training-sdk';

export function trainingKind({ trans }: ISmkit): Kind {
  const status = 'TrainingJobStatus';
  return kindOf(trans, {
    name: 'TrainingJob',
    page: 'training-jobs',
    plural: trans.__('Training jobs'),
    icon: trainingIcon,
    section: 'build',
    rank: 30,
    status,
    columns: usual => [
      ...usual,
      lastsColumn(trans, 'CreationTime', 'TrainingEndTime', status)
    ],
    stop: 'StopTrainingJob',
    first: trans.__(
      'Train with the sagemaker SDK or with create_training_job(…); the job and its model appear here.'
    ),
    overview: record => {
      const algorithm = (record.AlgorithmSpecification ?? {}) as Row;
      const seconds = record.TrainingTimeInSeconds;
      const steps = (record.SecondaryStatusTransitions ?? []) as Row[];
      return [
        {
          label: trans.__('Step'),
          value: (
            <>
              <StatusPill status={text(record, 'SecondaryStatus')} />{' '}
              {says(steps[steps.length - 1])}
            </>
          )
        },
        {
          label: trans.__('Restarted'),
          value: says(steps.find(step => step.Status === 'Restarting'))
        },
        {
          label: trans.__('Trained for'),
          value: typeof seconds === 'number' ? duration(seconds) : ''
        },
        { label: trans.__('Image'), value: text(algorithm, 'TrainingImage') }
      ];
    },
    tabs: record => {
      const { MetricDefinitions } = (record.AlgorithmSpecification ??
        {}) as Row;
      return MetricDefinitions || record.FinalMetricDataList
        ? [
            {
              id: 'metrics',
              label: trans.__('Metrics'),
              content: () => <JobMetrics record={record} />
            }
          ]
        : [];
    },
    log: record => ({
      group: '/aws/sagemaker/TrainingJobs',
      prefix: `${text(record, 'TrainingJobName')}/`
    }),
    artifacts: record => artifacts(record, trans),
    forms: request => sdkForm(trainingSdk(request))
  });
}

function says(step: Row | undefined): string {
  return text(step ?? {}, 'StatusMessage');
}

interface Channel {
  ChannelName?: string;
  DataSource?: { S3DataSource?: { S3Uri?: string } };
}

function artifacts(record: Row, trans: TranslationBundle): Artifact[] {
  const made = (record.ModelArtifacts ?? {}) as Row;
  const channels = (record.InputDataConfig ?? []) as Channel[];
  return [
    { label: trans.__('Model'), uri: text(made, 'S3ModelArtifacts') },
    ...channels.map(channel => ({
      label: trans.__('Input: %1', channel.ChannelName ?? ''),
      uri: channel.DataSource?.S3DataSource?.S3Uri ?? ''
    }))
  ].filter(each => each.uri !== '');
}
