/** From the numbers that a source gives its examples to classes counted from 0. */
import { UserError } from '../../base/index';
import { labelsFrom, mostClasses } from '../../core/index';
import type { Labels } from '../../core/index';

/** The labels of one set as its source has them. */
export interface RawLabels {
  /** How messages call where they are from. */
  readonly file: string;
  readonly values: ArrayLike<number>;
}

export interface ClassLabels {
  /** As many as came in, for each set in their order. */
  readonly sets: readonly Labels[];
  readonly classes: number;
  readonly notes: readonly string[];
}

/**
 * Whole numbers from 0, or from 1 without a gap (EMNIST's letters, ImageNet), which are then counted from 0.
 * @param sets  all sets of a source, the training set first
 * @param known  number of classes, where the source says it
 * @throws UserError('data') naming the label and its index
 */
export function classLabels(sets: readonly RawLabels[], known?: number): ClassLabels {
  for (const set of sets) checkWhole(set);
  const distinct = new Set<number>();
  for (const { values } of sets) for (let i = 0; i < values.length; i++) distinct.add(values[i]!);
  const largest = [...distinct].reduce((a, b) => Math.max(a, b), 0);
  const isFromOne = !distinct.has(0) && largest === distinct.size;
  const shift = isFromOne ? 1 : 0;
  const classes = known ?? largest + 1 - shift;
  const most = mostClasses(sets.reduce((sum, { values }) => sum + values.length, 0));
  for (const set of sets) checkRange(set, shift, Math.min(classes, most));
  if (classes < 2) {
    const file = sets[0]?.file ?? 'the data';
    throw new UserError('data', `${file} has one class only, expected at least 2`, {
      remedy: 'Add data with the labels of at least two classes.',
    });
  }
  return {
    sets: sets.map(({ values }) =>
      labelsFrom(
        Array.from(values, (value) => value - shift),
        classes,
      ),
    ),
    classes,
    notes: isFromOne ? ['Labels that were counted from 1 are counted from 0.'] : [],
  };
}

function checkWhole({ file, values }: RawLabels): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isInteger(value) && value >= 0) continue;
    throw new UserError(
      'data',
      `${file} has the label ${value} at index ${i}, expected a whole number of at least 0`,
      { remedy: 'Number the classes from 0.' },
    );
  }
}

function checkRange({ file, values }: RawLabels, shift: number, classes: number): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i]! - shift < classes) continue;
    throw new UserError(
      'data',
      `${file} has the label ${values[i]!} at index ${i}, expected ${shift} to ${classes - 1 + shift}`,
      { remedy: 'Number the classes from 0, without gaps.' },
    );
  }
}
