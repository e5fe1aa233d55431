/** Made-up results of trainings with losses that a formula gives, for tests of scores and reports. */
import type { Arm, Curve, Hyperparameter, TaskResults } from '../../src/core/evaluation/results';

interface CurveOptions {
  readonly seed?: number;
  readonly every?: number;
  readonly secondsPerStep?: number;
  /** The training stops before this step. */
  readonly divergesAt?: number;
}

/** A curve over 0, every, …, length with loss(step); held-out losses are a tenth higher. */
export function curveOf(
  length: number,
  loss: (step: number) => number,
  { seed = 0, every = 10, secondsPerStep = 0.01, divergesAt = Infinity }: CurveOptions = {},
): Curve {
  const all = Array.from({ length: Math.floor(length / every) + 1 }, (_, i) => i * every);
  const steps = Float64Array.from(all.filter((step) => step < divergesAt));
  const train = steps.map(loss);
  return {
    seed,
    steps,
    train,
    heldOut: train.map((value) => value * 1.1),
    seconds: steps.map((step) => step * secondsPerStep),
    diverged: divergesAt <= length,
  };
}

export function armOf(
  optimizer: string,
  length: number,
  curves: readonly Curve[],
  hyperparameters: Readonly<Record<string, Hyperparameter>> = {},
): Arm {
  return { optimizer, hyperparameters, length, curves };
}

/** An arm of one seed. */
export function singleArm(
  optimizer: string,
  length: number,
  loss: (step: number) => number,
  options: CurveOptions & { readonly learningRate?: number } = {},
): Arm {
  const { learningRate } = options;
  return armOf(
    optimizer,
    length,
    [curveOf(length, loss, options)],
    learningRate === undefined ? {} : { learningRate },
  );
}

export function taskOf(task: string, arms: readonly Arm[], family = 'MLP'): TaskResults {
  return { task, family, arms };
}
