import type { TranslationBundle } from '@jupyterlab/translation';
import type { MouseEvent, ReactNode } from 'react';

import type { Row } from './client';
import { useSmkit } from './context';
import { ago, moment, text } from './format';
import { objectUrl, splitUri } from './s3';
import type { PageArgs } from './smkit';
import { OPEN_OBJECT } from './smkit';
import { StatusPill } from './status-pill';

type Cell = (row: Row) => ReactNode;

/** Opens a page of smkit; a button, since there is no address to go to. */
export function PageLink({
  page,
  args,
  children
}: {
  page: string;
  args: PageArgs;
  children: ReactNode;
}): JSX.Element {
  const smkit = useSmkit();
  return (
    <button
      type="button"
      className="smkit-Link"
      onClick={() => smkit.open(page, args)}
    >
      {children}
    </button>
  );
}

/** An object in s3://: opened in JupyterLab, or downloaded where that has nothing for it. */
export function ObjectLink({ uri }: { uri: string }): JSX.Element {
  const smkit = useSmkit();
  const isObject = splitUri(uri) !== null && !uri.endsWith('/');
  if (!isObject) {
    return <FolderLink uri={uri}>{uri}</FolderLink>;
  }
  const open = (event: MouseEvent): void => {
    if (smkit.canOpen(uri) && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      void smkit.commands.execute(OPEN_OBJECT, { uri });
    }
  };
  return (
    <a
      className="smkit-Link"
      href={objectUrl(uri, true)}
      download
      onClick={open}
    >
      {uri}
    </a>
  );
}

/** A place in s3://, opened in the file browser. */
export function FolderLink({
  uri,
  children
}: {
  uri: string;
  children: ReactNode;
}): JSX.Element {
  const smkit = useSmkit();
  return (
    <button
      type="button"
      className="smkit-Link"
      onClick={() => void smkit.commands.execute(OPEN_OBJECT, { uri })}
    >
      {children}
    </button>
  );
}

export function linkCell(page: string, key: string): Cell {
  return function Linked(row) {
    const name = text(row, key);
    return (
      <PageLink page={`${page}/record`} args={{ name }}>
        {name}
      </PageLink>
    );
  };
}

export function statusCell(member: string): Cell {
  return function Status(row) {
    return <StatusPill status={text(row, member)} />;
  };
}

export function agoCell(member: string, trans: TranslationBundle): Cell {
  return function Ago(row) {
    const at = row[member];
    return <time title={moment(at)}>{ago(at, trans)}</time>;
  };
}
