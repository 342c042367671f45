import { useAccount } from './account';
import type { Row } from './client';
import { CodeView } from './code';
import { codeForms } from './code-forms';
import type { Kind } from './kind';
import { ErrorNotice, Loading } from './notice';
import { createInput } from './service-model';
import { useTags } from './tags';

/** Of what smkit has to say of a record. */
const OURS = 'smkit:';

/** The code that makes a record again, its tags included. */
export function RecordCode({
  kind,
  record
}: {
  kind: Kind;
  record: Row;
}): JSX.Element {
  const account = useAccount();
  const tags = useTags(kind, record);
  if (!account || tags.isLoading) {
    return <Loading />;
  }
  const given = tags.data?.filter(({ Key }) => !Key?.startsWith(OURS)) ?? [];
  const input: Row = {
    ...createInput(kind.creates, record, kind.renamed),
    ...(given.length > 0 && { Tags: given })
  };
  const plan = { calls: [{ operation: kind.creates, input }] };
  return (
    <>
      <ErrorNotice error={tags.error} />
      <CodeView forms={codeForms(plan, kind.forms?.(input, account))} />
    </>
  );
}
