import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';

import { Button } from './button';
import { useTrans } from './context';
import { ErrorNotice } from './notice';

export interface WizardStep {
  title: string;
  content: ReactNode;
  /** What stands in the way of the next step; '' where nothing does. */
  problem: string;
}

interface Props {
  title: string;
  steps: readonly WizardStep[];
  finishLabel: string;
  busy: boolean;
  error: Error | null;
  onFinish: () => void;
}

/** Steps in a row; one may go back at any time, and forward as far as nothing is missing. */
export function Wizard(props: Props): JSX.Element {
  const { steps } = props;
  const trans = useTrans();
  const [at, setAt] = useState(0);
  const [tried, setTried] = useState(false);
  const step = steps[at];
  const isLast = at === steps.length - 1;
  const reachable = steps.findIndex(each => each.problem !== '');

  const go = (index: number): void => {
    setAt(index);
    setTried(false);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (step.problem !== '') {
      setTried(true);
    } else if (isLast) {
      props.onFinish();
    } else {
      go(at + 1);
    }
  };

  return (
    <form className="smkit-Wizard" onSubmit={submit} noValidate>
      <h1>{props.title}</h1>
      <div className="smkit-Wizard-body">
        <ol className="smkit-Wizard-steps">
          {steps.map((each, index) => (
            <li key={each.title}>
              <button
                type="button"
                aria-current={index === at ? 'step' : undefined}
                disabled={reachable !== -1 && index > Math.max(reachable, at)}
                onClick={() => go(index)}
              >
                <span aria-hidden="true">{index + 1}</span>
                {each.title}
              </button>
            </li>
          ))}
        </ol>
        <section className="smkit-Wizard-step" aria-label={step.title}>
          <h2>{step.title}</h2>
          {step.content}
          {tried && step.problem && (
            <div className="smkit-Notice smkit-mod-warning" role="alert">
              {step.problem}
            </div>
          )}
          <ErrorNotice error={props.error} />
          <footer>
            <Button disabled={at === 0} onClick={() => go(at - 1)}>
              {trans.__('Back')}
            </Button>
            <Button type="submit" mood="primary" disabled={props.busy}>
              {isLast ? props.finishLabel : trans.__('Next')}
            </Button>
          </footer>
        </section>
      </div>
    </form>
  );
}
