import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { useAccount } from '../core/account';
import { boto3Code } from '../core/python';
import { CodeView } from '../core/code';
import { useSmkit, useTrans } from '../core/context';
import {
  CardField,
  Field,
  NumberField,
  SelectField,
  TextField
} from '../core/fields';
import { freshName } from '../core/format';
import { Loading } from '../core/notice';
import { useOperation } from '../core/query';
import { S3Field } from '../core/s3-field';
import type { WizardStep } from '../core/wizard';
import { Wizard } from '../core/wizard';
import type { Draft } from './request';
import { IMAGES, INSTANCE_TYPES, deploy, requests, steps } from './request';

const MOST_OFFERED = 100;

/** Model, configuration, endpoint: what AWS's console asks for, in three steps. */
export function CreateEndpoint({ model }: { model?: string }): JSX.Element {
  const trans = useTrans();
  const smkit = useSmkit();
  const account = useAccount();
  const [draft, setDraft] = useState<Draft>(() => {
    const name = freshName('endpoint');
    return {
      name,
      isNewModel: false,
      model: model ?? '',
      artifact: '',
      image: IMAGES[0].repository,
      instanceType: INSTANCE_TYPES[0],
      workers: 1
    };
  });
  const change = (part: Partial<Draft>): void =>
    setDraft({ ...draft, ...part });
  const create = useMutation({
    mutationFn: deploy,
    onSuccess: () => smkit.open('endpoints/record', { name: draft.name })
  });
  if (!account) {
    return <Loading />;
  }
  const made = requests(draft, account);

  const pages: WizardStep[] = [
    {
      title: trans.__('Model'),
      problem: modelProblem(),
      content: <ModelStep draft={draft} change={change} />
    },
    {
      title: trans.__('Endpoint'),
      problem: /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(draft.name)
        ? ''
        : trans.__('A name has letters, digits and hyphens, 63 at the most.'),
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
    },
    {
      title: trans.__('Review'),
      problem: '',
      content: (
        <CodeView forms={[{ label: 'boto3', code: boto3Code(steps(made)) }]} />
      )
    }
  ];
  return (
    <Wizard
      title={trans.__('New endpoint')}
      steps={pages}
      finishLabel={trans.__('Create endpoint')}
      busy={create.isPending}
      error={create.error}
      onFinish={() => create.mutate(made)}
    />
  );

  function modelProblem(): string {
    if (!draft.model) {
      return trans.__('Choose a model, or name a new one.');
    }
    return draft.isNewModel && !draft.artifact.startsWith('s3://')
      ? trans.__('Say where in s3:// the model.tar.gz lies.')
      : '';
  }
}

function ModelStep({
  draft,
  change
}: {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
}): JSX.Element {
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
            choices={IMAGES.map(({ repository }) => ({
              value: repository,
              label: repository
            }))}
            onChange={image => change({ image })}
          />
        </>
      ) : (
        <Field label={trans.__('Model')}>
          {aria => (
            <select
              {...aria}
              className="smkit-Input"
              value={draft.model}
              onChange={event => change({ model: event.target.value })}
            >
              <option value="">{trans.__('Choose…')}</option>
              {[...new Set([draft.model, ...names])]
                .filter(Boolean)
                .map(name => (
                  <option key={name}>{name}</option>
                ))}
            </select>
          )}
        </Field>
      )}
    </>
  );
}
