/** How training batches come into the arena: gathered from a stored data set by row numbers, or written whole. */
import { invariant, sizeOf } from '../../../base/index';
import { floatBits, instructionsOf } from '../../compute/instructions';
import type { Arena, KernelRuntime } from '../../compute/kernelRuntime';
import type { Plan } from '../../compute/plan/plan';
import type { Span } from '../../compute/span';
import type { StepRow } from '../../compute/stepRow';
import type { BatchRows, RowArray, Task, TaskData } from '../../tasks/task';
import type { Linker } from './linker';

export interface PlannedBatches {
  /** Row numbers or whole batches, by the step; for data of the same task in any order. */
  rows(data: TaskData | undefined): readonly StepRow[];
  /** Makes the batch from its rows. */
  readonly code: readonly number[];
  /** Brings the data set into the arena. */
  start(arena: Arena): void;
}

/** Where what a task gives with every batch lies in the arena. */
export type GivenPlaces = readonly (readonly [name: string, place: number])[];

/** @param plans  that read the batch */
export function givenPlaces({ given = {} }: Task, plans: readonly Plan[]): GivenPlaces {
  return Object.keys(given).flatMap((name) => {
    const places = plans.map((plan) => placeIn(plan, name)).filter((place) => place >= 0);
    return [...new Set(places)].map((place) => [name, place] as const);
  });
}

export function writeGiven(arena: Arena, places: GivenPlaces, { given = {} }: Task): void {
  for (const [name, place] of places) {
    const values = given[name];
    invariant(values !== undefined, 'a task of another loss');
    arena.f32.set(values, place);
  }
}

/** Kinds of stored numbers, as data.gather in gather.c knows them. */
const FLOATS = 0;
const DIVIDED_BYTES = 2;

const NOTHING: PlannedBatches = { rows: () => [], code: [], start: () => undefined };

export function planBatches(
  linker: Linker,
  { data, batch, given = {} }: Task,
  gradient: Plan,
): PlannedBatches {
  if (data === undefined) return NOTHING;
  if (data.rows !== undefined) return gatheredBatches(linker, data.rows, gradient);
  const used = batch.flatMap(({ name, shape }) => {
    const place = placeIn(gradient, name);
    return place < 0 || Object.hasOwn(given, name) ? [] : [{ name, place, words: sizeOf(shape) }];
  });
  const rows = (own: TaskData | undefined): StepRow[] =>
    used.map(({ name, place, words }) => ({
      place,
      words,
      write: (step, { f32 }, at) => {
        f32.set(own!.trainBatch(step)[name]!.data, at);
      },
    }));
  return { ...NOTHING, rows };
}

/** Where the gradient reads an array of the batch; -1 where it does not. */
function placeIn(gradient: Plan, name: string): number {
  return gradient.inputs[`batch/${name}`]?.place ?? -1;
}

function gatheredBatches(
  linker: Linker,
  { arrays, batchSize }: BatchRows,
  gradient: Plan,
): PlannedBatches {
  const emit = instructionsOf(linker.kernels);
  const indices = linker.reserve(batchSize);
  const used = arrays
    .filter(({ name }) => placeIn(gradient, name) >= 0)
    .map((array) => ({ ...array, ...reserveSource(linker, array.data) }));
  const code = used.flatMap(({ name, data, rowLength, divisor, distance }) =>
    emit(
      'data.gather',
      ...[
        placeIn(gradient, name),
        distance,
        indices,
        batchSize,
        data.length / rowLength,
        rowLength,
      ],
      ...(data instanceof Uint8Array
        ? [DIVIDED_BYTES, floatBits(divisor)]
        : [FLOATS, floatBits(1 / divisor)]),
      floatBits(0),
    ),
  );
  return {
    rows: (data) => [rowNumbers(data, used, { place: indices, words: batchSize })],
    code,
    start: (arena) => {
      for (const array of used) writeSource(linker.kernels, arena, array);
    },
  };
}

function rowNumbers(data: TaskData | undefined, used: readonly RowArray[], span: Span): StepRow {
  const rows = data?.rows;
  invariant(
    used.every((array) => rows?.arrays.some((other) => other.data === array.data)),
    'the data of another task',
  );
  return {
    ...span,
    write: (step, { i32 }, at) => {
      i32.set(rows!.trainRows(step), at);
    },
  };
}

/** Where an array is said to be, and room for a copy of it where kernels do not reach the one that everybody shares. */
interface Source {
  readonly distance: number;
  readonly copy: number | undefined;
}

function reserveSource(linker: Linker, data: RowArray['data']): Source {
  const distance = linker.reserve(2);
  const isShared = linker.kernels.distance !== undefined && data.byteLength > 0;
  return { distance, copy: isShared ? undefined : linker.reserve(Math.ceil(data.byteLength / 4)) };
}

function writeSource(
  kernels: KernelRuntime,
  arena: Arena,
  { data, distance: place, copy }: RowArray & Source,
): void {
  const { f32, i32 } = arena;
  const bytes = copy === undefined ? kernels.distance!(arena, data) : 4 * copy;
  i32[place] = bytes;
  i32[place + 1] = Math.floor(bytes / 2 ** 32);
  if (copy === undefined) return;
  if (data instanceof Float32Array) f32.set(data, copy);
  else new Uint8Array(f32.buffer, f32.byteOffset + 4 * copy, data.length).set(data);
}
