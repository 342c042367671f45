import { Button } from '../core/button';
import { ObjectLink, PageLink, agoCell, statusCell } from '../core/cells';
import type { Row } from '../core/client';
import { useSmkit, useTrans } from '../core/context';
import { arnName, text } from '../core/format';
import { registryIcon } from '../core/icons';
import type { Fact, Kind } from '../core/kind';
import { kindOf } from '../core/kind';
import type { Input } from '../core/operations';
import type { ISmkit } from '../core/smkit';
import { StatusPill } from '../core/status-pill';
import { Decision } from './decision';
import { Reports, reportsOf } from './reports';

const PAGE = 'model-packages';

type Specification = NonNullable<
  Input<'CreateModelPackage'>['InferenceSpecification']
>;

/** The versions of a model in the registry. */
export function versionKind({ trans }: ISmkit): Kind {
  return kindOf(trans, {
    name: 'ModelPackage',
    page: PAGE,
    plural: trans.__('Versions'),
    icon: registryIcon,
    key: 'ModelPackageArn',
    named: 'ModelPackageName',
    titled: arn => {
      const [name, version] = parts(arn);
      return version ? trans.__('%1, version %2', name, version) : name;
    },
    parent: arn => {
      const [name, version] = parts(arn);
      const page = 'model-package-groups/record';
      return version ? { page, args: { name }, label: name } : null;
    },
    input: args => ({ ModelPackageGroupName: args.group }),
    remove: 'DeleteModelPackage',
    columns: () => [
      {
        id: 'Version',
        label: trans.__('Version'),
        cell: row => {
          const arn = text(row, 'ModelPackageArn');
          return (
            <PageLink page={`${PAGE}/record`} args={{ name: arn }}>
              {text(row, 'ModelPackageVersion') || arnName(arn)}
            </PageLink>
          );
        }
      },
      {
        id: 'Approval',
        label: trans.__('Approval'),
        cell: statusCell('ModelApprovalStatus')
      },
      {
        id: 'Decision',
        label: trans.__('Decision'),
        cell: row => <Decision version={row} />
      },
      {
        id: 'PackageStatus',
        label: trans.__('Status'),
        cell: statusCell('ModelPackageStatus')
      },
      {
        id: 'CreationTime',
        label: trans.__('Created'),
        cell: agoCell('CreationTime', trans)
      }
    ],
    first: trans.__(
      'Register one with create_model_package(ModelPackageGroupName=…, InferenceSpecification=…).'
    ),
    overview: record => {
      const { Containers = [], ...specification } =
        (record.InferenceSpecification ?? {}) as Partial<Specification>;
      const fact = (label: string, member: string): Fact => ({
        label,
        value: text(record, member)
      });
      const listed = (values: readonly string[] = []): string =>
        values.join(', ');
      return [
        {
          label: trans.__('Approval'),
          value: record.ModelApprovalStatus ? (
            <StatusPill status={text(record, 'ModelApprovalStatus')} />
          ) : (
            ''
          )
        },
        fact(trans.__('Reason'), 'ApprovalDescription'),
        fact(trans.__('Description'), 'ModelPackageDescription'),
        ...Containers.flatMap(({ Image, ModelDataUrl }) => [
          { label: trans.__('Image'), value: Image ?? '' },
          {
            label: trans.__('Artifact'),
            value: ModelDataUrl ? <ObjectLink uri={ModelDataUrl} /> : ''
          }
        ]),
        {
          label: trans.__('Takes'),
          value: listed(specification.SupportedContentTypes)
        },
        {
          label: trans.__('Answers'),
          value: listed(specification.SupportedResponseMIMETypes)
        },
        ...Object.entries(
          (record.CustomerMetadataProperties ?? {}) as Record<string, string>
        ).map(([label, value]) => ({ label, value }))
      ];
    },
    tabs: record => {
      const reports = reportsOf(record.ModelMetrics);
      return reports.length > 0
        ? [
            {
              id: 'metrics',
              label: trans.__('Metrics'),
              content: () => <Reports reports={reports} />
            }
          ]
        : [];
    },
    actions: record => (
      <>
        <Deploy version={record} />
        <Decision version={record} />
      </>
    )
  });
}

/** `…:model-package/churn/3` → churn and 3; a package without a version has a name, and may go by it. */
function parts(arn: string): string[] {
  return arn.slice(arn.indexOf('/') + 1).split('/');
}

function Deploy({ version }: { version: Row }): JSX.Element {
  const trans = useTrans();
  const smkit = useSmkit();
  const status = version.ModelApprovalStatus;
  const isReady = status === undefined || status === 'Approved';
  return (
    <Button
      mood="primary"
      disabled={!isReady}
      title={isReady ? undefined : trans.__('Approve the version first')}
      onClick={() =>
        smkit.open('endpoints/new', {
          version: text(version, 'ModelPackageArn')
        })
      }
    >
      {trans.__('Deploy')}
    </Button>
  );
}
