import { useTrans } from '../core/context';
import type { Filling } from '../core/create-page';
import { CardField, SelectField, TextField } from '../core/fields';
import { freshName } from '../core/format';
import { IMAGES } from '../core/images';
import { useOperation } from '../core/query';
import { S3Field } from '../core/s3-field';
import type { Draft, Source } from './request';

const NEWEST = {
  SortBy: 'CreationTime',
  SortOrder: 'Descending',
  MaxResults: 100
} as const;

type Props = Omit<Filling<Draft>, 'account'>;

/** A model that exists, a version in the registry, or an artifact. */
export function ModelStep({ draft, change }: Props): JSX.Element {
  const trans = useTrans();
  return (
    <>
      <CardField
        label={trans.__('Which model')}
        value={draft.source}
        onChange={value => change({ source: value as Source, model: '' })}
        choices={[
          {
            value: 'existing',
            label: trans.__('One that exists'),
            note: trans.__('Made by AutoML, a training job or create_model.')
          },
          {
            value: 'version',
            label: trans.__('A registered version'),
            note: trans.__('An approved version of a model in the registry.')
          },
          {
            value: 'new',
            label: trans.__('A new one'),
            note: trans.__('From a model.tar.gz in s3:// and an image.')
          }
        ]}
      />
      {draft.source === 'existing' && (
        <Existing draft={draft} change={change} />
      )}
      {draft.source === 'version' && <Version draft={draft} change={change} />}
      {draft.source !== 'existing' && (
        <TextField
          label={trans.__('Model name')}
          value={draft.model}
          onChange={model => change({ model })}
        />
      )}
      {draft.source === 'new' && (
        <>
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
      )}
    </>
  );
}

function Existing({ draft, change }: Props): JSX.Element {
  const trans = useTrans();
  const { data } = useOperation('ListModels', NEWEST);
  const names = (data?.Models ?? []).map(each => each.ModelName ?? '');
  return (
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
  );
}

function Version({ draft, change }: Props): JSX.Element {
  const trans = useTrans();
  const { data } = useOperation('ListModelPackages', {
    ...NEWEST,
    ModelPackageType: 'Versioned',
    ModelApprovalStatus: 'Approved'
  });
  const found = (data?.ModelPackageSummaryList ?? []).map(
    each => each.ModelPackageArn ?? ''
  );
  return (
    <SelectField
      label={trans.__('Version')}
      value={draft.version}
      choices={[
        { value: '', label: trans.__('Choose…') },
        ...[...new Set([draft.version, ...found])]
          .filter(Boolean)
          .map(value => ({ value, label: pathOf(value) }))
      ]}
      onChange={version => change({ version, model: freshModel(version) })}
    />
  );
}

/** `…:model-package/churn/3` → `churn/3`. */
function pathOf(version: string): string {
  return version.slice(version.indexOf('/') + 1);
}

/** A name for a model made of a version: `churn-3-1122-214903`. */
export function freshModel(version: string): string {
  return version && freshName(pathOf(version).replace('/', '-').slice(0, 50));
}
