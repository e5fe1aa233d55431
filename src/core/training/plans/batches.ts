/** How training batches come into the arena: gathered from a stored data set by row numbers, or written whole. */
import { invariant, sizeOf } from '../../../base/index';
import { floatBits, instructionsOf } from '../../compute/instructions';
import type { Arena } from '../../compute/kernelRuntime';
import type { Plan } from '../../compute/plan/plan';
import type { Span } from '../../compute/span';
import type { StepRow } from '../../compute/stepRow';
import type { BatchRows, RowArray, Task, TaskData } from '../../tasks/task';
import type { Linker } from './linker';

export interface PlannedBatches {
  /** Row numbers or whole batches, by the step; for a task like the one that was planned. */
  rows(data: TaskData | undefined): readonly StepRow[];
  /** Makes the batch from its rows. */
  readonly code: readonly number[];
  /** Brings what batches of the task are made of into the arena, as far as it isn't there. */
  bind(arena: Arena, task: Task): void;
}

/** Kinds of stored numbers, as data.gather in gather.c knows them. */
const FLOATS = 0;
const DIVIDED_BYTES = 2;

/** @param plans  that read the batch, the gradient first */
export function planBatches(
  linker: Linker,
  task: Task,
  plans: readonly [gradient: Plan, ...others: Plan[]],
): PlannedBatches {
  const given = givenPlaces(task, plans);
  const batches = batchesOfData(linker, task, plans[0]);
  return {
    ...batches,
    bind: (arena, own) => {
      batches.bind(arena, own);
      writeGiven(arena, given, own);
    },
  };
}

/** Where what a task gives with every batch lies in the arena. */
type GivenPlaces = readonly (readonly [name: string, place: number])[];

function givenPlaces({ given = {} }: Task, plans: readonly Plan[]): GivenPlaces {
  return Object.keys(given).flatMap((name) => {
    const places = plans.map((plan) => placeIn(plan, name)).filter((place) => place >= 0);
    return [...new Set(places)].map((place) => [name, place] as const);
  });
}

function writeGiven(arena: Arena, places: GivenPlaces, { given = {} }: Task): void {
  for (const [name, place] of places) {
    const values = given[name];
    invariant(values !== undefined, 'a task of another loss');
    arena.f32.set(values, place);
  }
}

const NOTHING: PlannedBatches = { rows: () => [], code: [], bind: () => undefined };

function batchesOfData(
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
    .map((array) => ({ ...array, ...reserveSource(linker, array) }));
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
    rows: (data) => [rowNumbers(data?.rows, { place: indices, words: batchSize })],
    code,
    bind: (arena, { data }) => {
      for (const source of used) source.bind(arena, arrayLike(source, data?.rows));
    },
  };
}

function rowNumbers(rows: BatchRows | undefined, span: Span): StepRow {
  return {
    ...span,
    write: (step, { i32 }, at) => {
      rows!.writeRows(step, i32, at);
    },
  };
}

/** The array of a task's data in the place of one that was planned: other numbers, all else alike. */
function arrayLike(planned: RowArray, rows: BatchRows | undefined): RowArray['data'] {
  const array = rows?.arrays.find(({ name }) => name === planned.name);
  const isAlike =
    array?.data.BYTES_PER_ELEMENT === planned.data.BYTES_PER_ELEMENT &&
    array.data.length === planned.data.length &&
    array.rowLength === planned.rowLength &&
    array.divisor === planned.divisor;
  invariant(isAlike, `data of another shape than those that were planned: ${planned.name}`);
  return array.data;
}

/** Where an array is said to be. */
interface Source {
  readonly distance: number;
  bind(arena: Arena, data: RowArray['data']): void;
}

/** With room for a copy where kernels do not reach the array that everybody shares. */
function reserveSource(linker: Linker, { data }: RowArray): Source {
  const { kernels } = linker;
  const distance = linker.reserve(2);
  const isShared = kernels.distance !== undefined && data.byteLength > 0;
  const copy = isShared ? undefined : linker.reserve(Math.ceil(data.byteLength / 4));
  // The array that is bound must stay alive.
  let bound: RowArray['data'] | undefined;
  return {
    distance,
    bind: (arena, own) => {
      if (own === bound) return;
      bound = own;
      if (copy === undefined) writeDistance(arena, distance, kernels.distance!(arena, own));
      else {
        writeDistance(arena, distance, 4 * copy);
        writeCopy(arena, copy, own);
      }
    },
  };
}

function writeDistance({ i32 }: Arena, place: number, bytes: number): void {
  i32[place] = bytes;
  i32[place + 1] = Math.floor(bytes / 2 ** 32);
}

function writeCopy({ f32 }: Arena, place: number, data: RowArray['data']): void {
  if (data instanceof Float32Array) f32.set(data, place);
  else new Uint8Array(f32.buffer, f32.byteOffset + 4 * place, data.length).set(data);
}
