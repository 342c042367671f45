/**
 * Where a kernel's AWS clients send their requests: `left`, that smkit has no hand in them; `missing`,
 * the same, and that the kernel's Python has no jupyter_smkit to change it.
 */
export type Side = 'local' | 'aws' | 'left' | 'missing';

const SIDES: readonly string[] = ['local', 'aws', 'left', 'missing'];

/** Read in the kernel without importing anything into it and without a name left behind. */
export const SIDE = `(lambda modules, environ, find:
  (modules['jupyter_smkit.client.switch'].side() or 'left')
  if 'jupyter_smkit.client.switch' in modules
  else 'local' if environ.get('SMKIT_ENDPOINT_URL')
  else 'left' if find('jupyter_smkit')
  else 'missing'
)(
  __import__('sys').modules,
  __import__('os').environ,
  __import__('importlib.util').util.find_spec
)`;

/** What a kernel runs to change sides; loading what is loaded does nothing. */
export const SWITCHES = {
  local: '%load_ext jupyter_smkit.magics\n%sm local',
  aws: '%load_ext jupyter_smkit.magics\n%sm aws',
  left: `%unload_ext jupyter_smkit
__import__('jupyter_smkit.client.switch', fromlist=['leave']).leave()`
} as const;

/** The side in the kernel's answer to `SIDE`, which is a Python string's repr. */
export function sideOf(answer: unknown): Side | null {
  const { data } = (answer ?? {}) as { data?: Record<string, unknown> };
  const side = String(data?.['text/plain']).slice(1, -1);
  return SIDES.includes(side) ? (side as Side) : null;
}
