import { useTrans } from '../core/context';
import { sdkForm } from '../core/code-forms';
import type { Filling } from '../core/create-page';
import { CreatePage, nameProblem } from '../core/create-page';
import { NumberField, SelectField, TextField } from '../core/fields';
import { freshName } from '../core/format';
import { IMAGES } from '../core/images';
import type { WizardStep } from '../core/wizard';
import { ModelStep, freshModel } from './model-step';
import type { Draft } from './request';
import { INSTANCE_TYPES, plan } from './request';
import { sessionCode } from './sdk';

/** Model, configuration, endpoint: what AWS's console asks for. */
export function CreateEndpoint({
  model,
  version
}: {
  model?: string;
  version?: string;
}): JSX.Element {
  const trans = useTrans();
  return (
    <CreatePage<Draft>
      title={trans.__('New endpoint')}
      finishLabel={trans.__('Create endpoint')}
      first={() => ({
        name: freshName('endpoint'),
        source: version ? 'version' : 'existing',
        model: version ? freshModel(version) : (model ?? ''),
        version: version ?? '',
        artifact: '',
        image: IMAGES[0],
        instanceType: INSTANCE_TYPES[0],
        workers: 1
      })}
      useSteps={useSteps}
      plan={plan}
      forms={(draft, account) =>
        sdkForm(sessionCode(plan(draft, account).calls))
      }
      page="endpoints/record"
    />
  );
}

function useSteps({ draft, change }: Filling<Draft>): WizardStep[] {
  const trans = useTrans();
  return [
    {
      title: trans.__('Model'),
      problem: !draft.model
        ? trans.__('Choose a model, or name a new one.')
        : draft.source === 'new' && !draft.artifact.startsWith('s3://')
          ? trans.__('Say where in s3:// the model.tar.gz lies.')
          : draft.source === 'version' && !draft.version
            ? trans.__('Choose an approved version.')
            : '',
      content: <ModelStep draft={draft} change={change} />
    },
    {
      title: trans.__('Endpoint'),
      problem: nameProblem(draft.name, 63, trans),
      content: (
        <>
          <TextField
            label={trans.__('Endpoint name')}
            help={trans.__(
              'What programs call it by; its configuration gets the same name.'
            )}
            value={draft.name}
            onChange={name => change({ name })}
          />
          <SelectField
            label={trans.__('Instance type')}
            help={trans.__(
              'Recorded for AWS. On this machine every worker is a process of its own.'
            )}
            value={draft.instanceType}
            choices={INSTANCE_TYPES.map(value => ({ value, label: value }))}
            onChange={instanceType => change({ instanceType })}
          />
          <NumberField
            label={trans.__('Workers')}
            help={trans.__('Processes that answer requests at the same time.')}
            value={draft.workers}
            min={1}
            max={16}
            onChange={workers => change({ workers })}
          />
        </>
      )
    }
  ];
}
