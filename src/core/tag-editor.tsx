import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent } from 'react';

import { Button } from './button';
import { call } from './client';
import type { Row } from './client';
import { useTrans } from './context';
import type { Kind } from './kind';
import { arnOf } from './kind';
import { ErrorNotice } from './notice';
import { queryClient } from './query';
import { useTags } from './tags';

/** The tags of a record, to add to and to take away from. */
export function TagEditor({
  kind,
  record
}: {
  kind: Kind;
  record: Row;
}): JSX.Element {
  const trans = useTrans();
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const tags = useTags(kind, record);
  const ResourceArn = arnOf(record, kind);
  const onSuccess = (): Promise<void> =>
    queryClient.invalidateQueries({ queryKey: ['sagemaker'] });
  const add = useMutation({
    mutationFn: () =>
      call('AddTags', {
        ResourceArn,
        Tags: [{ Key: key.trim(), Value: value.trim() }]
      }),
    onSuccess: () => {
      setKey('');
      setValue('');
      return onSuccess();
    }
  });
  const remove = useMutation({
    mutationFn: (gone: string) =>
      call('DeleteTags', { ResourceArn, TagKeys: [gone] }),
    onSuccess
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <>
      <ul className="smkit-Tags" aria-label={trans.__('Tags')}>
        {(tags.data ?? []).map(tag => (
          <li key={tag.Key}>
            {tag.Key} = {tag.Value}
            <button
              type="button"
              aria-label={trans.__('Remove the tag %1', tag.Key ?? '')}
              onClick={() => remove.mutate(tag.Key ?? '')}
            >
              <closeIcon.react tag="span" />
            </button>
          </li>
        ))}
      </ul>
      <form className="smkit-Tags-form" onSubmit={submit}>
        <input
          className="smkit-Input"
          aria-label={trans.__('Key of a new tag')}
          placeholder={trans.__('Key')}
          value={key}
          onChange={event => setKey(event.target.value)}
        />
        <input
          className="smkit-Input"
          aria-label={trans.__('Value of a new tag')}
          placeholder={trans.__('Value')}
          value={value}
          onChange={event => setValue(event.target.value)}
        />
        <Button
          type="submit"
          icon={addIcon}
          disabled={key.trim() === '' || add.isPending}
        >
          {trans.__('Add tag')}
        </Button>
      </form>
      <ErrorNotice error={tags.error ?? add.error ?? remove.error} />
    </>
  );
}
