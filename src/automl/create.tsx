import { useEffect } from 'react';

import { useTrans } from '../core/context';
import type { Filling } from '../core/create-page';
import { CreatePage, nameProblem } from '../core/create-page';
import { freshName } from '../core/format';
import { splitUri } from '../core/s3';
import type { WizardStep } from '../core/wizard';
import { DataStep } from './data-step';
import type { Draft } from './draft';
import { plan } from './draft';
import { autoMLForms } from './forms';
import { AdvancedStep, MethodStep } from './method-step';
import { usePreview } from './preview';
import { TargetStep } from './target-step';

/** The AutoML wizard: AWS's console asks the same, in the same order. */
export function CreateAutoML({ data }: { data?: string }): JSX.Element {
  const trans = useTrans();
  return (
    <CreatePage<Draft>
      title={trans.__('New AutoML experiment')}
      finishLabel={trans.__('Create experiment')}
      first={account => ({
        name: freshName('automl'),
        data: data ?? '',
        sample: '',
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
      })}
      useSteps={useSteps}
      summary={draft =>
        trans.__(
          '%1 learns to predict %2 from %3, for %4 seconds at the most.',
          draft.name,
          draft.target,
          draft.data,
          draft.maxRuntime
        )
      }
      plan={plan}
      forms={(draft, account) => {
        const planned = plan(draft, account);
        return autoMLForms(planned.calls[0].input, account, planned);
      }}
      page="automl/record"
    />
  );
}

function useSteps({ draft, change }: Filling<Draft>): WizardStep[] {
  const trans = useTrans();
  const preview = usePreview(draft.data);
  const columns = preview.data?.columns ?? [];
  const sample = preview.data?.uri ?? '';

  useEffect(() => {
    if (draft.sample !== sample) {
      change({ sample });
    }
  }, [draft.sample, sample, change]);

  return [
    {
      title: trans.__('Experiment and data'),
      problem:
        nameProblem(draft.name, 32, trans) ||
        (!splitUri(draft.data)?.[1]
          ? trans.__('Choose the data to train on.')
          : !splitUri(draft.output)
            ? trans.__('Say where in s3:// the results go.')
            : (preview.error?.message ?? '')),
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
      problem: !(draft.maxRuntime >= 30)
        ? trans.__('Allow 30 seconds or more.')
        : !(draft.maxCandidates >= 0 && draft.maxCandidates <= 750)
          ? trans.__('Allow 0 to 750 candidates.')
          : '',
      content: <AdvancedStep draft={draft} change={change} />
    }
  ];
}
