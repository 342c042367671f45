import type { TranslationBundle } from '@jupyterlab/translation';

import type { Row } from '../core/client';
import { between, text } from '../core/format';
import { jobIcon } from '../core/icons';
import type { Artifact, Kind } from '../core/kind';
import { kindOf } from '../core/kind';
import type { ISmkit } from '../core/smkit';
import { processingForms } from './forms';
import { lastsColumn } from './lasts';

export function processingKind({ trans }: ISmkit): Kind {
  const status = 'ProcessingJobStatus';
  return kindOf(trans, {
    name: 'ProcessingJob',
    page: 'processing-jobs',
    plural: trans.__('Processing jobs'),
    icon: jobIcon,
    section: 'build',
    rank: 20,
    status,
    columns: usual => [
      ...usual,
      lastsColumn(trans, 'CreationTime', 'ProcessingEndTime', status)
    ],
    stop: 'StopProcessingJob',
    first: trans.__(
      'A processing job runs a script over data in s3:// and puts what it makes back there.'
    ),
    create: {
      command: 'smkit:new-processing-job',
      label: trans.__('New processing job')
    },
    overview: record => {
      const app = (record.AppSpecification ?? {}) as Row;
      const entry = [
        ...((app.ContainerEntrypoint ?? []) as string[]),
        ...((app.ContainerArguments ?? []) as string[])
      ];
      return [
        {
          label: trans.__('Ran for'),
          value: between(record.ProcessingStartTime, record.ProcessingEndTime)
        },
        {
          label: trans.__('Exit message'),
          value: text(record, 'ExitMessage')
        },
        { label: trans.__('Image'), value: text(app, 'ImageUri') },
        {
          label: trans.__('Program'),
          value: entry.length > 0 ? <code>{entry.join(' ')}</code> : ''
        }
      ];
    },
    log: record => ({
      group: '/aws/sagemaker/ProcessingJobs',
      prefix: `${text(record, 'ProcessingJobName')}/`
    }),
    artifacts: record => places(record, trans),
    forms: processingForms
  });
}

interface Place {
  InputName?: string;
  OutputName?: string;
  S3Input?: { S3Uri?: string };
  S3Output?: { S3Uri?: string };
}

function places(record: Row, trans: TranslationBundle): Artifact[] {
  const config = (record.ProcessingOutputConfig ?? {}) as Row;
  const outputs = (config.Outputs ?? []) as Place[];
  const inputs = (record.ProcessingInputs ?? []) as Place[];
  return [
    ...outputs.map(each => ({
      label: trans.__('Output: %1', each.OutputName ?? ''),
      uri: each.S3Output?.S3Uri ?? '',
      written: {
        from: record.ProcessingStartTime,
        to: record.ProcessingEndTime
      }
    })),
    ...inputs.map(each => ({
      label: trans.__('Input: %1', each.InputName ?? ''),
      uri: each.S3Input?.S3Uri ?? ''
    }))
  ].filter(place => place.uri !== '');
}
