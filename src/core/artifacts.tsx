import { useQuery } from '@tanstack/react-query';

import { FolderLink, ObjectLink } from './cells';
import { useTrans, useVisible } from './context';
import { bytes } from './format';
import type { Artifact } from './kind';
import { EmptyState } from './notice';
import { asked } from './query';
import type { Listed } from './s3';
import { listObjects } from './s3';

/** What a record reads from s3:// and writes there. */
export function Artifacts({
  artifacts
}: {
  artifacts: readonly Artifact[];
}): JSX.Element {
  const trans = useTrans();
  if (artifacts.length === 0) {
    return (
      <EmptyState title={trans.__('Nothing yet')}>
        {trans.__('What it writes to s3:// is listed here when it is done.')}
      </EmptyState>
    );
  }
  return (
    <dl className="smkit-Facts">
      {artifacts.map(artifact => (
        <div key={artifact.label + artifact.uri}>
          <dt>{artifact.label}</dt>
          <dd>
            <ArtifactContent {...artifact} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The object itself, or what lies under a place. */
function ArtifactContent({ uri, written }: Artifact): JSX.Element {
  const trans = useTrans();
  const visible = useVisible();
  const folder = uri.endsWith('/') ? uri : `${uri}/`;
  const under = useQuery({
    queryKey: ['s3', uri],
    queryFn: context => listObjects(folder, asked(context), !!written),
    enabled: visible,
    staleTime: 0
  });
  const found = under.data?.entries ?? [];
  const entries = written ? found.filter(each => isOf(each, written)) : found;
  if (found.length === 0) {
    return (
      <>
        <ObjectLink uri={uri} />
        {' · '}
        <FolderLink uri={uri.slice(0, uri.lastIndexOf('/') + 1)}>
          {trans.__('Open folder')}
        </FolderLink>
      </>
    );
  }
  return (
    <>
      <FolderLink uri={folder}>{trans.__('Open folder')}</FolderLink>
      <ul>
        {entries.map(entry => (
          <li key={entry.uri}>
            <ObjectLink uri={entry.uri} />{' '}
            {entry.size !== undefined && <small>{bytes(entry.size)}</small>}
          </li>
        ))}
      </ul>
      {under.data?.truncated && (
        <p>{trans.__('There is more; the folder has all of it.')}</p>
      )}
    </>
  );
}

/** Whether an object was written in that time, to the second. */
function isOf(
  { modified }: Listed,
  { from, to }: NonNullable<Artifact['written']>
): boolean {
  const at = Date.parse(modified ?? '') / 1000;
  return (
    typeof from === 'number' &&
    at >= Math.floor(from) &&
    (typeof to !== 'number' || at <= Math.ceil(to))
  );
}
