import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent } from 'react';

import { Button } from '../core/button';
import type { Invocation } from '../core/client';
import { invoke } from '../core/client';
import { CodeView } from '../core/code';
import { useTrans } from '../core/context';
import { SelectField, TextField } from '../core/fields';
import { ErrorNotice, Notice } from '../core/notice';
import { literal } from '../core/python';

const TYPES = [
  'text/csv',
  'application/json',
  'application/jsonlines',
  'text/plain'
].map(value => ({ value, label: value }));

/** A box to send a request to an endpoint and to see what it answers. */
export function TryIt({
  endpoint,
  ready
}: {
  endpoint: string;
  ready: boolean;
}): JSX.Element {
  const trans = useTrans();
  const [type, setType] = useState('text/csv');
  const [body, setBody] = useState('');
  const send = useMutation({
    mutationFn: () => invoke(endpoint, body, type, '')
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send.mutate();
  };
  return (
    <div className="smkit-TryIt">
      <form onSubmit={submit}>
        {!ready && (
          <Notice mood="warning">
            {trans.__('It answers as soon as its status is InService.')}
          </Notice>
        )}
        <SelectField
          label={trans.__('Content type')}
          value={type}
          choices={TYPES}
          onChange={setType}
        />
        <TextField
          label={trans.__('Body')}
          help={trans.__(
            'For CSV: the rows without a header and without the target column.'
          )}
          lines={8}
          value={body}
          onChange={setBody}
        />
        <Button
          type="submit"
          mood="primary"
          disabled={!ready || send.isPending}
        >
          {trans.__('Send')}
        </Button>
      </form>
      <section aria-label={trans.__('Answer')} aria-live="polite">
        <ErrorNotice error={send.error} />
        {send.data && <Answer answer={send.data} />}
      </section>
      <section aria-label={trans.__('Code')}>
        <h2>{trans.__('The same in Python')}</h2>
        <CodeView forms={codeForms(endpoint, type, body)} />
      </section>
    </div>
  );
}

function Answer({ answer }: { answer: Invocation }): JSX.Element {
  const trans = useTrans();
  return (
    <>
      <h2>{trans.__('Answer')}</h2>
      <ul className="smkit-TryIt-facts">
        <li className={answer.ok ? 'smkit-mod-good' : 'smkit-mod-bad'}>
          {answer.status}
        </li>
        <li>{trans.__('%1 ms', answer.milliseconds.toFixed(1))}</li>
        {answer.variant && <li>{answer.variant}</li>}
        <li>{answer.contentType}</li>
      </ul>
      {!answer.ok && (
        <div className="smkit-Notice smkit-mod-error" role="alert">
          {reason(answer.body)}
        </div>
      )}
      <pre
        className="smkit-Code-text smkit-TryIt-body"
        tabIndex={0}
        aria-label={trans.__('Body of the answer')}
      >
        {answer.body}
      </pre>
    </>
  );
}

/** What the model said of a request that failed, else what the endpoint said. */
function reason(body: string): string {
  try {
    const said = JSON.parse(body) as Record<string, string | undefined>;
    return said.OriginalMessage ?? said.Message ?? said.message ?? body;
  } catch {
    return body;
  }
}

function codeForms(
  endpoint: string,
  type: string,
  body: string
): { label: string; code: string }[] {
  return [
    {
      label: 'boto3',
      code: `import boto3

runtime = boto3.client("sagemaker-runtime")
answer = runtime.invoke_endpoint(
    EndpointName=${literal(endpoint)},
    ContentType=${literal(type)},
    Body=${literal(body)},
)
print(answer["Body"].read().decode())
`
    },
    {
      label: 'smkit',
      code: `from jupyter_smkit.workflow import invoke

body, content_type = invoke(${literal(endpoint)}, ${literal(body)}, ${literal(type)})
print(body.decode())
`
    }
  ];
}
