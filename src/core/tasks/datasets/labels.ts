/** Classes of examples, a byte each where that is enough. */

/** Each below the number of classes; u16 where there are more than 256 of them. */
export type Labels = Uint8Array | Uint16Array;

/** Labels are kept in at most 16 bits. */
const MAX_CLASSES = 65_536;

/** More classes than half of the examples are numbers that were taken for classes. @param examples  of all sets */
export function mostClasses(examples: number): number {
  return Math.min(Math.max(256, Math.floor(examples / 2)), MAX_CLASSES);
}

/** @param classes  2 … 65536; each value is below it */
export function labelsFrom(values: ArrayLike<number>, classes: number): Labels {
  return classes <= 256 ? Uint8Array.from(values) : Uint16Array.from(values);
}

/** Labels as plans read rows of them: bytes, or exact floats. Kept by the labels. */
export function labelRows(labels: Labels): Uint8Array | Float32Array {
  if (labels instanceof Uint8Array) return labels;
  const known = floats.get(labels) ?? Float32Array.from(labels);
  floats.set(labels, known);
  return known;
}

const floats = new WeakMap<Uint16Array, Float32Array>();
