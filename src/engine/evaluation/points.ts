/** At which points of a training its losses are looked at, and on how many examples. */
import { growingPoints } from '../../core/index';
import type { EvaluationRequest } from '../../core/index';
import type { ResolvedEvaluation } from '../../protocol/index';
import type { Arm } from './arms';

const EVERY = 10;
const BATCHES = 5;
const SAMPLES = 2048;
/** A point after each tenth of the steps so far: interpolated, an envelope is then known to a few percent. */
const BASELINE_SHARE = 0.1;
/** What is scored by its end alone needs a few points to be drawn by. */
const SHARE = 1;
/** Of examples in a batch, where a task doesn't say. */
const USUAL_BATCH = 64;

type Evaluated = Pick<ResolvedEvaluation, 'protocol' | 'evaluate' | 'tasks'>;

/** What an evaluation leaves open of its points, filled in. */
export function resolvedPoints({
  protocol,
  evaluate,
}: Pick<Evaluated, 'protocol' | 'evaluate'>): ResolvedEvaluation['evaluate'] {
  return protocol === 'lengths'
    ? { samples: SAMPLES, ...evaluate }
    : { every: EVERY, batches: BATCHES, ...evaluate };
}

/** Steps between points; undefined where they grow. */
export function spacingOf({ protocol, evaluate }: Evaluated): number | undefined {
  return protocol === 'lengths' ? undefined : (evaluate.every ?? EVERY);
}

/** What every training of an arm is asked. */
export function pointsOf(
  config: Evaluated,
  { steps, isBaseline }: Pick<Arm, 'steps' | 'isBaseline'>,
): EvaluationRequest {
  const { heldOut, batches = BATCHES, samples = SAMPLES } = config.evaluate;
  const splits = ['train', heldOut] as const;
  const every = spacingOf(config);
  if (every !== undefined) return { splits, batches, every };
  // The baseline is compared at each length.
  const wanted = isBaseline ? config.tasks.flatMap(({ lengths = [] }) => lengths) : [];
  const at = growingPoints(steps, isBaseline ? BASELINE_SHARE : SHARE, wanted);
  return { splits, batches: { samples }, at };
}

/** Batches that are evaluated for each step that is made. @param task  index of it */
export function evaluatedPerStep(config: Evaluated, task: number, arm: Arm): number {
  const { splits, batches, every, at = [] } = pointsOf(config, arm);
  const settings = config.tasks[task]!.task;
  const size = 'batchSize' in settings ? settings.batchSize : USUAL_BATCH;
  const each = typeof batches === 'number' ? batches : Math.ceil(batches.samples / size);
  const points = every === undefined ? at.length / arm.steps : 1 / every;
  return splits.length * each * points;
}
