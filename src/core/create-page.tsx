import type { TranslationBundle } from '@jupyterlab/translation';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import type { Account } from './account';
import { useAccount } from './account';
import type { CodeForm } from './code';
import { CodeView } from './code';
import { codeForms } from './code-forms';
import { useSmkit, useTrans } from './context';
import { Loading } from './notice';
import type { Plan } from './plan';
import { carryOut } from './plan';
import type { WizardStep } from './wizard';
import { Wizard } from './wizard';

/** What the fields of a form are given: what was filled in so far, and how to change it. */
export interface Filling<Draft> {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  account: Account;
}

interface Props<Draft> {
  title: string;
  finishLabel: string;
  first: (account: Account) => Draft;
  /** The steps before the review, which shows the code; a hook. */
  useSteps: (filling: Filling<Draft>) => readonly WizardStep[];
  summary?: (draft: Draft) => string;
  plan: (draft: Draft, account: Account) => Plan;
  /** Further forms of the code than boto3 and the AWS CLI. */
  forms?: (draft: Draft, account: Account) => readonly CodeForm[];
  /** The record's page that opens when it is made. */
  page: string;
}

/** A page that makes a record: its fields in steps, then the code of what it is about to do. */
export function CreatePage<Draft extends { name: string }>(
  props: Props<Draft>
): JSX.Element {
  const account = useAccount();
  const [made, setMade] = useState(0);
  return account ? (
    <Steps
      key={made}
      {...props}
      account={account}
      onMade={() => setMade(made + 1)}
    />
  ) : (
    <Loading />
  );
}

function Steps<Draft extends { name: string }>(
  props: Props<Draft> & { account: Account; onMade: () => void }
): JSX.Element {
  const { account, useSteps } = props;
  const trans = useTrans();
  const smkit = useSmkit();
  const [draft, setDraft] = useState(() => props.first(account));
  const plan = props.plan(draft, account);
  const create = useMutation({
    mutationFn: () => carryOut(plan, trans),
    onSuccess: () => {
      smkit.open(props.page, { name: draft.name });
      props.onMade();
    }
  });
  const steps = useSteps({
    draft,
    change: part => setDraft(before => ({ ...before, ...part })),
    account
  });
  const review: WizardStep = {
    title: trans.__('Review'),
    problem: '',
    content: (
      <>
        {props.summary && <p>{props.summary(draft)}</p>}
        <CodeView forms={codeForms(plan, props.forms?.(draft, account))} />
      </>
    )
  };
  return (
    <Wizard
      title={props.title}
      steps={[...steps, review]}
      finishLabel={props.finishLabel}
      busy={create.isPending}
      error={create.error}
      onFinish={() => create.mutate()}
    />
  );
}

/** What is wrong with a name; '' where nothing is. */
export function nameProblem(
  name: string,
  most: number,
  trans: TranslationBundle
): string {
  return name.length <= most && /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/.test(name)
    ? ''
    : trans.__('A name has letters, digits and hyphens, %1 at the most.', most);
}
