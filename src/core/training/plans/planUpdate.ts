/** The update part of a linked training: fused kernels where the optimizer has them, else its captured operations. */
import type { NamedFloats, TensorSpec } from '../../../base/index';
import type { KernelRuntime } from '../../compute/kernelRuntime';
import type { Plan } from '../../compute/plan/plan';
import { inOrder } from '../../compute/stages';
import type { BegunFused, FusedUpdate, Optimizer } from '../../optimizers/optimizer';
import { placesOf } from './linker';
import type { Linker } from './linker';
import { begunUpdate } from './planBegun';
import { initialState, placeTheta } from './planTheta';
import { FUSED_START, placeState, rowsByOptimizer, scalarRows } from './plannedUpdate';
import type { PlannedUpdate } from './plannedUpdate';
import { optimizerSpecs, updateGraph, updatesInPlace } from './stepGraphs';

export interface UpdateParts {
  readonly optimizer: Optimizer;
  readonly params: readonly TensorSpec[];
  /** Where parameters, gradients and loss are. */
  readonly gradient: Plan;
  /** Of an optimizer with kernels for all of its update or for a first part. */
  readonly fused: FusedUpdate | BegunFused | undefined;
}

/** The kernels of an optimizer, or of the first part of its update, where there are some. */
export function layOutKernels(
  optimizer: Optimizer,
  params: readonly TensorSpec[],
  { threads }: KernelRuntime,
): UpdateParts['fused'] {
  return (optimizer.fused ?? optimizer.begun?.fused)?.(params, FUSED_START, threads);
}

/** Lays the update out behind what the linker has. */
export function planUpdate(linker: Linker, parts: UpdateParts): PlannedUpdate {
  const { fused, params, optimizer } = parts;
  if (fused === undefined) return capturedUpdate(linker, parts);
  const { begun } = optimizer;
  if (begun !== undefined && 'shared' in fused)
    return begunUpdate(linker, optimizer, params, { begun, fused });
  const { kernels } = linker;
  const stages = fused.stages(kernels);
  return {
    program: linker.program(inOrder(stages)),
    stages,
    rows: rowsByOptimizer((other) => {
      const own = other === optimizer ? fused : other.fused?.(params, FUSED_START, linker.threads);
      return own?.rows ?? [];
    }),
    state: fused.state,
    places: {},
    theta: fused.theta,
    start: (arena) => fused.start(kernels, arena),
  };
}

function capturedUpdate(
  linker: Linker,
  { optimizer, params, gradient }: UpdateParts,
): PlannedUpdate {
  const specs = optimizerSpecs(optimizer, params);
  const theta = placeTheta(linker, optimizer, params, specs.theta);
  const state = placeState(linker, specs.state);
  const { plan, program, stages } = linker.add(updateGraph(optimizer, params, specs), {
    inputPlaces: {
      ...placesOf(gradient.inputs),
      ...placesOf(gradient.outputs),
      ...state.places,
      ...theta?.places,
    },
    replaces: updatesInPlace(params, specs.state),
  });
  return {
    program,
    stages,
    rows: rowsByOptimizer((other) => scalarRows(other, plan, specs.scalars)),
    state: state.spans,
    places: { ...placesOf(plan.inputs), ...state.places },
    ...(theta === undefined ? {} : { theta: { flat: theta.flat, packed: [theta.flat] } }),
    start: (arena) => {
      const initial = theta?.start(arena) ?? alwaysOf(initialState(optimizer, params));
      return state.start(arena, initial);
    },
  };
}

/** What an optimizer without weights starts from is made once. */
function alwaysOf(state: NamedFloats): () => NamedFloats {
  return () => state;
}
