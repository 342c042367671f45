import type { UseQueryResult } from '@tanstack/react-query';
import { useQuery } from '@tanstack/react-query';

import type { Row } from './client';
import { call } from './client';
import { useVisible } from './context';
import type { Kind } from './kind';
import { arnOf } from './kind';
import type { Output } from './operations';
import { asked } from './query';
import { takes } from './service-model';

type Tags = NonNullable<Output<'ListTags'>['Tags']>;

/** The tags that a user gave a record; AWS's own can be read and not given. */
export function useTags(kind: Kind, record: Row): UseQueryResult<Tags> {
  const visible = useVisible();
  const ResourceArn = arnOf(record, kind);
  const isTagged = ResourceArn !== '' && takes(kind.creates, 'Tags');
  return useQuery({
    // As if Describe had them: an event of the record makes them stale.
    queryKey: ['sagemaker', `Describe${kind.name}Tags`, { ResourceArn }],
    queryFn: async context => {
      const { Tags = [] } = await call(
        'ListTags',
        { ResourceArn },
        asked(context)
      );
      return Tags.filter(tag => !tag.Key?.startsWith('aws:'));
    },
    enabled: visible && isTagged,
    staleTime: 0
  });
}
