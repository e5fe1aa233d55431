/**
 * What is scored: loss curves of several optimizers on several tasks. Plain data, as a sweep leaves it behind;
 * how it lies on disk is not known here.
 */
import { UserError } from '../../base/index';

/** One training of one seed, seen at its evaluation points. All arrays have the same length, at least 1. */
export interface Curve {
  readonly seed: number;
  /** Updates made before each evaluation: integers, ascending, the first one usually 0. */
  readonly steps: Float64Array;
  /** Mean loss on batches of the training split; NaN where it was not finite. */
  readonly train: Float64Array;
  /** Mean loss on held-out batches; NaN where it was not finite or not measured. */
  readonly heldOut: Float64Array;
  /** Seconds of training up to each point: gradient and optimizer, without the evaluations. */
  readonly seconds: Float64Array;
  /** Whether the loss stopped being finite before the announced end. The curve may end there. */
  readonly diverged: boolean;
}

export type Hyperparameter = number | string | boolean;

/** One setting of one optimizer, trained with several seeds. */
export interface Arm {
  /** Name of the optimizer; arms with the same name are a sweep over its hyperparameters. */
  readonly optimizer: string;
  readonly hyperparameters: Readonly<Record<string, Hyperparameter>>;
  /** Announced number of inner steps, at least 1. */
  readonly length: number;
  /** One a seed, at least one. */
  readonly curves: readonly Curve[];
}

/** All that was trained on one task: baselines with their sweeps and the optimizers to be scored. */
export interface TaskResults {
  /** Unique within a suite. */
  readonly task: string;
  /** Kind of task, for the breakdown: MLP, conv, RNN, … */
  readonly family: string;
  /** Number of trained numbers, where known. */
  readonly parameters?: number;
  readonly arms: readonly Arm[];
}

/** The curve's losses on a split. */
export type LossSplit = 'train' | 'heldOut';

/**
 * Checks what a score relies on: lengths that agree, ascending steps, seeds given once, positive lengths.
 * @throws UserError('data') that names task, optimizer, seed and place
 */
export function checkTaskResults(results: TaskResults): void {
  for (const arm of results.arms) {
    const place = `task ${results.task}, ${armLabel(arm)}`;
    if (!(arm.length >= 1)) fail(place, `a length of at least 1 step, got ${arm.length}`);
    if (arm.curves.length === 0) fail(place, 'at least one curve, got none');
    const seeds = new Set(arm.curves.map((curve) => curve.seed));
    if (seeds.size < arm.curves.length) fail(place, 'one curve a seed, got a seed twice');
    for (const curve of arm.curves) checkCurve(curve, `${place}, seed ${curve.seed}`);
  }
}

function checkCurve(curve: Curve, place: string): void {
  const { steps, train, heldOut, seconds } = curve;
  if (steps.length === 0) fail(place, 'at least one evaluation point, got none');
  for (const [name, values] of Object.entries({ train, heldOut, seconds })) {
    if (values.length === steps.length) continue;
    fail(place, `${steps.length} values of "${name}", as many as steps, got ${values.length}`);
  }
  for (let i = 0; i < steps.length; i++) {
    const before = i === 0 ? -1 : steps[i - 1]!;
    if (steps[i]! > before) continue;
    fail(place, `ascending steps from 0, got ${steps[i]!} at point ${i} after ${before}`);
  }
}

function fail(place: string, expectation: string): never {
  throw new UserError('data', `results of ${place}: expected ${expectation}`, {
    remedy: 'Run the evaluation of this task again.',
  });
}

/** The optimizer's name with its hyperparameters: `adam learningRate=0.001`. */
function armLabel(arm: Arm): string {
  const settings = Object.entries(arm.hyperparameters).map(([key, value]) => `${key}=${value}`);
  return [arm.optimizer, ...settings].join(' ');
}
