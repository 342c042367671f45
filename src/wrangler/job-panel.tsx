import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { Button } from '../core/button';
import { callWrangler } from '../core/client';
import type { Asking, Row } from '../core/client';
import { useSmkit, useTrans } from '../core/context';
import { CheckField, SelectField, TextField } from '../core/fields';
import { freshName } from '../core/format';
import { ErrorNotice, Notice } from '../core/notice';
import type { RecordEvent } from '../core/events';
import type { Plan } from '../core/plan';
import { carryOut } from '../core/plan';
import type { ISmkit } from '../core/smkit';
import { S3Field } from '../core/s3-field';
import type { Flow } from './document';

export interface PlannedJob {
  request: Row;
  flow_uri: string;
  result_uri: string;
}

export interface JobSettings {
  name: string;
  outputUri: string;
  contentType: string;
  refit: boolean;
}

export function plan(
  flow: Flow,
  node: string | null,
  settings: JobSettings,
  asking?: Asking
): Promise<PlannedJob> {
  return callWrangler<PlannedJob>(
    'job',
    {
      flow,
      node: node ?? '',
      name: settings.name,
      output_uri: settings.outputUri,
      content_type: settings.contentType,
      refit: settings.refit
    },
    asking
  );
}

/** Puts the flow into s3:// and starts the job; the code uploads `file`, the page its text. */
export function planOf(
  planned: PlannedJob,
  text: string,
  file?: string,
  region?: string
): Plan {
  const type = 'application/json';
  return {
    puts: [{ uri: planned.flow_uri, text, type, file }],
    calls: [{ operation: 'CreateProcessingJob', input: planned.request }],
    region
  };
}

export function newSettings(): JobSettings {
  return {
    name: freshName('flow'),
    outputUri: '',
    contentType: '',
    refit: false
  };
}

interface Props {
  flow: Flow;
  text: string;
  /** The step whose rows are written; null: the flow's own end. */
  node: string | null;
  /** Whether the AutoML wizard is to open on the rows, once they are there. */
  training: boolean;
  settings: JobSettings;
  onSettings: (settings: JobSettings) => void;
  onClose: () => void;
}

/** Runs the flow over all its data as a Processing job. */
export function JobPanel(props: Props): JSX.Element {
  const trans = useTrans();
  const smkit = useSmkit();
  const { settings, onSettings } = props;
  const [done, setDone] = useState<PlannedJob & { name: string }>();
  const start = useMutation({
    mutationFn: async () => {
      const planned = await plan(props.flow, props.node, settings);
      await carryOut(planOf(planned, props.text), trans);
      return planned;
    },
    onSuccess: planned => {
      setDone({ ...planned, name: settings.name });
      if (props.training) {
        trainWhenDone(smkit, settings.name, planned.result_uri);
      }
      onSettings({ ...settings, name: freshName('flow') });
    }
  });

  return (
    <form
      className="smkit-FlowForm"
      aria-label={trans.__('Run as a job')}
      onSubmit={event => {
        event.preventDefault();
        start.mutate();
      }}
    >
      <h2>
        {props.training ? trans.__('Train a model') : trans.__('Run as a job')}
      </h2>
      <p>
        {props.training
          ? trans.__(
              'A model is trained on all rows: a job computes them, then the AutoML wizard opens on them.'
            )
          : trans.__('Computes all rows, not only those of the sample.')}
      </p>
      <TextField
        label={trans.__('Job name')}
        value={settings.name}
        onChange={name => onSettings({ ...settings, name })}
      />
      <S3Field
        label={trans.__('Write to (optional)')}
        help={trans.__('Left empty: the account’s default bucket.')}
        value={settings.outputUri}
        choose="folder"
        placeholder="s3://bucket/prefix/"
        onChange={outputUri => onSettings({ ...settings, outputUri })}
      />
      <SelectField
        label={trans.__('Content type')}
        value={settings.contentType}
        choices={[
          { value: '', label: trans.__('As the destination says, else CSV') },
          { value: 'CSV', label: 'CSV' },
          { value: 'PARQUET', label: 'PARQUET' }
        ]}
        onChange={contentType => onSettings({ ...settings, contentType })}
      />
      <CheckField
        label={trans.__('Learn again from all rows')}
        help={trans.__(
          'What steps have learned before (categories, fill values) is learned anew.'
        )}
        value={settings.refit}
        onChange={refit => onSettings({ ...settings, refit })}
      />
      <ErrorNotice error={start.error} />
      {done && (
        <Notice mood="good">
          <p>{trans.__('%1 is on its way. Its rows come to:', done.name)}</p>
          <code>{done.result_uri}</code>
          <p className="smkit-FlowForm-next">
            <Button
              onClick={() =>
                smkit.open('processing-jobs/record', { name: done.name })
              }
            >
              {trans.__('Watch the job')}
            </Button>
            <TrainButton uri={done.result_uri} />
          </p>
        </Notice>
      )}
      <footer>
        <Button type="submit" mood="primary" disabled={start.isPending}>
          {trans.__('Start the job')}
        </Button>
        <Button onClick={props.onClose}>{trans.__('Close')}</Button>
      </footer>
    </form>
  );
}

const NEW_AUTOML = 'smkit:new-automl';

function trainWhenDone(smkit: ISmkit, name: string, uri: string): void {
  const watch = (_: unknown, event: RecordEvent): void => {
    if (event.kind !== 'ProcessingJob' || event.key !== name) {
      return;
    }
    if (['Completed', 'Failed', 'Stopped'].includes(event.status)) {
      smkit.events.received.disconnect(watch);
    }
    if (event.status === 'Completed' && smkit.commands.hasCommand(NEW_AUTOML)) {
      void smkit.commands.execute(NEW_AUTOML, { data: uri });
    }
  };
  smkit.events.received.connect(watch);
}

/** Opens the AutoML wizard on the rows of a job. */
function TrainButton({ uri }: { uri: string }): JSX.Element | null {
  const trans = useTrans();
  const { commands } = useSmkit();
  if (!commands.hasCommand(NEW_AUTOML)) {
    return null;
  }
  return (
    <Button onClick={() => void commands.execute(NEW_AUTOML, { data: uri })}>
      {trans.__('Train a model on them')}
    </Button>
  );
}
