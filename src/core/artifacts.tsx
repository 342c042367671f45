import { useQuery } from '@tanstack/react-query';

import { ObjectLink } from './cells';
import { useTrans, useVisible } from './context';
import { bytes } from './format';
import type { Artifact } from './kind';
import { EmptyState } from './notice';
import { asked } from './query';
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
            <ArtifactContent uri={artifact.uri} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The object itself, or what lies under a place. */
function ArtifactContent({ uri }: { uri: string }): JSX.Element {
  const visible = useVisible();
  const under = useQuery({
    queryKey: ['s3', uri],
    queryFn: context =>
      listObjects(uri.endsWith('/') ? uri : `${uri}/`, asked(context)),
    enabled: visible,
    staleTime: 0
  });
  const entries = under.data?.entries ?? [];
  if (entries.length === 0) {
    return <ObjectLink uri={uri} />;
  }
  return (
    <ul>
      {entries.map(entry => (
        <li key={entry.uri}>
          <ObjectLink uri={entry.uri} />{' '}
          {entry.size !== undefined && <small>{bytes(entry.size)}</small>}
        </li>
      ))}
    </ul>
  );
}
