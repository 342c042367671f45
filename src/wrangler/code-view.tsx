import { useQuery } from '@tanstack/react-query';

import { Button } from '../core/button';
import { callWrangler } from '../core/client';
import { useAccount } from '../core/account';
import { CodeView } from '../core/code';
import { codeForms, sdkForm } from '../core/code-forms';
import { useTrans, useVisible } from '../core/context';
import { ErrorNotice, Loading } from '../core/notice';
import { pythonCall } from '../core/python';
import { asked } from '../core/query';
import { processingSdk } from '../jobs/processing-sdk';
import type { Flow } from './document';
import type { JobSettings } from './job-panel';
import { plan, planOf } from './job-panel';

interface Props {
  flow: Flow;
  path: string;
  node: string | null;
  session: string;
  settings: JobSettings;
  onSaveScript: (script: string) => void;
}

/** The flow as a program: the job in boto3, in short, and the steps themselves in polars. */
export function FlowCode(props: Props): JSX.Element {
  const { flow, node, session, settings } = props;
  const trans = useTrans();
  const visible = useVisible();
  const region = useAccount()?.region;
  const nodes = JSON.stringify(flow.nodes);
  const planned = useQuery({
    queryKey: ['wrangler', 'job', nodes, node, settings],
    queryFn: context => plan(flow, node, settings, asked(context)),
    enabled: visible,
    retry: false
  });
  const script = useQuery({
    queryKey: ['wrangler', 'script', nodes, node],
    queryFn: context =>
      callWrangler<string>(
        'script',
        { flow, node: node ?? '', session },
        asked(context)
      ),
    enabled: visible,
    retry: false
  });
  const job =
    planned.data && planOf(planned.data, '', fileName(props.path), region);
  const forms = [
    ...(job
      ? codeForms(job, [
          ...sdkForm(processingSdk(job.calls[0].input), job),
          { label: 'smkit', code: shortJob(props.path, settings, node) }
        ])
      : []),
    ...(script.data
      ? [{ label: trans.__('polars script'), code: script.data }]
      : [])
  ];
  return (
    <>
      <ErrorNotice error={planned.error ?? script.error} />
      {(planned.isPending || script.isPending) && <Loading />}
      {forms.length > 0 && <CodeView forms={forms} />}
      {script.data && (
        <Button onClick={() => props.onSaveScript(script.data)}>
          {trans.__('Save the script beside the flow')}
        </Button>
      )}
    </>
  );
}

function fileName(path: string): string {
  return path.split('/').pop() ?? path;
}

function shortJob(
  path: string,
  settings: JobSettings,
  node: string | null
): string {
  const call = pythonCall('job, rows = run_flow', {
    flow: fileName(path),
    output: settings.outputUri || undefined,
    node: node ?? undefined,
    content_type: settings.contentType || undefined,
    refit: settings.refit || undefined,
    name: settings.name,
    wait: false
  });
  return `from jupyter_smkit.workflow import run_flow\n\n${call}`;
}
