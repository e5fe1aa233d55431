/**
 * One arena in which members of a population take turns: the plan, the programs, the data and all that a step needs on
 * the way are there once. What a member carries on is an image of a few arrays, brought before its turn and taken
 * away after it, so that thousands of members need little more than their parameters and states.
 */
import { invariant } from '../../../base/index';
import type { KernelRuntime } from '../../compute/kernelRuntime';
import { joinSpans, wordsIn } from '../../compute/span';
import type { Span } from '../../compute/span';
import type { Split } from '../../tasks/task';
import { linkStep } from '../plans/linkStep';
import type { LinkedStep, StepOwner } from '../plans/linkStep';
import { evaluateLinked, initialParams, writeParams } from '../plans/linkedTraining';
import type { Centre, Perturbation } from '../plans/planPerturbation';
import type { Evaluation } from '../session';
import { KeptBatches } from './keptBatches';
import { Pace } from './pace';

/** What a member does in its turn. */
export interface Turn {
  readonly owner: StepOwner;
  /** Where the member stands; absent: it begins anew. */
  readonly from?: { readonly step: number; readonly image: Float32Array };
  /** Its weights from now on; absent: those that it has, at the beginning the optimizer's own. */
  readonly perturbation?: Perturbation;
  /** Inner steps, ≥ 0. */
  readonly steps: number;
  readonly evaluate?: EvaluationRequest;
  /** A larger loss counts as one that is not finite; seen at most 64 steps late, and the member stands there. */
  readonly worstLoss?: number;
  /** Milliseconds; where it is given the outcome says how long the steps took. */
  readonly clock?: () => number;
  /** Asked every 20 ms or so; a turn that is given up leaves nothing behind. */
  readonly isCancelled?: () => boolean;
}

/** Mean losses over the first whole batches of some splits, without any change to the member. */
export interface EvaluationRequest {
  readonly splits: readonly Split[];
  /** Of each split, or as many whole batches as hold so many examples; at most all that it has. */
  readonly batches: number | { readonly samples: number };
  /**
   * Whenever so many more updates have been made, counted from the member's beginning, which is one of the points; the
   * end of the turn always is. Absent: only the end of the turn.
   */
  readonly every?: number;
  /** Index of the first batch, ≥ 0; behind the last one of a split comes its first again. Default 0. */
  readonly first?: number;
  /** Instead of `every`: after so many updates, ascending. */
  readonly at?: readonly number[];
}

/** A member at one point of its training. */
export interface EvaluatedPoint {
  /** Updates made before, 0 at the beginning. */
  readonly step: number;
  /** In the order of the splits of the request. */
  readonly evaluations: readonly Evaluation[];
}

export interface TurnOutcome {
  /** Inner steps since the member's beginning. */
  readonly step: number;
  /** f32[steps]: the loss of each step's batch before its update; from the first that is not finite on NaN. */
  readonly losses: Float32Array;
  /** Whether a loss was not finite; the member stands before that step's update. */
  readonly diverged: boolean;
  /** As the request wanted them, by ascending step; where the member diverged the last one stands before that step. */
  readonly points: readonly EvaluatedPoint[];
  /** Of the steps alone; NaN without a clock. */
  readonly seconds: number;
}

export interface StageOptions {
  /** A training like those of all members: they differ in data order, seed, and the optimizer's numbers alone. */
  readonly owner: StepOwner;
  readonly kernels: KernelRuntime;
  /** Weights that members are moved away from. */
  readonly centre?: Centre;
  /** Whether an image holds the member's weights; without them each turn has to say which they are. */
  readonly keepsTheta?: boolean;
}

/**
 * Most steps between two looks at the losses and at whether a turn is given up; a power of two. Turns that end at a multiple of
 * it stand there as longer ones do.
 */
export const STEPS_AT_ONCE = 64;

export class MemberStage {
  /** 32-bit words of a member's image, and of the arena. */
  readonly imageWords: number;
  readonly arenaWords: number;
  readonly #linked: LinkedStep;
  readonly #image: readonly Span[];
  readonly #keepsTheta: boolean;
  readonly #batches = new KeptBatches();

