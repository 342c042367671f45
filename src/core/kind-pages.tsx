import type { Kind } from './kind';
import { ListPage } from './list-page';
import { RecordPage } from './record-page';
import { OPEN_COMMAND } from './smkit';
import type { ISmkit } from './smkit';

/** Gives a kind its list page, its record's page and its place in the Studio panel. */
export function addKind(smkit: ISmkit, kind: Kind): void {
  smkit.kinds.set(kind.name, kind);
  smkit.addPage({
    id: kind.page,
    icon: kind.icon,
    title: () => kind.plural,
    render: args => <ListPage kind={kind} args={args} />
  });
  if (kind.overview) {
    smkit.addPage({
      id: `${kind.page}/record`,
      icon: kind.icon,
      title: args => kind.titled(args.name),
      render: args => <RecordPage kind={kind} name={args.name} />
    });
  }
  if (kind.section) {
    smkit.addTreeItem({
      section: kind.section,
      label: kind.plural,
      icon: kind.icon,
      rank: kind.rank ?? 100,
      command: OPEN_COMMAND,
      args: { page: kind.page },
      kinds: [kind.name]
    });
  }
}
