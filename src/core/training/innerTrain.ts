/**
 * The one inner training loop: from where the session stands to the announced length, with logs, evaluations,
 * checkpoints, early stopping and divergence as data. It has no clock and starts nothing; whoever calls it
 * listens. What it does at step s depends on (session, progress, s) alone, so a run that was paused or killed
 * and goes on from a checkpoint repeats the same numbers.
 */
import { UserError } from '../../base/index';
import type { Split } from '../tasks/task';
import type { TrainingControl } from './control';
import { NO_EVALUATIONS, checkEarlyStop, observeLoss } from './earlyStop';
import type { EarlyStopOptions, EarlyStopState } from './earlyStop';
import type { Evaluation, SessionSnapshot, TrainingSession } from './session';
import type { TraceRecorder, TraceSnapshot } from './trace/recorder';

export interface InnerTrainPlan {
  /** Batches in all, ≥ 1: the length that was announced to the optimizer (times K under accumulation). */
  readonly numSteps: number;
  /** Steps between log records, ≥ 1; default 1. The last step is always logged. */
  readonly logEvery?: number;
  readonly evaluate?: EvaluationPlan;
  /** Steps between checkpoints, ≥ 0; 0 or left out: only when the loop ends. */
  readonly checkpointEvery?: number;
  /** Watches the first of the evaluated splits. */
  readonly earlyStop?: EarlyStopOptions;
  /** The loop ends once a logged training loss is at or below this. */
  readonly targetLoss?: number;
}

interface EvaluationPlan {
  /** Steps between evaluations, the first before any update; 0: only after the last step. */
  readonly every: number;
  /** At least one. */
  readonly splits: readonly Split[];
  /** Batches of an evaluation, at most all of the split. */
  readonly batches?: number;
}

export interface StepRecord {
  /** 0-based. */
  readonly step: number;
  /** Loss of the step's batch before the update; null where it was not finite. */
  readonly loss: number | null;
}

export interface EvaluationRecord {
  /** Updates' batches consumed before it: 0 is the untrained network, numSteps the final one. */
  readonly step: number;
  readonly split: Split;
  /** Null where it was not finite. */
  readonly loss: number | null;
  readonly accuracy?: number;
}

/** What the loop itself remembers; plain data, part of every checkpoint. */
export interface Progress {
  readonly earlyStop: EarlyStopState;
  /** Step at which the target loss was reached, or null. */
  readonly targetStep: number | null;
}

export const FRESH_PROGRESS: Progress = { earlyStop: NO_EVALUATIONS, targetStep: null };

/** `periodic` in the middle of things; the others when the loop ends for that reason. */
export type CheckpointReason = 'periodic' | 'paused' | 'stopped' | 'ended';

export interface TrainingCheckpoint extends SessionSnapshot {
  /** As it was before anything of step `step` happened. */
  readonly progress: Progress;
}

export interface InnerTrainListener {
  readonly onStep?: (record: StepRecord) => void;
  readonly onEvaluation?: (record: EvaluationRecord) => void;
  /** A traced step has made its update; comes before its `onStep`. */
  readonly onTrace?: (snapshot: TraceSnapshot) => void;
  /** Awaited: the loop goes on when the checkpoint is safe. */
  readonly onCheckpoint?: (
    checkpoint: TrainingCheckpoint,
    reason: CheckpointReason,
  ) => Promise<void> | void;
  /** The loop is about to wait, before step `step`. */
  readonly onHold?: (step: number) => void;
  /** It goes on, for one step or for good. */
  readonly onRelease?: (reason: 'step' | 'continue') => void;
  /** Awaited after each step where it returns a promise: lets other work of the process in. */
  readonly breathe?: () => Promise<void> | undefined;
}

/** What the loop asks of a session. */
export type LoopSession = Pick<
  TrainingSession,
  'step' | 'advance' | 'blockSteps' | 'advanceBlock' | 'evaluate' | 'exportSnapshot'
>;

export interface InnerTrainOptions {
  readonly session: LoopSession;
  readonly plan: InnerTrainPlan;
  readonly listener?: InnerTrainListener;
  readonly control?: TrainingControl;
  /** Looks on at the steps that it wants to. */
  readonly trace?: TraceRecorder;
  /** From the checkpoint that the session was restored from; default: a fresh start. */
  readonly progress?: Progress;
}

