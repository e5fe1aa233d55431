/**
 * An inner training whose losses are quadratic in theta, so that smoothing adds no bias and the gradient of every loss is
 * known: s₀ is drawn for each problem, sₜ₊₁ = M·sₜ − Gₜ·theta with a Gₜ of the problem's own (theta: step sizes along given
 * directions), and the loss of step t is ½|sₜ − c|².
 */
import { createRng } from '../../src/core/compute/rng';
import type {
  EstimatorState,
  Estimator,
  GradientEstimate,
  PairOutcome,
  PairTurn,
  Segment,
  SideOutcome,
} from '../../src/core/meta/estimators';
import { normals, plainNoise } from './metaPairs';

export const TOY_SIZE = 3;
const WIDTH = 2;
const M = [
  [0.9, 0.2],
  [-0.1, 0.8],
] as const;
const TARGET = [0.5, -1] as const;

type Vector = readonly number[];

/** One of the problems that a seed makes. */
interface Problem {
  readonly world: number;
  readonly problem: number;
}

/** G of a step of a problem: WIDTH rows of TOY_SIZE. */
function directions({ world, problem }: Problem, step: number): Vector[] {
  const rng = createRng({ seed: world, purpose: 'task', step: problem, member: step + 1 });
  return Array.from({ length: WIDTH }, () =>
    Array.from({ length: TOY_SIZE }, () => 0.5 + rng.uniform()),
  );
}

function startOf({ world, problem }: Problem): Vector {
  const rng = createRng({ seed: world, purpose: 'task', step: problem });
  return Array.from({ length: WIDTH }, () => 2 + rng.normal());
}

function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
}

function lossAt(s: Vector): number {
  return 0.5 * s.reduce((sum, x, i) => sum + (x - TARGET[i]!) ** 2, 0);
}

function stepOf(s: Vector, g: readonly Vector[], theta: Vector): Vector {
  return s.map((_, row) => dot(M[row]!, s) - dot(g[row]!, theta));
}

/** Plays turns of any estimator. */
export class ToyPlayer {
  readonly #world: number;
  readonly #theta: Vector;
  readonly #sigma: number;
  /** Of each pair, where its two sides stand. */
  readonly #stands = new Map<number, { positive: Vector; negative: Vector }>();

  constructor(world: number, theta: Vector, sigma: number) {
    this.#world = world;
    this.#theta = theta;
    this.#sigma = sigma;
  }

  play({ pair, noise, segments, shared }: PairTurn): PairOutcome {
    const e = normals(TOY_SIZE, noise);
    const moved = (sign: number): Vector =>
      this.#theta.map((x, i) => x + sign * this.#sigma * e[i]!);
    return {
      segments: segments.map((segment, s) => {
        const begun = this.#beginning(segment);
        const stand = begun ?? this.#stands.get(pair)!;
        const negativeFrom = shared && s === 0 ? stand.positive : stand.negative;
        const positive = this.#unroll(stand.positive, moved(1), segment);
        const negative = this.#unroll(negativeFrom, moved(-1), segment);
        this.#stands.set(pair, { positive: positive.s, negative: negative.s });
        return { positive: positive.outcome, negative: negative.outcome };
      }),
    };
  }

  #beginning({ problem, from, lead }: Segment): { positive: Vector; negative: Vector } | undefined {
    if (from > 0 && lead === undefined) return undefined;
    const which = { world: this.#world, problem };
    let s = startOf(which);
    for (let t = 0; t < (lead ?? 0); t++) s = stepOf(s, directions(which, t), this.#theta);
    return { positive: s, negative: s };
  }

  #unroll(
    start: Vector,
    theta: Vector,
    { problem, from, steps }: Segment,
  ): { s: Vector; outcome: SideOutcome } {
    const losses = new Float32Array(steps);
    let s = start;
    for (let i = 0; i < steps; i++) {
      losses[i] = lossAt(s);
      s = stepOf(s, directions({ world: this.#world, problem }, from + i), theta);
    }
    return { s, outcome: { losses, final: lossAt(s), diverged: false } };
  }
}

/** Estimates of consecutive outer iterations at one theta. */
export function playIterations(
  estimator: Estimator,
  player: ToyPlayer,
  iterations: number,
): { turns: PairTurn[][]; estimates: GradientEstimate[] } {
  let state: EstimatorState = estimator.start();
  const turns: PairTurn[][] = [];
  const estimates: GradientEstimate[] = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    const planned = [...estimator.plan(state, iteration)];
    const outcomes = planned.map((turn) => player.play(turn));
    const estimate = estimator.estimate(state, planned, outcomes, plainNoise(TOY_SIZE));
    turns.push(planned);
    estimates.push(estimate);
    state = estimate.state;
  }
  return { turns, estimates };
}

/**
 * ∂/∂theta of Σ weight·loss over steps of one problem, exact. @param weights  of the losses of steps 0, 1, …, where the one
 * behind the last step is that of the final loss. @param lead  first steps, made with a theta that is not differentiated
 */
export function exactGradient(
  problem: Problem,
  weights: Vector,
  theta: Vector,
  lead = 0,
): Float64Array {
  const gradient = new Float64Array(TOY_SIZE);
  let s = startOf(problem);
  let jacobian: Vector[] = s.map(() => new Array<number>(TOY_SIZE).fill(0));
  weights.forEach((weight, t) => {
    for (let j = 0; j < TOY_SIZE; j++) {
      for (let row = 0; row < WIDTH; row++) {
        gradient[j]! += weight * (s[row]! - TARGET[row]!) * jacobian[row]![j]!;
      }
    }
    const g = directions(problem, t);
    const before = jacobian;
    if (t >= lead) {
      jacobian = before.map((_, row) =>
        g[row]!.map(
          (slope, j) =>
            dot(
              M[row]!,
              before.map((r) => r[j]!),
            ) - slope,
        ),
      );
    }
    s = stepOf(s, g, theta);
  });
  return gradient;
}
