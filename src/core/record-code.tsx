import { useQuery } from '@tanstack/react-query';

import { useAccount } from './account';
import type { Row } from './client';
import { call } from './client';
import { CodeView } from './code';
import { codeForms } from './code-forms';
import { useVisible } from './context';
import type { Kind } from './kind';
import { arnOf } from './kind';
import { ErrorNotice, Loading } from './notice';
import { createInput, takes } from './service-model';

/** The code that makes a record again, its tags included. */
export function RecordCode({
  kind,
  record
}: {
  kind: Kind;
  record: Row;
}): JSX.Element {
  const account = useAccount();
  const visible = useVisible();
  const ResourceArn = arnOf(record, kind);
  const isTagged = ResourceArn !== '' && takes(kind.creates, 'Tags');
  const tags = useQuery({
    queryKey: ['tags', ResourceArn],
    queryFn: async ({ signal }) => {
      const { Tags = [] } = await call('ListTags', { ResourceArn }, signal);
      // AWS's own tags can be read and not given.
      return Tags.filter(tag => !tag.Key?.startsWith('aws:'));
    },
    enabled: visible && isTagged,
    staleTime: 0
  });
  if (!account || tags.isLoading) {
    return <Loading />;
  }
  const input: Row = {
    ...createInput(kind.creates, record, kind.renamed),
    ...(tags.data?.length && { Tags: tags.data })
  };
  const plan = { calls: [{ operation: kind.creates, input }] };
  return (
    <>
      <ErrorNotice error={tags.error} />
      <CodeView forms={codeForms(plan, kind.forms?.(input, account))} />
    </>
  );
}
