/** An update whose first part has kernels: they run, then the captured operations that go on from there. */
import { sizeOf } from '../../../base/index';
import type { NamedFloats, TensorSpec } from '../../../base/index';
import { instructionsOf } from '../../compute/instructions';
import { planGraph } from '../../compute/plan/plan';
import type { Plan } from '../../compute/plan/plan';
import { alone, inOrder } from '../../compute/stages';
import { requireArrays } from '../../compute/tensors';
import type { BegunFused, BegunUpdate, Optimizer } from '../../optimizers/optimizer';
import type { Linker } from './linker';
import { FUSED_START, placeState, rowsByOptimizer, scalarRows } from './plannedUpdate';
import type { PlannedUpdate, UpdateState } from './plannedUpdate';
import { initialState } from './planTheta';
import { restGraph, scalarSpecs, updatesInPlace } from './stepGraphs';
import type { RestSpecs } from './stepGraphs';

/** @param fused  the first part, laid out for the parameters */
export function begunUpdate(
  linker: Linker,
  optimizer: Optimizer,
  params: readonly TensorSpec[],
  { begun, fused }: { readonly begun: BegunUpdate; readonly fused: BegunFused },
): PlannedUpdate {
  const { initial, specs } = restOf(optimizer, params, { begun, fused });
  const { scalars } = specs;
  const state = placeState(linker, specs.state);
  const graph = restGraph(begun, specs);
  const { plan, stages: rest } = linker.add(graph, {
    inputPlaces: { ...placesOfRest(fused), ...state.places },
    replaces: updatesInPlace(params, specs.state),
  });
  const copies = alone(copiesBefore(linker, plan, fused, params));
  const stages = [copies, ...fused.stages(linker.kernels), ...rest];
  return {
    program: linker.program(inOrder(stages)),
    stages,
    rows: rowsByOptimizer((other) => {
      const first =
        other === optimizer ? fused : other.begun?.fused(params, FUSED_START, linker.threads);
      return [...(first?.rows ?? []), ...scalarRows(other, plan, scalars)];
    }),
    state: [...fused.state, ...state.spans],
    places: state.places,
    theta: fused.theta,
    start: (arena) => {
      const own = state.start(arena, () => initial);
      return joined(fused.start(linker.kernels, arena), own, specs.state);
    },
  };
}

/** The plan of what follows the kernels. @throws UserError('task') for what no plan can have */
export function captureRest(
  optimizer: Optimizer,
  begun: BegunUpdate,
  params: readonly TensorSpec[],
): Plan {
  const { specs } = restOf(optimizer, params, { begun, fused: begun.fused(params, FUSED_START) });
  return planGraph(restGraph(begun, specs), { replaces: updatesInPlace(params, specs.state) });
}

/** What the rest remembers before the first update, and names and shapes of all that it is given. */
function restOf(
  optimizer: Optimizer,
  params: readonly TensorSpec[],
  { begun, fused: { shared } }: { readonly begun: BegunUpdate; readonly fused: BegunFused },
): { readonly initial: NamedFloats; readonly specs: RestSpecs } {
  const initial = initialState(begun, params);
  const state = Object.entries(initial).map(([name, { shape }]) => ({ name, shape }));
  return { initial, specs: { params, state, scalars: scalarSpecs(optimizer), shared } };
}

/** Parameters, the loss and what the kernels share are read where the kernels have them. */
function placesOfRest({ params, shared, loss }: BegunFused): Record<string, number> {
  return Object.fromEntries([
    ['loss', loss] as const,
    ...Object.entries(params).map(([name, place]) => [`params/${name}`, place] as const),
    ...shared.state.map(({ name, place }) => [`state/${name}`, place] as const),
    ...shared.theta.map(({ name, place }) => [`theta/${name}`, place] as const),
  ]);
}

/** What the kernels change and the rest wants as it was: parameters and gradients. */
function copiesBefore(
  { kernels }: Linker,
  { inputs }: Plan,
  fused: BegunFused,
  params: readonly TensorSpec[],
): number[] {
  const emit = instructionsOf(kernels);
  const copies = params.flatMap(({ name, shape }) => [
    { from: fused.params[name]!, to: inputs[`before/${name}`]!.place, words: sizeOf(shape) },
    { from: fused.grads[name]!, to: inputs[`grads/${name}`]!.place, words: sizeOf(shape) },
  ]);
  return copies.flatMap(({ from, to, words }) =>
    emit('copy.rows', to, words, from, words, 1, words),
  );
}

/** @param specs  of the own one's arrays */
function joined(first: UpdateState, own: UpdateState, specs: readonly TensorSpec[]): UpdateState {
  const isOwn = new Set(specs.map(({ name }) => name));
  const part = (state: NamedFloats, wanted: boolean): NamedFloats =>
    Object.fromEntries(Object.entries(state).filter(([name]) => isOwn.has(name) === wanted));
  return {
    ...first,
    exportState: () => ({ ...first.exportState(), ...own.exportState() }),
    importState: (state) => {
      // Whichever of both refuses, nothing is changed.
      const checked = requireArrays('optimizer state', specs, part(state, true));
      first.importState(part(state, false));
      own.importState(checked);
    },
    reset: () => {
      first.reset();
      own.reset();
    },
  };
}
