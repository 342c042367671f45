import { useTrans } from './context';
import { useStatus } from './query';

/** Where a job stands that waits for room on the machine; nothing for one that does not. */
export function QueuePlace({
  kind,
  name
}: {
  kind: string;
  name: string;
}): JSX.Element | null {
  const trans = useTrans();
  const { data } = useStatus();
  const queue = data?.queue ?? [];
  const place = queue.findIndex(
    each =>
      each.kind === kind &&
      each.key === name &&
      each.account === data?.account &&
      each.region === data?.region
  );
  if (place < 0) {
    return null;
  }
  return (
    <span className="smkit-QueuePlace" role="status">
      {trans.__('waits for room: %1 of %2 in line', place + 1, queue.length)}
    </span>
  );
}
