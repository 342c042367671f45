import { InputDialog } from '@jupyterlab/apputils';
import { useMutation } from '@tanstack/react-query';

import { useAccount } from '../core/account';
import { Button } from '../core/button';
import type { Row } from '../core/client';
import { useSmkit, useTrans } from '../core/context';
import { text } from '../core/format';
import { ErrorNotice } from '../core/notice';
import { carryOut } from '../core/plan';
import { INSTANCE_TYPES, endpointPlan } from '../endpoints/request';

/** Serves a candidate, the best one where none is named: model, configuration, endpoint. */
export function Deploy({
  record,
  candidate
}: {
  record: Row;
  candidate?: Row;
}): JSX.Element | null {
  const trans = useTrans();
  const smkit = useSmkit();
  const account = useAccount();
  const chosen = candidate ?? ((record.BestCandidate ?? {}) as Row);
  const containers = (chosen.InferenceContainers ?? []) as Row[];
  const act = useMutation({
    mutationFn: async () => {
      const { value } = await InputDialog.getText({
        title: trans.__('Deploy %1', text(chosen, 'CandidateName')),
        label: trans.__('Endpoint name'),
        text: suggestion(record, candidate),
        okLabel: trans.__('Deploy')
      });
      if (value && account) {
        await carryOut(
          endpointPlan({
            name: value,
            model: value,
            containers,
            role: account.role,
            instanceType: INSTANCE_TYPES[0],
            workers: 1
          }),
          trans
        );
        smkit.open('endpoints/record', { name: value });
      }
    }
  });
  if (containers.length === 0) {
    return null;
  }
  return (
    <>
      <ErrorNotice error={act.error} />
      <Button
        mood={candidate ? 'plain' : 'primary'}
        disabled={act.isPending || !account}
        onClick={() => act.mutate()}
        label={
          candidate && trans.__('Deploy %1', text(candidate, 'CandidateName'))
        }
      >
        {candidate ? trans.__('Deploy') : trans.__('Deploy best candidate')}
      </Button>
    </>
  );
}

function suggestion(record: Row, candidate?: Row): string {
  const parts = [text(record, 'AutoMLJobName')];
  if (candidate) {
    parts.push(text(candidate, 'CandidateName').replace(/[^a-zA-Z0-9]+/g, '-'));
  }
  return parts.join('-').slice(0, 63);
}
