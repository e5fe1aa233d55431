/** What a run is called beside others. */
import { basename } from 'node:path';
import type { StoredRun } from '../runs/runStore';

/** The run's name; where a run of another folder has the same one, with its own folder: `fashion (second)`. */
export function comparedName(
  { root, name }: { readonly root: string; readonly name: string },
  compared: readonly StoredRun[],
): string {
  const isElsewhere = compared.some(
    ({ entry, ...run }) => run.root !== root && entry.name === name,
  );
  return isElsewhere ? `${name} (${basename(root)})` : name;
}
