import { fileIcon, folderIcon } from '@jupyterlab/ui-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { Button } from './button';
import { useTrans, useVisible } from './context';
import { Field } from './fields';
import { bytes } from './format';
import { ErrorNotice, Loading } from './notice';
import { asked } from './query';
import { listObjects } from './s3';

interface Props {
  label: string;
  help?: string;
  error?: string;
  value: string;
  onChange: (uri: string) => void;
  placeholder?: string;
  /** What may be chosen: an object, or a place to write to. */
  choose?: 'object' | 'folder';
}

/** An s3:// address, typed or found by looking through the buckets. */
export function S3Field(props: Props): JSX.Element {
  const trans = useTrans();
  const [browsing, setBrowsing] = useState(false);
  return (
    <Field label={props.label} help={props.help} error={props.error}>
      {aria => (
        <>
          <div className="smkit-S3Field">
            <input
              {...aria}
              type="text"
              className="smkit-Input"
              value={props.value}
              spellCheck={false}
              placeholder={props.placeholder ?? 's3://bucket/key'}
              onChange={event => props.onChange(event.target.value)}
            />
            <Button
              icon={folderIcon}
              label={trans.__('Browse: %1', props.label)}
              onClick={() => setBrowsing(!browsing)}
            >
              {trans.__('Browse')}
            </Button>
          </div>
          {browsing && (
            <Browser
              start={parentOf(props.value)}
              choose={props.choose ?? 'object'}
              onChoose={uri => {
                props.onChange(uri);
                setBrowsing(false);
              }}
            />
          )}
        </>
      )}
    </Field>
  );
}

/** Where to look for what is typed so far; '': among the buckets. */
function parentOf(uri: string): string {
  return /^s3:\/\/[^/]+\/(.*\/)?/s.exec(uri.trim())?.[0] ?? '';
}

function Browser({
  start,
  choose,
  onChoose
}: {
  start: string;
  choose: 'object' | 'folder';
  onChoose: (uri: string) => void;
}): JSX.Element {
  const trans = useTrans();
  const visible = useVisible();
  const [at, setAt] = useState(start);
  const listing = useQuery({
    queryKey: ['s3', at],
    queryFn: context => listObjects(at, asked(context)),
    enabled: visible,
    staleTime: 0
  });
  const up = at.replace(/[^/]*\/$/, '');
  const entries = listing.data?.entries ?? [];
  return (
    <div
      className="smkit-S3Browser"
      role="group"
      aria-label={trans.__('Objects')}
    >
      <div className="smkit-Toolbar">
        <Button
          disabled={at === ''}
          onClick={() => setAt(up === 's3://' ? '' : up)}
        >
          {trans.__('Up')}
        </Button>
        <code>{at || trans.__('All buckets')}</code>
        <span className="smkit-Toolbar-gap" />
        {choose === 'folder' && at !== '' && (
          <Button mood="primary" onClick={() => onChoose(at)}>
            {trans.__('Use this place')}
          </Button>
        )}
      </div>
      <ErrorNotice error={listing.error} />
      {listing.isPending && <Loading />}
      <ul>
        {entries.map(entry => (
          <li key={entry.uri}>
            <button
              type="button"
              disabled={!entry.isFolder && choose === 'folder'}
              onClick={() =>
                entry.isFolder ? setAt(entry.uri) : onChoose(entry.uri)
              }
            >
              {entry.isFolder ? (
                <folderIcon.react tag="span" />
              ) : (
                <fileIcon.react tag="span" />
              )}
              <span>{entry.name}</span>
              {entry.size !== undefined && <small>{bytes(entry.size)}</small>}
            </button>
          </li>
        ))}
      </ul>
      {listing.data && entries.length === 0 && (
        <p>{trans.__('Nothing lies here.')}</p>
      )}
      {listing.data?.truncated && (
        <p>{trans.__('There is more; type the rest of the address.')}</p>
      )}
    </div>
  );
}
