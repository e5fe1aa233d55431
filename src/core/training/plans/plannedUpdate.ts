/** What an update is, laid out and at work, and what all kinds of it are made with. */
import type { FloatArray, NamedFloats, TensorSpec } from '../../../base/index';
import { sizeOf } from '../../../base/index';
import type { Arena } from '../../compute/kernelRuntime';
import type { Plan, PlanArray } from '../../compute/plan/plan';
import { floatsAt, spanOf } from '../../compute/plan/planRun';
import type { Span } from '../../compute/span';
import type { Stage } from '../../compute/stages';
import type { StepRow } from '../../compute/stepRow';
import { requireArrays } from '../../compute/tensors';
import type { FusedUpdate, Optimizer, RecurrentTrace } from '../../optimizers/optimizer';
import type { Linker, Program } from './linker';

/** Where a fused optimizer begins in the arena. */
export const FUSED_START = 0;

/** The state of an optimizer at work in the arena. */
export interface UpdateState {
  exportState(): NamedFloats;
  /** @throws UserError('checkpoint') on a wrong name or shape, before anything is changed */
  importState(state: NamedFloats): void;
  trace?(): RecurrentTrace<FloatArray>;
  /** Of a learned optimizer: takes over the weights that stand in its flat theta. */
  loadTheta?(): void;
  /** Brings the state back to where it is before the first update. */
  reset(): void;
}

/** An update laid out. */
export interface PlannedUpdate {
  /** For one thread. */
  readonly program: Program;
  /** For those of the runtime together. */
  readonly stages: readonly Stage[];
  /** What changes from update to update, by its 0-based index, for an optimizer that differs in nothing else. */
  rows(optimizer: Optimizer): readonly StepRow[];
  /** What an update carries on to the next one, the parameters apart. */
  readonly state: readonly Span[];
  /** Of the arrays of a captured one, or of its captured part, by name; empty for a fused one. */
  readonly places: Readonly<Record<string, number>>;
  readonly theta?: FusedUpdate['theta'] | undefined;
  start(arena: Arena): UpdateState;
}

type RowsOf = PlannedUpdate['rows'];

/** Each optimizer's rows are made once. */
export function rowsByOptimizer(make: RowsOf): RowsOf {
  const known = new WeakMap<Optimizer, readonly StepRow[]>();
  return (optimizer) => {
    const rows = known.get(optimizer) ?? make(optimizer);
    known.set(optimizer, rows);
    return rows;
  };
}

/** Where an optimizer's state lies, whichever of its plans use it. */
export interface PlacedState {
  readonly spans: readonly Span[];
  /** Of the inputs `state/…`. */
  readonly places: Readonly<Record<string, number>>;
  /** @param initial  what it is before the first update */
  start(arena: Arena, initial: () => NamedFloats): UpdateState;
}

export function placeState(linker: Linker, specs: readonly TensorSpec[]): PlacedState {
  const arrays = specs.map(({ name, shape }) => ({
    name,
    shape,
    place: linker.reserve(sizeOf(shape)),
  }));
  return {
    spans: arrays.map(spanOf),
    places: Object.fromEntries(arrays.map(({ name, place }) => [`state/${name}`, place])),
    start: (arena, initial) => startState(arena, arrays, initial),
  };
}

function startState(
  arena: Arena,
  arrays: readonly (PlanArray & { readonly name: string })[],
  initial: () => NamedFloats,
): UpdateState {
  const live = Object.fromEntries(
    arrays.map((array): [string, FloatArray] => [
      array.name,
      { shape: array.shape, data: floatsAt(arena, array) },
    ]),
  );
  const write = (values: NamedFloats): void => {
    for (const [name, { data }] of Object.entries(values)) live[name]!.data.set(data);
  };
  const reset = (): void => {
    write(initial());
  };
  reset();
  return {
    reset,
    exportState: () => copiesOf(live),
    importState: (values) => {
      write(requireArrays('optimizer state', arrays, values));
    },
  };
}

/** A row for each number that the update uses; those of a step are computed together. */
export function scalarRows(
  optimizer: Optimizer,
  plan: Plan,
  scalars: readonly TensorSpec[],
): StepRow[] {
  let known = { step: -1, values: optimizer.scalars(0) };
  const valuesAt = (step: number): typeof known.values => {
    if (known.step !== step) known = { step, values: optimizer.scalars(step) };
    return known.values;
  };
  return scalars.flatMap(({ name, shape }): StepRow[] => {
    const { place = -1 } = plan.inputs[`scalars/${name}`] ?? {};
    // An optimizer may offer a number that its update does not use.
    if (place < 0) return [];
    const write: StepRow['write'] = (step, { f32 }, at) => {
      const value = valuesAt(step)[name]!;
      if (typeof value === 'number') f32[at] = value;
      else f32.set(value, at);
    };
    return [{ place, words: sizeOf(shape), write }];
  });
}

export function copiesOf(arrays: NamedFloats): NamedFloats {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [
      name,
      { shape: [...shape], data: data.slice() },
    ]),
  );
}
