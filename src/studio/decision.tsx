import { useMutation } from '@tanstack/react-query';

import { Button } from '../core/button';
import type { Row } from '../core/client';
import { call } from '../core/client';
import { useTrans } from '../core/context';
import { text } from '../core/format';
import { ErrorNotice } from '../core/notice';

/** Approves or rejects a version of a model. */
export function Decision({ version }: { version: Row }): JSX.Element {
  const trans = useTrans();
  const number = text(version, 'ModelPackageVersion');
  const decide = useMutation({
    mutationFn: (status: 'Approved' | 'Rejected') =>
      call('UpdateModelPackage', {
        ModelPackageArn: text(version, 'ModelPackageArn'),
        ModelApprovalStatus: status
      })
  });
  const isNow = (status: string): boolean =>
    decide.isPending || version.ModelApprovalStatus === status;
  return (
    <>
      <div className="smkit-Buttons">
        <Button
          label={trans.__('Approve version %1', number)}
          disabled={isNow('Approved')}
          onClick={() => decide.mutate('Approved')}
        >
          {trans.__('Approve')}
        </Button>
        <Button
          label={trans.__('Reject version %1', number)}
          disabled={isNow('Rejected')}
          onClick={() => decide.mutate('Rejected')}
        >
          {trans.__('Reject')}
        </Button>
      </div>
      <ErrorNotice error={decide.error} />
    </>
  );
}
