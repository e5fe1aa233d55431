/** Which examples of a labelled data set are shown to people: all classes in turn, evenly spread where there are many. */
import type { Labels } from '../datasets/labels';

/**
 * @param indices  examples to choose from, in order
 * @param labels   class of each example of the data set
 * @returns at most `count` of `indices`, by rising class, then from the beginning
 */
export function chooseExamples(
  indices: Int32Array,
  labels: Labels,
  classes: number,
  count: number,
): number[] {
  const byClass = Array.from({ length: classes }, (): number[] => []);
  for (const index of indices) byClass[labels[index]!]!.push(index);
  const present = byClass.filter(({ length }) => length > 0);
  if (present.length > count) {
    return Array.from(
      { length: count },
      (_, i) => present[Math.floor((i * present.length) / count)]![0]!,
    );
  }
  const chosen: number[] = [];
  for (let round = 0; chosen.length < count; round++) {
    const next = present.flatMap((members) => members.slice(round, round + 1));
    if (next.length === 0) break;
    chosen.push(...next.slice(0, count - chosen.length));
  }
  return chosen;
}
