/** Lookups that cannot miss unless our own code is wrong, so that no stage needs a cast. */
import { invariant } from '../../../base/index';

/** The entry of that name. @throws Error when there is none, which is a defect */
export function entry<T>(entries: Readonly<Record<string, T>>, name: string): T {
  const found = entries[name];
  invariant(found !== undefined, `no entry "${name}"`);
  return found;
}

/** The element at that index. @throws Error when there is none, which is a defect */
export function item<T>(list: readonly T[], index: number): T {
  const found = list[index];
  invariant(found !== undefined, `no element ${index} in a list of ${list.length}`);
  return found;
}
