import { copyIcon, notebookIcon } from '@jupyterlab/ui-components';
import { useEffect, useRef, useState } from 'react';

import { Button } from './button';
import { useSmkit, useTrans } from './context';

export interface CodeForm {
  label: string;
  code: string;
}

/** What the page did or is about to do, in each form, to copy or to put into a notebook. */
export function CodeView({
  forms
}: {
  forms: readonly CodeForm[];
}): JSX.Element {
  const trans = useTrans();
  const smkit = useSmkit();
  const [chosen, choose] = useState(0);
  const [copied, setCopied] = useState(false);
  const { code } = forms[Math.min(chosen, forms.length - 1)];

  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(code);
    setCopied(true);
  };

  return (
    <div className="smkit-Code">
      <div className="smkit-Toolbar">
        <div
          className="smkit-Switch"
          role="group"
          aria-label={trans.__('Form of the code')}
        >
          {forms.map((form, index) => (
            <button
              key={form.label}
              aria-pressed={index === chosen}
              onClick={() => {
                choose(index);
                setCopied(false);
              }}
            >
              {form.label}
            </button>
          ))}
        </div>
        <span className="smkit-Toolbar-gap" />
        <Button icon={copyIcon} onClick={() => void copy()}>
          {copied ? trans.__('Copied') : trans.__('Copy')}
        </Button>
        <Button icon={notebookIcon} onClick={() => void smkit.insertCode(code)}>
          {trans.__('Insert into notebook')}
        </Button>
      </div>
      <Highlighted code={code} />
    </div>
  );
}

function Highlighted({ code }: { code: string }): JSX.Element {
  const trans = useTrans();
  const smkit = useSmkit();
  const host = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = host.current;
    if (element) {
      element.textContent = code;
      void smkit.highlight(code, element);
    }
  }, [code, smkit]);
  return (
    <pre
      className="smkit-Code-text"
      tabIndex={0}
      aria-label={trans.__('Python code')}
    >
      <code ref={host} />
    </pre>
  );
}
