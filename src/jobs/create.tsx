import type { Account } from '../core/account';
import { useTrans } from '../core/context';
import type { Filling } from '../core/create-page';
import { CreatePage, nameProblem } from '../core/create-page';
import { SelectField, TextField } from '../core/fields';
import { freshName } from '../core/format';
import { IMAGES, imageUri } from '../core/images';
import type { Plan, Put } from '../core/plan';
import { S3Field } from '../core/s3-field';
import type { WizardStep } from '../core/wizard';
import { processingForms } from './forms';
import { requestOf, sourcePlace } from './script';

const SOURCE = `from pathlib import Path

data = Path("/opt/ml/processing/input/data")
output = Path("/opt/ml/processing/output/result")
for file in sorted(data.rglob("*")):
    print(file.name, file.stat().st_size, "bytes")
output.mkdir(parents=True, exist_ok=True)
(output / "done.txt").write_text("done")
`;

interface Draft {
  name: string;
  source: string;
  image: string;
  input: string;
  output: string;
  arguments: string;
}

/** A form for a script that runs as a processing job. */
export function CreateProcessingJob(): JSX.Element {
  const trans = useTrans();
  return (
    <CreatePage<Draft>
      title={trans.__('New processing job')}
      finishLabel={trans.__('Run')}
      first={() => ({
        name: freshName('process'),
        source: SOURCE,
        image: IMAGES[0],
        input: '',
        output: '',
        arguments: ''
      })}
      useSteps={useSteps}
      plan={plan}
      forms={(draft, account) => {
        const { calls } = plan(draft, account);
        return processingForms(calls[0].input, account, put(draft, account));
      }}
      page="processing-jobs/record"
    />
  );
}

function useSteps({ draft, change, account }: Filling<Draft>): WizardStep[] {
  const trans = useTrans();
  return [
    {
      title: trans.__('Program'),
      problem:
        nameProblem(draft.name, 63, trans) ||
        (draft.source.trim() ? '' : trans.__('Write a script.')),
      content: (
        <>
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
            choices={IMAGES.map(value => ({ value, label: value }))}
            onChange={image => change({ image })}
          />
          <TextField
            label={trans.__('Script')}
            help={trans.__(
              'Python. Its inputs lie under /opt/ml/processing/input, what it leaves under /opt/ml/processing/output is kept.'
            )}
            lines={12}
            value={draft.source}
            onChange={source => change({ source })}
          />
        </>
      )
    },
    {
      title: trans.__('Data'),
      problem: '',
      content: (
        <>
          <S3Field
            label={trans.__('Input data')}
            help={trans.__(
              'An object, or everything under a prefix; the script finds it in /opt/ml/processing/input/data.'
            )}
            value={draft.input}
            onChange={input => change({ input })}
          />
          <S3Field
            label={trans.__('Output place')}
            help={trans.__(
              'Where the files of /opt/ml/processing/output/result are put when the script ends.'
            )}
            choose="folder"
            placeholder={`s3://${account.bucket}/${draft.name}/output`}
            value={draft.output}
            onChange={output => change({ output })}
          />
          <TextField
            label={trans.__('Arguments')}
            help={trans.__('Handed to the script, split at spaces.')}
            value={draft.arguments}
            onChange={words => change({ arguments: words })}
          />
        </>
      )
    }
  ];
}

function put(draft: Draft, account: Account): Put {
  const uri = sourcePlace(draft.name, account);
  return { uri, text: draft.source, type: 'text/x-python' };
}

function plan(draft: Draft, account: Account): Plan {
  const place = (name: string, uri: string): Record<string, string> =>
    uri.trim() ? { [name]: uri.trim() } : {};
  const script = {
    name: draft.name,
    image: imageUri(draft.image, account.region),
    instanceType: 'ml.m5.xlarge',
    inputs: place('data', draft.input),
    outputs: place('result', draft.output),
    arguments: draft.arguments.trim().split(/\s+/).filter(Boolean),
    environment: {}
  };
  const input = { ...requestOf(script, account) };
  return {
    puts: [put(draft, account)],
    calls: [{ operation: 'CreateProcessingJob', input }],
    region: account.region
  };
}
