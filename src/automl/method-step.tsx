import { useTrans } from '../core/context';
import {
  CardField,
  CheckField,
  NumberField,
  SelectField,
  TextField
} from '../core/fields';
import type { Draft } from './draft';
import { OBJECTIVES } from './draft';

interface Props {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
}

/** Step three: how candidates are found. */
export function MethodStep({ draft, change }: Props): JSX.Element {
  const trans = useTrans();
  return (
    <CardField
      label={trans.__('How candidates are found')}
      value={draft.mode}
      onChange={mode => change({ mode: mode as Draft['mode'] })}
      choices={[
        {
          value: 'AUTO',
          label: trans.__('Auto'),
          note: trans.__('Chosen by the size of the data.')
        },
        {
          value: 'ENSEMBLING',
          label: trans.__('Ensembling'),
          note: trans.__(
            'Several kinds of models are trained and combined; the best for most tables.'
          )
        },
        {
          value: 'HYPERPARAMETER_TUNING',
          label: trans.__('Hyperparameter optimization'),
          note: trans.__('Not supported by smkit yet.'),
          disabled: true
        }
      ]}
    />
  );
}

/** Step four: what happens with the best candidate, and when to stop. */
export function AdvancedStep({ draft, change }: Props): JSX.Element {
  const trans = useTrans();
  const objectives = OBJECTIVES[draft.problemType];
  return (
    <>
      <CheckField
        label={trans.__('Deploy the best candidate when it is found')}
        help={trans.__(
          'An endpoint is made that answers with its predictions.'
        )}
        value={draft.deploys}
        onChange={deploys => change({ deploys })}
      />
      {draft.deploys && (
        <TextField
          label={trans.__('Endpoint name')}
          help={trans.__('Left empty, one is made from the name of the job.')}
          value={draft.endpoint}
          onChange={endpoint => change({ endpoint })}
        />
      )}
      <SelectField
        label={trans.__('Problem type')}
        help={trans.__(
          'Numbers are regression, two values binary, several values multiclass. Auto finds out from the target.'
        )}
        value={draft.problemType}
        choices={[
          { value: '', label: trans.__('Auto') },
          { value: 'Regression', label: trans.__('Regression') },
          {
            value: 'BinaryClassification',
            label: trans.__('Binary classification')
          },
          {
            value: 'MulticlassClassification',
            label: trans.__('Multiclass classification')
          }
        ]}
        onChange={value =>
          change({
            problemType: value as Draft['problemType'],
            objective: ''
          })
        }
      />
      <SelectField
        label={trans.__('Objective metric')}
        help={trans.__(
          'What the candidates are ranked by. It can be chosen once the problem type is.'
        )}
        value={draft.objective}
        disabled={objectives.length === 0}
        choices={[
          { value: '', label: trans.__('Auto') },
          ...objectives.map(value => ({ value, label: value }))
        ]}
        onChange={objective => change({ objective })}
      />
      <NumberField
        label={trans.__('Longest run, in seconds')}
        help={trans.__('Training ends then, with the best found so far.')}
        value={draft.maxRuntime}
        min={30}
        onChange={maxRuntime => change({ maxRuntime })}
      />
      <NumberField
        label={trans.__('Most candidates')}
        help={trans.__('0: as many as the time allows.')}
        value={draft.maxCandidates}
        min={0}
        max={750}
        onChange={maxCandidates => change({ maxCandidates })}
      />
    </>
  );
}
