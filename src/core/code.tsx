import { Clipboard } from '@jupyterlab/apputils';
import { copyIcon, notebookIcon } from '@jupyterlab/ui-components';
import { useEffect, useRef, useState } from 'react';

import { Button } from './button';
import { useSmkit, useTrans } from './context';

export interface CodeForm {
  label: string;
  code: string;
  /** Python where nothing else is said. */
  language?: 'shell';
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
  const { code, language } = forms[Math.min(chosen, forms.length - 1)];
  const cell = language === 'shell' ? `%%bash\n${code}` : code;

  const copy = (): void => {
    // The browser's own clipboard is closed to pages that come over plain HTTP.
    Clipboard.copyToSystem(code);
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
              type="button"
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
        <div className="smkit-Buttons">
          <Button icon={copyIcon} onClick={copy}>
            {copied ? trans.__('Copied') : trans.__('Copy')}
          </Button>
          <Button
            icon={notebookIcon}
            onClick={() => void smkit.insertCode(cell)}
          >
            {trans.__('Insert into notebook')}
          </Button>
        </div>
      </div>
      <Highlighted code={code} language={language ?? 'python'} />
    </div>
  );
}

function Highlighted({
  code,
  language
}: {
  code: string;
  language: 'python' | 'shell';
}): JSX.Element {
  const trans = useTrans();
  const smkit = useSmkit();
  const host = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = host.current;
    let isShown = true;
    if (element) {
      element.textContent = code;
      void smkit.highlight(code, language).then(coloured => {
        if (isShown) {
          element.replaceChildren(coloured);
        }
      });
    }
    return () => {
      isShown = false;
    };
  }, [code, language, smkit]);
  return (
    <pre
      className="smkit-Code-text"
      tabIndex={0}
      aria-label={
        language === 'shell'
          ? trans.__('Shell commands')
          : trans.__('Python code')
      }
    >
      <code ref={host} />
    </pre>
  );
}
