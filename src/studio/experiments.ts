import { agoCell } from '../core/cells';
import type { Row } from '../core/client';
import { moment, text } from '../core/format';
import { experimentIcon } from '../core/icons';
import type { Kind } from '../core/kind';
import { usualColumns } from '../core/kind';
import { boto3Code, pick } from '../core/python';
import type { ISmkit } from '../core/smkit';

/** Experiments and their trials, to read. */
export function experimentKinds({ trans }: ISmkit): Kind[] {
  const facts = (record: Row): { label: string; value: string }[] => [
    { label: trans.__('Display name'), value: text(record, 'DisplayName') },
    { label: trans.__('Description'), value: text(record, 'Description') },
    { label: trans.__('Experiment'), value: text(record, 'ExperimentName') },
    { label: trans.__('Created'), value: moment(record.CreationTime) },
    { label: trans.__('Changed'), value: moment(record.LastModifiedTime) }
  ];
  const kind = (
    name: string,
    page: string,
    singular: string,
    plural: string,
    rank: number,
    first: string
  ): Kind => ({
    name,
    page,
    singular,
    plural,
    icon: experimentIcon,
    section: 'build',
    rank,
    list: {
      operation: `List${name}s`,
      rows: `${name}Summaries`,
      sorts: { Name: 'Name', CreationTime: 'CreationTime' },
      filters: false
    },
    key: `${name}Name`,
    columns: [
      ...usualColumns(trans, page, `${name}Name`),
      {
        id: 'LastModifiedTime',
        label: trans.__('Changed'),
        cell: agoCell('LastModifiedTime', trans)
      }
    ],
    describe: `Describe${name}`,
    first,
    record: {
      overview: facts,
      code: record => [
        {
          label: 'boto3',
          code: boto3Code([
            {
              operation: `Create${name}`,
              input: pick(record, [
                `${name}Name`,
                'DisplayName',
                'Description',
                ...(name === 'Trial' ? ['ExperimentName'] : [])
              ])
            }
          ])
        }
      ]
    }
  });
  return [
    kind(
      'Experiment',
      'experiments',
      trans.__('Experiment'),
      trans.__('Experiments'),
      60,
      trans.__(
        'Make one with create_experiment(ExperimentName=…), or let a training job name one.'
      )
    ),
    kind(
      'Trial',
      'trials',
      trans.__('Trial'),
      trans.__('Trials'),
      70,
      trans.__(
        'A trial belongs to an experiment: create_trial(TrialName=…, ExperimentName=…).'
      )
    )
  ];
}
