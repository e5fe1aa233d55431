/** A recorded trace as that of a network with more tensors: its own, over and over, under other names. */
import type { TraceUpdate } from '../../../src/protocol/live/index';
import { HISTOGRAM_SLOTS } from '../../../src/protocol/live/index';

/** @param update  with `meta` and `reset` */
export function manyTensors(update: TraceUpdate, wanted: number): TraceUpdate {
  const { meta, distribution } = update;
  if (meta === undefined) return update;
  const have = meta.tensors.length;
  const tensors = Array.from({ length: wanted }, (_, index) => {
    const { name, shape } = meta.tensors[index % have]!;
    const copy = Math.floor(index / have);
    return {
      name: copy === 0 ? name : name.replace(/^[^/]*/, (layer) => `${layer}_${copy}`),
      shape,
    };
  });
  const wider = <A extends Float32Array | Uint32Array>(values: A, width: number): A => {
    const rows = values.length / (have * width);
    const out = new (values.constructor as new (length: number) => A)(rows * wanted * width);
    for (let row = 0; row < rows; row++)
      for (let tensor = 0; tensor < wanted; tensor++) {
        const from = (row * have + (tensor % have)) * width;
        out.set(values.subarray(from, from + width), (row * wanted + tensor) * width);
      }
    return out;
  };
  return {
    ...update,
    meta: { ...meta, tensors },
    multipliers: wider(update.multipliers, 1),
    rmsGradients: wider(update.rmsGradients, 1),
    rmsUpdates: wider(update.rmsUpdates, 1),
    rmsParameters: wider(update.rmsParameters, 1),
    ...(distribution && {
      distribution: { ...distribution, counts: wider(distribution.counts, HISTOGRAM_SLOTS) },
    }),
  };
}