type OutcomeStatus = 'finished' | 'diverged' | 'stopped' | 'earlyStopped' | 'paused';

export interface InnerTrainOutcome {
  readonly status: OutcomeStatus;
  /** Batches consumed when the loop ended; where it diverged, the step whose loss was not finite. */
  readonly step: number;
  /** Last finite training loss of this call, or null where there was none. */
  readonly lastLoss: number | null;
  readonly progress: Progress;
}

/**
 * Trains until the announced length, a pause or stop, early stopping, the target loss or divergence.
 * @throws UserError('config') on a plan out of range
 */
export async function innerTrain(options: InnerTrainOptions): Promise<InnerTrainOutcome> {
  checkPlan(options.plan);
  return new InnerLoop(options).run();
}

class InnerLoop {
  readonly #session: LoopSession;
  readonly #plan: InnerTrainPlan;
  readonly #listener: InnerTrainListener;
  readonly #control: TrainingControl;
  readonly #trace: TraceRecorder | undefined;
  #progress: Progress;
  #lastLoss: number | null = null;
  #checkpointedAt: number;
  /** Since the last hold that was not left for more than single steps. */
  #isHeld = false;

  constructor({ session, plan, listener = {}, ...options }: InnerTrainOptions) {
    this.#session = session;
    this.#plan = plan;
    this.#listener = listener;
    this.#control = options.control ?? { request: 'run' };
    this.#trace = options.trace;
    this.#progress = options.progress ?? FRESH_PROGRESS;
    this.#checkpointedAt = session.step;
  }

  async run(): Promise<InnerTrainOutcome> {
    for (;;) {
      if (this.#control.request === 'hold' || this.#isHeld) await this.#waitWhileHeld();
      const status = await this.#oneStep();
      if (status !== undefined) {
        return {
          status,
          step: this.#session.step,
          lastLoss: this.#lastLoss,
          progress: this.#progress,
        };
      }
      await this.#listener.breathe?.();
    }
  }

  /** Before anything of a step: returns when it is granted, or when the wish is another one. */
  async #waitWhileHeld(): Promise<void> {
    const control = this.#control;
    const { step } = this.#session;
    if (step >= this.#plan.numSteps || this.#progress.targetStep !== null) return;
    if (control.request === 'hold' && !this.#isHeld) {
      this.#isHeld = true;
      if (this.#checkpointedAt !== step) await this.#checkpoint('paused');
    }
    if (control.request === 'hold') this.#listener.onHold?.(step);
    while (control.request === 'hold') {
      if (control.takeStep?.() === true) {
        this.#listener.onRelease?.('step');
        return;
      }
      await control.changed?.();
    }
    this.#isHeld = false;
    this.#listener.onRelease?.('continue');
  }

  /** Everything of one step, in the order that a resume repeats; the outcome once the loop is to end. */
  async #oneStep(): Promise<OutcomeStatus | undefined> {
    const { step } = this.#session;
    const isLast = step >= this.#plan.numSteps || this.#progress.targetStep !== null;
    const request = isLast ? 'run' : this.#control.request;
    if (request === 'pause' || request === 'stop') {
      return this.#end(request === 'pause' ? 'paused' : 'stopped');
    }
    const before = this.#progress;
    if (isLast) return this.#finish(before);
    if (this.#isDue(this.#plan.checkpointEvery) && this.#checkpointedAt !== step) {
      await this.#checkpoint('periodic');
    }
    if (this.#isDue(this.#plan.evaluate?.every) && this.#evaluate() === 'stop') {
      return this.#end('earlyStopped', before);
    }
    return this.#train(before);
  }

  async #train(before: Progress): Promise<OutcomeStatus | undefined> {
    const { step } = this.#session;
    const count = this.#undisturbedSteps();
    if (count === 1) {
      const loss = this.#session.advance(this.#trace?.probeAt(step));
      return this.#note(step, loss, before);
    }
    let status: OutcomeStatus | undefined;
    for (const [index, loss] of this.#session.advanceBlock(count).entries()) {
      status = await this.#note(step + index, loss, before);
    }
    return status;
  }

