/** The look at the curvature of a linked training, with which some of its updates begin: see `CurvatureUse`. */
import { invariant } from '../../../base/index';
import type { Plan } from '../../compute/plan/plan';
import { RNG_PURPOSES } from '../../compute/rng';
import type { Stage } from '../../compute/stages';
import type { StepRow } from '../../compute/stepRow';
import type { Optimizer } from '../../optimizers/optimizer';
import type { Task } from '../../tasks/task';
import { drawRows } from './block';
import { placesOf } from './linker';
import type { Linker, Program } from './linker';
import type { PlannedUpdate } from './plannedUpdate';
import { curvatureGraph, optimizerSpecs, updatesInPlace } from './stepGraphs';

export interface PlannedCurvature {
  /** Updates from one look to the next. */
  readonly every: number;
  /** For one thread. */
  readonly program: Program;
  /** For those of the runtime together. */
  readonly stages: readonly Stage[];
  /** What is new at each look, by the 0-based index of its update. */
  rows(seed: number): readonly StepRow[];
}

export interface CurvatureParts {
  readonly task: Task;
  readonly optimizer: Optimizer;
  /** Where parameters and batch are. */
  readonly gradient: Plan;
  /** Where the optimizer's state is. */
  readonly update: PlannedUpdate;
}

/** Lays the look out behind what the linker has; undefined for an optimizer that takes none. */
export function planCurvature(
  linker: Linker,
  { task, optimizer, gradient, update }: CurvatureParts,
): PlannedCurvature | undefined {
  const { curvature, fused } = optimizer;
  if (curvature === undefined) return undefined;
  invariant(fused === undefined, 'fused kernels take no look at the curvature');
  const { state } = optimizerSpecs(optimizer, task.params);
  const { plan, program, stages } = linker.add(curvatureGraph(task, curvature, state), {
    inputPlaces: { ...update.places, ...placesOf(gradient.inputs) },
    replaces: updatesInPlace([], state),
  });
  return {
    every: curvature.every,
    program,
    stages,
    rows: (seed) => drawRows(plan, seed, RNG_PURPOSES.curvature),
  };
}
