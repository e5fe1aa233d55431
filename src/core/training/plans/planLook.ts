/** What some updates of a linked training begin with: a look at the curvature (`CurvatureUse`), or a `Renewal`. */
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
import { curvatureGraph, optimizerSpecs, renewalGraph, updatesInPlace } from './stepGraphs';

export interface PlannedLook {
  /** Updates from one to the next. */
  readonly every: number;
  /** For one thread. */
  readonly program: Program;
  /** For those of the runtime together. */
  readonly stages: readonly Stage[];
  /** What is new at each one, by the 0-based index of its update. */
  rows(seed: number): readonly StepRow[];
}

export interface LookParts {
  readonly task: Task;
  readonly optimizer: Optimizer;
  /** Where parameters, batch and gradients are. */
  readonly gradient: Plan;
  /** Where the optimizer's state is. */
  readonly update: PlannedUpdate;
}

/** Lays it out behind what the linker has; undefined for an optimizer whose updates are all alike. */
export function planLook(
  linker: Linker,
  { task, optimizer, gradient, update }: LookParts,
): PlannedLook | undefined {
  const { curvature, renewal, fused } = optimizer;
  const use = curvature ?? renewal;
  if (use === undefined) return undefined;
  invariant(fused === undefined, 'the updates of fused kernels are all alike');
  invariant(curvature === undefined || renewal === undefined, 'one thing at a time');
  const { state } = optimizerSpecs(optimizer, task.params);
  const graph =
    curvature === undefined
      ? renewalGraph(renewal!, task.params, state)
      : curvatureGraph(task, curvature, state);
  const { plan, program, stages } = linker.add(graph, {
    inputPlaces: {
      ...update.places,
      ...placesOf(gradient.inputs),
      ...placesOf(gradient.outputs),
    },
    replaces: updatesInPlace([], state),
  });
  return {
    every: use.every,
    program,
    stages,
    rows: (seed) => drawRows(plan, seed, RNG_PURPOSES.curvature),
  };
}