  /** How many steps can be made in one go: until something else is to be done, or somebody looks on. */
  #undisturbedSteps(): number {
    const { step, blockSteps } = this.#session;
    const { numSteps, targetLoss, checkpointEvery = 0, evaluate } = this.#plan;
    if (targetLoss !== undefined || this.#isHeld) return 1;
    const until = [checkpointEvery, evaluate?.every ?? 0].map((every) =>
      every > 0 ? every - (step % every) : Infinity,
    );
    const most = Math.max(1, Math.min(blockSteps, numSteps - step, ...until));
    for (let count = 0; count < most; count++) {
      if (this.#trace?.probeAt(step + count) !== undefined) return Math.max(1, count);
    }
    return most;
  }

  /** What follows from a step's loss. */
  async #note(step: number, loss: number, before: Progress): Promise<OutcomeStatus | undefined> {
    if (!Number.isFinite(loss)) {
      this.#listener.onStep?.({ step, loss: null });
      return this.#end('diverged', before);
    }
    this.#lastLoss = loss;
    const snapshot = this.#trace?.take(step);
    if (snapshot !== undefined) this.#listener.onTrace?.(snapshot);
    const isLogged = step % (this.#plan.logEvery ?? 1) === 0 || step === this.#plan.numSteps - 1;
    if (!isLogged) return undefined;
    this.#listener.onStep?.({ step, loss });
    if (loss > (this.#plan.targetLoss ?? -Infinity)) return undefined;
    this.#progress = { ...this.#progress, targetStep: step };
    return this.#finish(this.#progress);
  }

  /** The final checkpoint comes before the final evaluation, so that a resume in between evaluates again. */
  async #finish(before: Progress): Promise<OutcomeStatus> {
    const status = await this.#end('finished', before);
    this.#evaluate();
    return status;
  }

  async #end(status: OutcomeStatus, progress = this.#progress): Promise<OutcomeStatus> {
    const reason = status === 'paused' || status === 'stopped' ? status : 'ended';
    await this.#checkpoint(reason, progress);
    return status;
  }

  async #checkpoint(reason: CheckpointReason, progress = this.#progress): Promise<void> {
    this.#checkpointedAt = this.#session.step;
    await this.#listener.onCheckpoint?.({ ...this.#session.exportSnapshot(), progress }, reason);
  }

  /** Evaluates every split; 'stop' when the first one has not improved for too long. */
  #evaluate(): 'stop' | undefined {
    const { evaluate, earlyStop } = this.#plan;
    for (const [index, split] of (evaluate?.splits ?? []).entries()) {
      const result = this.#session.evaluate(split, evaluate?.batches);
      const { step } = this.#session;
      this.#listener.onEvaluation?.(evaluationRecord(step, split, result));
      if (index > 0) continue;
      const observed = { step, loss: result.loss };
      const state = observeLoss(this.#progress.earlyStop, observed, earlyStop?.minDelta);
      this.#progress = { ...this.#progress, earlyStop: state };
    }
    const waited = this.#progress.earlyStop.evaluationsSinceBest;
    return earlyStop !== undefined && waited >= earlyStop.patience ? 'stop' : undefined;
  }

  /** Whether the current step is a multiple of `every`. */
  #isDue(every = 0): boolean {
    return every > 0 && this.#session.step % every === 0;
  }
}

function evaluationRecord(step: number, split: Split, result: Evaluation): EvaluationRecord {
  const loss = Number.isFinite(result.loss) ? result.loss : null;
  const { accuracy } = result;
  return accuracy === undefined ? { step, split, loss } : { step, split, loss, accuracy };
}

function checkPlan(plan: InnerTrainPlan): void {
  requireInteger('numSteps', plan.numSteps, 1);
  requireInteger('logEvery', plan.logEvery ?? 1, 1);
  requireInteger('checkpointEvery', plan.checkpointEvery ?? 0, 0);
  requireInteger('evaluate.every', plan.evaluate?.every ?? 0, 0);
  requireInteger('evaluate.batches', plan.evaluate?.batches ?? 1, 1);
  if (plan.evaluate?.splits.length === 0) {
    throw new UserError('config', 'evaluate.splits must name at least one split');
  }
  if (plan.earlyStop === undefined) return;
  checkEarlyStop(plan.earlyStop);
  if (plan.evaluate === undefined || plan.evaluate.every === 0) {
    throw new UserError('config', 'earlyStop needs evaluations: evaluate.every must be at least 1');
  }
}

function requireInteger(name: string, value: number, min: number): void {
  if (Number.isInteger(value) && value >= min) return;
  throw new UserError('config', `${name} must be an integer ≥ ${min}, got ${value}`);
}
