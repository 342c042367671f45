import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import type { Account } from '../core/account';
import { ensureBucket, useAccount } from '../core/account';
import { call } from '../core/client';
import { CodeView } from '../core/code';
import { useSmkit, useTrans } from '../core/context';
import { freshName } from '../core/format';
import { Loading } from '../core/notice';
import { putObject, splitUri } from '../core/s3';
import type { WizardStep } from '../core/wizard';
import { Wizard } from '../core/wizard';
import { DataStep } from './data-step';
import type { Draft } from './draft';
import { codeForms, featuresFile, featuresPlace, request } from './draft';
import { AdvancedStep, MethodStep } from './method-step';
import { usePreview } from './preview';
import { TargetStep } from './target-step';

const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}$/;

/** The AutoML wizard: AWS's console asks the same, in the same order. */
export function CreateAutoML({ data }: { data?: string }): JSX.Element {
  const account = useAccount();
  return account ? (
    <AutoMLWizard account={account} data={data ?? ''} />
  ) : (
    <Loading />
  );
}

function AutoMLWizard({
  account,
  data
}: {
  account: Account;
  data: string;
}): JSX.Element {
  const trans = useTrans();
  const smkit = useSmkit();
  const [draft, setDraft] = useState<Draft>(() => ({
    name: freshName('automl'),
    data,
    output: `s3://${account.bucket}/automl`,
    target: '',
    features: null,
    mode: 'ENSEMBLING',
    problemType: '',
    objective: '',
    maxRuntime: 300,
    maxCandidates: 0,
    deploys: false,
    endpoint: ''
  }));
  const change = (part: Partial<Draft>): void =>
    setDraft(before => ({ ...before, ...part }));
  const preview = usePreview(draft.data);
  const create = useMutation({
    mutationFn: () => start(draft, account),
    onSuccess: () => smkit.open('automl/record', { name: draft.name })
  });
  const columns = preview.data?.columns ?? [];

  const steps: WizardStep[] = [
    {
      title: trans.__('Experiment and data'),
      problem: !NAME.test(draft.name)
        ? trans.__('A name has letters, digits and hyphens, 32 at the most.')
        : !splitUri(draft.data)?.[1]
          ? trans.__('Choose the data to train on.')
          : !splitUri(draft.output)
            ? trans.__('Say where in s3:// the results go.')
            : (preview.error?.message ?? ''),
      content: (
        <DataStep
          draft={draft}
          change={change}
          preview={preview.data}
          error={preview.error}
        />
      )
    },
    {
      title: trans.__('Target and features'),
      problem: !draft.target
        ? trans.__('Choose the column to predict.')
        : draft.features?.length === 0
          ? trans.__('Keep at least one feature.')
          : '',
      content: <TargetStep draft={draft} change={change} columns={columns} />
    },
    {
      title: trans.__('Training method'),
      problem: '',
      content: <MethodStep draft={draft} change={change} />
    },
    {
      title: trans.__('Deployment and advanced'),
      problem:
        draft.maxRuntime >= 30 && draft.maxCandidates >= 0
          ? ''
          : trans.__('Allow 30 seconds or more.'),
      content: <AdvancedStep draft={draft} change={change} />
    },
    {
      title: trans.__('Review'),
      problem: '',
      content: (
        <>
          <p>
            {trans.__(
              '%1 learns to predict %2 from %3, for %4 seconds at the most.',
              draft.name,
              draft.target,
              draft.data,
              draft.maxRuntime
            )}
          </p>
          <CodeView forms={codeForms(draft, account)} />
        </>
      )
    }
  ];
  return (
    <Wizard
      title={trans.__('New AutoML experiment')}
      steps={steps}
      finishLabel={trans.__('Create experiment')}
      busy={create.isPending}
      error={create.error}
      onFinish={() => create.mutate()}
    />
  );
}

async function start(draft: Draft, account: Account): Promise<void> {
  await ensureBucket(account.bucket);
  if (draft.features !== null) {
    await putObject(
      featuresPlace(draft, account),
      featuresFile(draft),
      'application/json'
    );
  }
  await call('CreateAutoMLJobV2', request(draft, account));
}
