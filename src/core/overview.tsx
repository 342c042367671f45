import type { TranslationBundle } from '@jupyterlab/translation';

import type { Row } from './client';
import { useTrans } from './context';
import { moment, text } from './format';
import type { Fact, Kind } from './kind';
import { arnOf } from './kind';
import { takes } from './service-model';
import { TagEditor } from './tag-editor';

/** The facts of a record, its tags, and all that the API says. */
export function Overview({
  kind,
  record
}: {
  kind: Kind;
  record: Row;
}): JSX.Element {
  const trans = useTrans();
  const reason = text(record, 'FailureReason');
  const isTagged = arnOf(record, kind) !== '' && takes(kind.creates, 'Tags');
  const tagged: Fact = {
    label: trans.__('Tags'),
    value: isTagged ? <TagEditor kind={kind} record={record} /> : ''
  };
  return (
    <>
      {reason && (
        <div className="smkit-Notice smkit-mod-error" role="alert">
          <strong>{trans.__('Why it failed')}</strong>
          <pre>{reason}</pre>
        </div>
      )}
      <dl className="smkit-Facts">
        {[...factsOf(record, kind, trans), tagged]
          .filter(fact => fact.value !== '' && fact.value !== undefined)
          .map((fact, index) => (
            <div key={index}>
              <dt>{fact.label}</dt>
              <dd>{fact.value}</dd>
            </div>
          ))}
      </dl>
      <details className="smkit-Raw">
        <summary>{trans.__('Everything the API says')}</summary>
        <pre tabIndex={0}>{JSON.stringify(record, null, 2)}</pre>
      </details>
    </>
  );
}

/** What the kind shows, and what every record has. */
function factsOf(record: Row, kind: Kind, trans: TranslationBundle): Fact[] {
  return [
    ...(kind.overview?.(record) ?? []),
    { label: trans.__('Created'), value: moment(record.CreationTime) },
    { label: trans.__('Changed'), value: moment(record.LastModifiedTime) },
    {
      label: trans.__('Role'),
      value: text(record, 'RoleArn') || text(record, 'ExecutionRoleArn')
    },
    { label: trans.__('ARN'), value: arnOf(record, kind) }
  ];
}
