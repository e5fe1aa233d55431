/**
 * The border between an estimator of meta-gradients and whoever plays inner trainings for it. An estimator is pure: it
 * says which pairs of trainings an outer iteration takes, and makes an estimate of what they came to. Thetas are told
 * in scaled coordinates u = theta / scale, in which all noise has the same standard deviation sigma.
 */
import type { Words4 } from '../compute/rng';
import type { UsualDifference } from './estimators/relative';

/** Where the noise of pairs lives. */
export interface NoiseSpace {
  /** Numbers of a theta. */
  readonly size: number;
  /** target[i] += weight · normal i of the stream, each operation rounded to float32. */
  add(target: Float32Array, key: Words4, weight: number): void;
}

/** A stretch of one inner training. */
export interface Segment {
  /** Which inner problem: counts over the whole meta-training, and names its task sample, seed and data order. */
  readonly problem: number;
  /** T: inner steps that are announced. */
  readonly length: number;
  /** Inner steps made before, 0 at its beginning. */
  readonly from: number;
  readonly steps: number;
  /**
   * Of a training that begins here though not at its beginning: its first `lead` = `from` steps are made with theta
   * itself, without noise, and their losses are not told. Absent: the training begins here where `from` is 0, else goes on.
   */
  readonly lead?: number;
  /** Whether the loss after the last step is wanted, on fresh batches. */
  readonly wantsFinal: boolean;
}

/** What an antithetic pair does in an outer iteration: theta + sigma·e and theta - sigma·e on the same problems. */
export interface PairTurn {
  /** 0 … pairs-1. */
  readonly pair: number;
  /** Stream of e. */
  readonly noise: Words4;
  /** One after the other; more than one where a training ends and the next one begins. */
  readonly segments: readonly Segment[];
  /** Whether both sides go on from where the positive one stood. */
  readonly shared: boolean;
}

/** What a segment came to on one side. */
export interface SideOutcome {
  /** f32[steps]: of each step before its update, as the meta-loss sees them; always finite: a diverged training has the worst. */
  readonly losses: Float32Array;
  /** After the last step, where it was wanted. */
  readonly final?: number;
  readonly diverged: boolean;
}

export interface PairOutcome {
  /** In the order of the turn's segments. */
  readonly segments: readonly { readonly positive: SideOutcome; readonly negative: SideOutcome }[];
}

/** Where a pair stands between two outer iterations. Plain data: part of a checkpoint. */
export interface Particle {
  /** The inner problem that it is in; -1 where it is in none, and the next turn begins one. */
  readonly problem: number;
  readonly length: number;
  /** Inner steps made; where it is the length, the next turn begins another problem. */
  readonly step: number;
  /** Of estimators that keep the noise of a trajectory. */
  readonly noise?: Words4;
  /** f32[size]: sum of the noise of the trajectory, of estimators that need it; absent: zeros. */
  readonly accumulated?: Float32Array;
}

export interface EstimatorState {
  readonly particles: readonly Particle[];
  /** Problems begun so far. */
  readonly problems: number;
  /** Of each kind of task, for estimators that judge by it. */
  readonly usual?: readonly UsualDifference[];
}

export interface GradientEstimate {
  /** f32[size]: of the meta-loss with respect to u. */
  readonly gradient: Float32Array;
  readonly state: EstimatorState;
  /** Mean meta-loss over both sides of all pairs and the steps that the estimate is made of. */
  readonly loss: number;
  /** Of each pair: its loss difference (positive - negative) before shaping. */
  readonly differences: Float32Array;
}

export interface Estimator {
  start(): EstimatorState;
  /** The turns of outer iteration `iteration`, one for each pair. */
  plan(state: EstimatorState, iteration: number): readonly PairTurn[];
  /** @param outcomes  in the order of the turns */
  estimate(
    state: EstimatorState,
    turns: readonly PairTurn[],
    outcomes: readonly PairOutcome[],
    space: NoiseSpace,
  ): GradientEstimate;
}
