import { agoCell } from '../core/cells';
import { sdkForm } from '../core/code-forms';
import { argumentsOf } from '../core/arguments';
import type { Row } from '../core/client';
import { text } from '../core/format';
import { experimentIcon } from '../core/icons';
import type { Fact, Kind } from '../core/kind';
import { kindOf } from '../core/kind';
import { pythonCall } from '../core/python';
import type { ISmkit } from '../core/smkit';

/** Experiments and their trials, to read. */
export function experimentKinds({ trans }: ISmkit): Kind[] {
  const shared = {
    icon: experimentIcon,
    section: 'build' as const,
    columns: (usual: Kind['columns']) => [
      ...usual,
      {
        id: 'LastModifiedTime',
        label: trans.__('Changed'),
        cell: agoCell('LastModifiedTime', trans)
      }
    ],
    overview: (record: Row): Fact[] => [
      { label: trans.__('Display name'), value: text(record, 'DisplayName') },
      { label: trans.__('Description'), value: text(record, 'Description') },
      { label: trans.__('Experiment'), value: text(record, 'ExperimentName') }
    ]
  };
  return [
    kindOf(trans, {
      ...shared,
      name: 'Experiment',
      page: 'experiments',
      plural: trans.__('Experiments'),
      rank: 60,
      first: trans.__(
        'Make one with create_experiment(ExperimentName=…), or let a training job name one.'
      ),
      forms: request => sdkForm(experimentSdk(request))
    }),
    kindOf(trans, {
      ...shared,
      name: 'Trial',
      page: 'trials',
      plural: trans.__('Trials'),
      rank: 70,
      first: trans.__(
        'A trial belongs to an experiment: create_trial(TrialName=…, ExperimentName=…).'
      )
    })
  ];
}

function experimentSdk(request: Row): string | null {
  const args = argumentsOf(request, {
    ExperimentName: 'experiment_name',
    DisplayName: 'display_name',
    Description: 'description',
    Tags: 'tags'
  });
  return (
    args &&
    `from sagemaker.experiments import Experiment\n\n${pythonCall('Experiment.create', args)}`
  );
}