  /**
   * @throws UserError('task') where no plan can have the task, UserError('config') where the loss is wrong,
   *   UserError('device') when the memory cannot be had
   */
  constructor({ owner, kernels, centre, keepsTheta = true }: StageOptions) {
    const options = { ...owner, accumulate: 1, weightDecay: 0 };
    this.#linked = linkStep(options, kernels, { perturbed: centre !== undefined });
    this.#keepsTheta = keepsTheta;
    const { kept, theta, arena } = this.#linked;
    this.#image = joinSpans(theta !== undefined && keepsTheta ? [...kept, ...theta.packed] : kept);
    this.imageWords = wordsIn(this.#image);
    this.arenaWords = arena.f32.length;
    if (centre !== undefined) this.setCentre(centre);
  }

  /** From here on perturbations go out from there. */
  setCentre(centre: Centre): void {
    const { theta } = this.#linked;
    invariant(theta !== undefined, 'an optimizer without weights has no centre');
    invariant(
      centre.theta.length === theta.words && centre.sd.length === theta.words,
      `a centre of ${theta.words} numbers, got ${centre.theta.length} and ${centre.sd.length}`,
    );
    theta.setCentre(centre);
  }

  /**
   * A turn; afterwards `save` gives what the member carries on.
   * @returns undefined where the turn was given up
   */
  run(turn: Turn): TurnOutcome | undefined {
    const { from, steps, evaluate, owner } = turn;
    this.#enter(turn);
    const first = from?.step ?? 0;
    const points: EvaluatedPoint[] = [];
    const evaluateAt = (step: number): void => {
      if (evaluate !== undefined) points.push(this.#pointAt(step, evaluate, owner));
    };
    const losses = new Float32Array(steps).fill(NaN);
    const pace = new Pace(turn.clock);
    if (from === undefined && steps > 0 && isPoint(0, evaluate)) evaluateAt(0);
    let done = 0;
    let diverged = false;
    while (done < steps && !diverged) {
      const wanted = Math.min(steps - done, stepsToPoint(first + done, evaluate));
      const made = pace.time(() => this.#advance(turn, done, losses.subarray(done, done + wanted)));
      if (made === undefined) return undefined;
      done += made;
      diverged = made < wanted;
      if (!diverged && done < steps) evaluateAt(first + done);
    }
    if (points.at(-1)?.step !== first + done) evaluateAt(first + done);
    return { step: first + done, losses, diverged, points, seconds: pace.seconds };
  }

  /** @param image  f32[imageWords] */
  save(image: Float32Array): void {
    const { f32 } = this.#linked.arena;
    let at = 0;
    for (const { place, words } of this.#image) {
      image.set(f32.subarray(place, place + words), at);
      at += words;
    }
  }

  #enter({ owner, from, perturbation }: Turn): void {
    const { theta, state } = this.#linked;
    this.#linked.bind(owner);
    if (from !== undefined) this.#load(from.image);
    if (theta !== undefined) {
      const isKnown = from !== undefined && this.#keepsTheta;
      if (perturbation !== undefined) theta.perturb(perturbation);
      else invariant(isKnown, 'a turn that does not say which weights the member has');
    }
    if (from !== undefined) return;
    state.reset();
    writeParams(this.#linked, initialParams(owner));
  }

  #load(image: Float32Array): void {
    invariant(image.length === this.imageWords, 'the image of a member of another stage');
    const { f32 } = this.#linked.arena;
    let at = 0;
    for (const { place, words } of this.#image) {
      f32.set(image.subarray(at, at + words), place);
      at += words;
    }
  }

  /** Up to `losses.length` steps. @returns how many made their update; undefined where the turn is given up */
  #advance(
    { from, worstLoss = Infinity, isCancelled }: Turn,
    done: number,
    losses: Float32Array,
  ): number | undefined {
    const { block } = this.#linked;
    invariant(block !== undefined, 'a population accumulates no gradients');
    const first = (from?.step ?? 0) + done;
    const atOnce = powerOfTwo(Math.min(block.capacity, STEPS_AT_ONCE));
    let made = 0;
    while (made < losses.length) {
      if (isCancelled?.() === true) return undefined;
      // Looks up at the same steps wherever its turns begin.
      const wanted = Math.min(losses.length - made, atOnce - ((first + made) % atOnce));
      const count = block.run(first + made, wanted);
      for (let i = 0; i < count; i++) {
        const loss = block.losses[i]!;
        if (loss > worstLoss) return made + i;
        losses[made + i] = loss;
      }
      made += count;
      if (count < wanted) break;
    }
    return made;
  }

  #pointAt(
    step: number,
    { splits, batches, first }: EvaluationRequest,
    { task, optimizer }: StepOwner,
  ): EvaluatedPoint {
    const maxBatches = typeof batches === 'number' ? batches : batchesOf(batches.samples, task);
    // Those of a pass that begins elsewhere are hardly asked for again.
    const kept = first === undefined ? this.#batches.of(task) : task;
    const at = { optimizer, updates: step };
    const evaluations = splits.map((split) =>
      evaluateLinked(this.#linked, { task: kept, split, maxBatches, first }, at),
    );
    return { step, evaluations };
  }
}

/** The largest that is no larger. */
function powerOfTwo(count: number): number {
  return 2 ** Math.floor(Math.log2(count));
}

function isPoint(step: number, request: EvaluationRequest | undefined): boolean {
  if (request?.at !== undefined) return request.at.includes(step);
  return request?.every !== undefined && step % request.every === 0;
}

/** From a step to the next point after it. */
function stepsToPoint(step: number, request: EvaluationRequest | undefined): number {
  if (request?.at !== undefined) return (request.at.find((at) => at > step) ?? Infinity) - step;
  return request?.every === undefined ? Infinity : request.every - (step % request.every);
}

/** Whole batches that hold at least so many examples. */
function batchesOf(samples: number, { data, batch }: StepOwner['task']): number {
  const size = data?.rows?.batchSize ?? batch[0]?.shape[0] ?? 1;
  return Math.ceil(samples / size);
}
