/** Batches of tasks that train an optimizer: the batches of whole inner trainings, and first values of their networks. */
import { invariant } from '../../../base/index';
import type { NamedArrays, NdArray } from '../../../base/index';
import { createRng } from '../../compute/rng';
import type { RngPurpose } from '../../compute/rng';
import { SPLITS } from '../task';
import type { BatchSpec, Split, Task, TaskData } from '../task';

export interface UnrollShape {
  readonly task: Task;
  /** Inner trainings in each batch. */
  readonly tasks: number;
  /** Inner steps of each. */
  readonly steps: number;
  readonly seed: number;
}

/** Prefix of the first values of the inner networks. */
export const INITIAL = 'initial/';

/** `NAME` [tasks·steps, …inner] for each array of an inner batch, `initial/NAME` [tasks, …inner] for each parameter. */
export function unrollBatch({ task, tasks, steps }: UnrollShape): BatchSpec[] {
  return [
    ...task.batch.map((spec) => ({ ...spec, shape: [tasks * steps, ...spec.shape] })),
    ...task.params.map(({ name, shape }) => ({ name: INITIAL + name, shape: [tasks, ...shape] })),
  ];
}

/**
 * Batch s holds inner training batches s·tasks·steps onward. Held-out batches are made of the inner task's, in their
 * order and from the beginning again where a split has fewer than one training takes; first values depend on split and index.
 */
export function createUnrollData(shape: UnrollShape): TaskData {
  const { task, tasks, steps, seed } = shape;
  const count = tasks * steps;
  const evaluationBatches = (split: Split): number => {
    if (task.data === undefined) return 1;
    const batches = task.data.evaluationBatches(split);
    return Math.max(Math.floor(batches / count), Math.min(batches, 1));
  };
  return {
    size: (split) => task.data?.size(split) ?? 1,
    trainBatch: (step) => ({
      ...stacked(count, (i) => task.data?.trainBatch(step * count + i) ?? {}),
      ...initials(shape, (member) => ({ seed, purpose: 'task', step, member })),
    }),
    evaluationBatches,
    evaluationBatch(split, index) {
      const batches = task.data?.evaluationBatches(split) ?? 1;
      const first = 1 + SPLITS.indexOf(split) * tasks;
      return {
        ...stacked(
          count,
          (i) => task.data?.evaluationBatch(split, (index * count + i) % batches) ?? {},
        ),
        ...initials(shape, (member) => ({
          ...{ seed, purpose: 'evaluation', step: index },
          member: first + member,
        })),
      };
    },
  };
}

function initials(
  { task, tasks }: UnrollShape,
  keyOf: (member: number) => {
    seed: number;
    purpose: RngPurpose;
    step: number;
    member: number;
  },
): NamedArrays {
  // Member 0 draws the form of some inner tasks.
  const parts = stacked(tasks, (i) => task.init(createRng(keyOf(i + 1))));
  return Object.fromEntries(Object.entries(parts).map(([name, array]) => [INITIAL + name, array]));
}

/** Arrays of the same names and shapes, put together along a new first axis. */
function stacked(count: number, at: (index: number) => NamedArrays): NamedArrays {
  const parts = Array.from({ length: count }, (_, i) => at(i));
  return Object.fromEntries(
    Object.entries(parts[0] ?? {}).map(([name, { shape, data }]) => {
      const all = joinedData(
        parts.map((part) => part[name]!),
        data,
      );
      return [name, { shape: [count, ...shape], data: all }];
    }),
  );
}

function joinedData(arrays: readonly NdArray[], like: NdArray['data']): Float32Array | Int32Array {
  const size = like.length * arrays.length;
  const out = like instanceof Int32Array ? new Int32Array(size) : new Float32Array(size);
  arrays.forEach(({ data }, i) => {
    invariant(data.length === like.length, 'batches of different shapes');
    out.set(data, i * like.length);
  });
  return out;
}
