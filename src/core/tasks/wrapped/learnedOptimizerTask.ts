/**
 * The training of a learned optimizer as a task: its parameters are those of the optimizer, its loss is the mean over
 * the steps of inner trainings, each from new first values, of the inner task's loss, large ones clipped. The gradient
 * flows back through all steps and their gradients, or is estimated by persistent evolution strategies
 * (google/learned_optimization, tasks/fixed/lopt.py).
 */
import { addN, mul, reshape, slice } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/index';
import { mapValues } from '../../compute/tensors';
import type { TensorDict } from '../../optimizers/optimizer';
import { finiteLoss } from '../finiteLoss';
import { initParams, tensorSpecs } from '../../compute/parameters';
import type { LossRng, Task } from '../task';
import { isGradientWanted, withGradient } from './givenGradient';
import { pesGradient } from './pes';
import type { PesOptions, Play } from './pes';
import { createRule, RULE_NAMES } from './rules';
import type { RuleName, RuleOptions } from './rules';
import { advance, begin } from './unroll';
import type { Progress, Unroll } from './unroll';
import { createUnrollData, INITIAL, unrollBatch } from './unrollData';

export interface LearnedOptimizerTaskOptions extends RuleOptions {
  /** What the learned optimizer trains; its loss must have second derivatives unless `pes` is given. */
  readonly task: Task;
  readonly optimizer: RuleName;
  /** Inner steps. */
  readonly steps: number;
  /** Inner trainings that the loss is the mean of. */
  readonly tasks: number;
  /** What larger inner losses, and those that are not a number, count as; Infinity: none do. */
  readonly lossCap: number;
  /** Absent: the gradient flows back through the whole training. */
  readonly pes?: PesOptions | undefined;
  /** Draws the first values of the inner networks. */
  readonly seed: number;
}

/**
 * The task. Batches hold those of all inner steps, `NAME` [tasks·steps, …], and `initial/NAME` [tasks, …].
 * @throws UserError('config') on a size out of range
 */
export function createLearnedOptimizerTask(options: LearnedOptimizerTaskOptions): Task {
  checkOptions(options);
  const { task, steps, tasks, lossCap, seed } = options;
  const rule = createRule(options.optimizer, options);
  const unroll: Unroll = { task, optimizer: rule, lossCap };
  const shape = { task, tasks, steps, seed };
  return {
    name: `${options.optimizer} learned on ${tasks} x ${steps} steps of (${task.name})${pesText(options)}`,
    family: 'learnedOptimizer',
    summary: summaryOf(options),
    params: tensorSpecs(rule.theta),
    batch: unrollBatch(shape),
    init: (rng) => initParams(rule.theta, rng),
    loss(theta, batch, rng) {
      const trainings = Array.from({ length: tasks }, (_, i) => trainingOf(batch, i, options));
      const losses = trainings.map((training) => playAll(unroll, theta, training, rng));
      const loss = mul<Scalar>(addN(losses), 1 / (tasks * steps));
      if (options.pes === undefined || !isGradientWanted()) return loss;
      return withGradient(loss, theta, estimate(unroll, theta, trainings, rng, options.pes));
    },
    normalize: (loss) => finiteLoss(loss, Number.isFinite(lossCap) ? lossCap : undefined),
    data: createUnrollData(shape),
  };
}

/** What one inner training is given. */
interface Training {
  readonly params: TensorDict;
  readonly batches: readonly TensorDict[];
}

function trainingOf(
  batch: TensorDict,
  index: number,
  { task, steps }: LearnedOptimizerTaskOptions,
): Training {
  const params = task.params.map(
    ({ name }) => [name, entryOf(batch[INITIAL + name]!, index)] as const,
  );
  const batches = Array.from({ length: steps }, (_, step) =>
    Object.fromEntries(
      task.batch.map(({ name }) => [name, entryOf(batch[name]!, index * steps + step)]),
    ),
  );
  return { params: Object.fromEntries(params), batches };
}

/** x[index] */
function entryOf(x: Tensor, index: number): Tensor {
  const [, ...own] = x.shape;
  const begin = [index, ...own.map(() => 0)];
  return reshape(slice(x, begin, [1, ...own]), own);
}

/** Sum of the losses of a whole training. */
function playAll(unroll: Unroll, theta: TensorDict, training: Training, rng: LossRng): Tensor {
  const piece = { from: 0, to: training.batches.length };
  return playerOf(unroll, training)(theta, begin(unroll, training.params), piece, rng).total;
}

function playerOf(unroll: Unroll, { batches }: Training): Play<Progress> {
  return (theta, state, { from, to }, rng) => {
    const losses: Scalar[] = [];
    let current = state;
    for (const batch of batches.slice(from, to)) {
      const { progress, loss } = advance(unroll, theta, current, batch, rng);
      current = progress;
      losses.push(loss);
    }
    return { state: current, total: addN(losses) };
  };
}

/** The mean of the estimates of all trainings. */
function estimate(
  unroll: Unroll,
  theta: TensorDict,
  trainings: readonly Training[],
  rng: LossRng,
  pes: PesOptions,
): TensorDict {
  const steps = trainings[0]!.batches.length;
  const parts = trainings.map((training) =>
    pesGradient(theta, begin(unroll, training.params), {
      ...pes,
      ...{ play: playerOf(unroll, training), steps, rng },
    }),
  );
  const scale = 1 / (trainings.length * steps);
  return mapValues(theta, (_, name) => mul(addN(parts.map((part) => part[name]!)), scale));
}

function pesText({ pes }: LearnedOptimizerTaskOptions): string {
  return pes === undefined ? '' : `, PES by ${pes.truncation} steps at noise ${pes.std}`;
}

function summaryOf({ optimizer, task, steps, pes }: LearnedOptimizerTaskOptions): string {
  const how =
    pes === undefined
      ? 'the gradient flows back through all of them'
      : 'the gradient is estimated by persistent evolution strategies';
  return `Find settings or weights of a learned optimizer (${optimizer}) that trains well in ${steps} steps; ${how}. It trains on: ${task.summary}`;
}

function checkOptions(options: LearnedOptimizerTaskOptions): void {
  const { optimizer, pes, task } = options;
  const sizes = { steps: options.steps, tasks: options.tasks, truncation: pes?.truncation ?? 1 };
  const network = { hidden: options.hidden ?? 1, hiddenLayers: options.hiddenLayers ?? 1 };
  for (const [name, value] of Object.entries({ ...sizes, ...network })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new UserError('config', `${name} must be an integer of at least 1, got ${value}`);
  }
  if (pes !== undefined && !(Number.isFinite(pes.std) && pes.std > 0)) {
    throw new UserError('config', `std must be a number above 0, got ${pes.std}`);
  }
  if (!RULE_NAMES.includes(optimizer)) {
    const known = RULE_NAMES.join(', ');
    throw new UserError('config', `optimizer must be one of ${known}, got ${optimizer as string}`);
  }
  if (task.family !== 'esGradient' && task.family !== 'learnedOptimizer') return;
  throw new UserError('config', `a learned optimizer cannot train ${task.family} tasks`, {
    remedy: 'Wrap the task that trains the optimizer instead.',
  });
}
