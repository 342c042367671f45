import { useQuery } from '@tanstack/react-query';

import { Button } from '../core/button';
import { callWrangler } from '../core/client';
import { CodeView } from '../core/code';
import { useTrans, useVisible } from '../core/context';
import { ErrorNotice, Loading } from '../core/notice';
import { boto3Code } from '../core/python';
import { splitUri } from '../core/s3';
import type { Flow } from './document';
import type { JobSettings, PlannedJob } from './job-panel';
import { plan } from './job-panel';

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
  const nodes = JSON.stringify(flow.nodes);
  const planned = useQuery({
    queryKey: ['wrangler', 'job', nodes, node, settings],
    queryFn: ({ signal }) => plan(flow, node, settings, signal),
    enabled: visible,
    retry: false
  });
  const script = useQuery({
    queryKey: ['wrangler', 'script', nodes, node],
    queryFn: ({ signal }) =>
      callWrangler<string>(
        'script',
        { flow, node: node ?? '', session },
        signal
      ),
    enabled: visible,
    retry: false
  });
  const forms = [
    ...(planned.data
      ? [
          { label: 'boto3', code: boto3Job(props.path, planned.data) },
          { label: 'smkit', code: shortJob(props.path, settings, node) }
        ]
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

function boto3Job(path: string, planned: PlannedJob): string {
  const [bucket, key] = splitUri(planned.flow_uri) ?? ['', ''];
  const upload =
    `boto3.client("s3").upload_file(` +
    `${JSON.stringify(fileName(path))}, "${bucket}", "${key}")\n\n`;
  const head = 'import boto3\n\n';
  const calls = boto3Code([
    { operation: 'CreateProcessingJob', input: planned.request }
  ]);
  return head + upload + calls.replace(head, '');
}

function shortJob(
  path: string,
  settings: JobSettings,
  node: string | null
): string {
  const given = [
    JSON.stringify(fileName(path)),
    settings.outputUri && `output=${JSON.stringify(settings.outputUri)}`,
    node && `node=${JSON.stringify(node)}`,
    settings.contentType !== 'CSV' &&
      `content_type=${JSON.stringify(settings.contentType)}`,
    settings.refit && 'refit=True'
  ].filter(Boolean);
  return (
    'from jupyter_smkit.workflow.flows import run_flow\n\n' +
    `job, rows = run_flow(${given.join(', ')})\n`
  );
}
