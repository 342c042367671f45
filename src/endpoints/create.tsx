import { useTrans } from '../core/context';
import { sdkForm } from '../core/code-forms';
import type { Filling } from '../core/create-page';
import { CreatePage, nameProblem } from '../core/create-page';
import { CardField, NumberField, SelectField, TextField } from '../core/fields';
import { freshName } from '../core/format';
import { IMAGES } from '../core/images';
import { useOperation } from '../core/query';
import { S3Field } from '../core/s3-field';
import type { WizardStep } from '../core/wizard';
import type { Draft } from './request';
import { INSTANCE_TYPES, plan } from './request';
import { sessionCode } from './sdk';

const MOST_OFFERED = 100;

/** Model, configuration, endpoint: what AWS's console asks for. */
export function CreateEndpoint({ model }: { model?: string }): JSX.Element {
  const trans = useTrans();
  return (
    <CreatePage<Draft>
      title={trans.__('New endpoint')}
      finishLabel={trans.__('Create endpoint')}
      first={() => ({
        name: freshName('endpoint'),
        isNewModel: false,
        model: model ?? '',
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
        : draft.isNewModel && !draft.artifact.startsWith('s3://')
          ? trans.__('Say where in s3:// the model.tar.gz lies.')
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

function ModelStep({
  draft,
  change
}: Omit<Filling<Draft>, 'account'>): JSX.Element {
  const trans = useTrans();
  const models = useOperation('ListModels', {
    SortBy: 'CreationTime',
    SortOrder: 'Descending',
    MaxResults: MOST_OFFERED
  });
  const names = (models.data?.Models ?? []).map(each => each.ModelName ?? '');
  return (
    <>
      <CardField
        label={trans.__('Which model')}
        value={draft.isNewModel ? 'new' : 'existing'}
        onChange={value => change({ isNewModel: value === 'new', model: '' })}
        choices={[
          {
            value: 'existing',
            label: trans.__('One that exists'),
            note: trans.__('Made by AutoML, a training job or create_model.')
          },
          {
            value: 'new',
            label: trans.__('A new one'),
            note: trans.__('From a model.tar.gz in s3:// and an image.')
          }
        ]}
      />
      {draft.isNewModel ? (
        <>
          <TextField
            label={trans.__('Model name')}
            value={draft.model}
            onChange={model => change({ model })}
          />
          <S3Field
            label={trans.__('Model artifact')}
            help={trans.__(
              'A model.tar.gz with the model, and inference.py where the model needs code.'
            )}
            value={draft.artifact}
            onChange={artifact => change({ artifact })}
          />
          <SelectField
            label={trans.__('Image')}
            help={trans.__('The environment that the model is served in.')}
            value={draft.image}
            choices={IMAGES.map(value => ({ value, label: value }))}
            onChange={image => change({ image })}
          />
        </>
      ) : (
        <SelectField
          label={trans.__('Model')}
          value={draft.model}
          choices={[
            { value: '', label: trans.__('Choose…') },
            ...[...new Set([draft.model, ...names])]
              .filter(Boolean)
              .map(value => ({ value, label: value }))
          ]}
          onChange={model => change({ model })}
        />
      )}
    </>
  );
}
