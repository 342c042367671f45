import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent } from 'react';

import type { Account } from '../core/account';
import { ensureBucket, useAccount } from '../core/account';
import { Button } from '../core/button';
import { call } from '../core/client';
import { CodeView } from '../core/code';
import { useSmkit, useTrans } from '../core/context';
import { SelectField, TextField } from '../core/fields';
import { freshName } from '../core/format';
import { ErrorNotice, Loading } from '../core/notice';
import { boto3Code, literal } from '../core/python';
import { putObject } from '../core/s3';
import { S3Field } from '../core/s3-field';
import { Tabs } from '../core/tabs';
import type { Draft } from './request';
import { IMAGES, request, scriptPlace } from './request';
import { asPythonText, shortForm } from './short';

const SCRIPT = `from pathlib import Path

data = Path("/opt/ml/processing/input/data")
output = Path("/opt/ml/processing/output/result")
for file in sorted(data.rglob("*")):
    print(file.name, file.stat().st_size, "bytes")
output.mkdir(parents=True, exist_ok=True)
(output / "done.txt").write_text("done")
`;

function uploadCode(draft: Draft, account: Account): string {
  const key = scriptPlace(draft, account).split('/').slice(3).join('/');
  return `boto3.client("s3").put_object(
    Bucket=${literal(account.bucket)},
    Key=${literal(key)},
    Body=${asPythonText(draft.script)},
)
`;
}

/** A form for a script that runs as a processing job. */
export function CreateProcessingJob(): JSX.Element {
  const trans = useTrans();
  const smkit = useSmkit();
  const account = useAccount();
  const [draft, setDraft] = useState<Draft>(() => ({
    name: freshName('process'),
    script: SCRIPT,
    image: IMAGES[0].repository,
    inputs: [{ name: 'data', uri: '' }],
    outputs: [{ name: 'result', uri: '' }],
    arguments: ''
  }));
  const change = (part: Partial<Draft>): void =>
    setDraft({ ...draft, ...part });
  const create = useMutation({
    mutationFn: async () => {
      if (account) {
        await ensureBucket(account.bucket);
        const place = scriptPlace(draft, account);
        await putObject(place, draft.script, 'text/x-python');
        await call('CreateProcessingJob', request(draft, account));
      }
    },
    onSuccess: () => smkit.open('processing-jobs/record', { name: draft.name })
  });
  if (!account) {
    return <Loading />;
  }

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  const form = (): JSX.Element => (
    <form onSubmit={submit}>
      <TextField
        label={trans.__('Name')}
        help={trans.__(
          'Letters, digits and hyphens; no other job may have it.'
        )}
        value={draft.name}
        onChange={name => change({ name })}
      />
      <SelectField
        label={trans.__('Image')}
        help={trans.__(
          'The Python environment that the script runs in. It is made on first use and kept.'
        )}
        value={draft.image}
        choices={IMAGES.map(({ repository }) => ({
          value: repository,
          label: repository
        }))}
        onChange={image => change({ image })}
      />
      <TextField
        label={trans.__('Script')}
        help={trans.__(
          'Python. Its inputs lie under /opt/ml/processing/input, what it leaves under /opt/ml/processing/output is kept.'
        )}
        lines={12}
        value={draft.script}
        onChange={script => change({ script })}
      />
      <S3Field
        label={trans.__('Input data')}
        help={trans.__(
          'An object, or everything under a prefix; the script finds it in /opt/ml/processing/input/data.'
        )}
        value={draft.inputs[0].uri}
        onChange={uri => change({ inputs: [{ name: 'data', uri }] })}
      />
      <S3Field
        label={trans.__('Output place')}
        help={trans.__(
          'Where the files of /opt/ml/processing/output/result are put when the script ends.'
        )}
        choose="folder"
        placeholder={`s3://${account.bucket}/${draft.name}/output`}
        value={draft.outputs[0].uri}
        onChange={uri => change({ outputs: [{ name: 'result', uri }] })}
      />
      <TextField
        label={trans.__('Arguments')}
        help={trans.__('Handed to the script, split at spaces.')}
        value={draft.arguments}
        onChange={words => change({ arguments: words })}
      />
      <ErrorNotice error={create.error} />
      <Button type="submit" mood="primary" disabled={create.isPending}>
        {trans.__('Run')}
      </Button>
    </form>
  );
  const input = request(draft, account);
  return (
    <div>
      <header className="smkit-Header">
        <h1>{trans.__('New processing job')}</h1>
      </header>
      <Tabs
        label={trans.__('New processing job')}
        tabs={[
          { id: 'form', label: trans.__('Form'), content: form },
          {
            id: 'code',
            label: trans.__('Code'),
            content: () => (
              <CodeView
                forms={[
                  {
                    label: 'boto3',
                    code: boto3Code(
                      [
                        {
                          operation: 'CreateProcessingJob',
                          input: { ...input }
                        }
                      ],
                      uploadCode(draft, account)
                    )
                  },
                  ...shortForm({ ...input }, draft.script)
                ]}
              />
            )
          }
        ]}
      />
    </div>
  );
}
