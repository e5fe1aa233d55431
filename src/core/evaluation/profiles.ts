/**
 * Performance profiles: on which share of tasks an optimizer is within a factor of the best one.
 * Source: Dolan and Moré, "Benchmarking optimization software with performance profiles", Mathematical Programming 2002;
 * the score is that of AlgoPerf: Dahl et al., "Benchmarking neural network training algorithms", 2023.
 */

/** What each task costs one optimizer: steps, seconds or their ratio to something; Infinity where it failed. */
export interface SolverCosts {
  readonly solver: string;
  /** One a task, the same tasks for all solvers; >= 0. */
  readonly costs: readonly number[];
}

export interface Profile {
  readonly solver: string;
  /** Finite ratios cost / smallest cost of any solver on the task, each >= 1, ascending. */
  readonly ratios: Float64Array;
  /** All tasks, with those that the solver failed. */
  readonly tasks: number;
}

/** A profile for each solver. A task that nobody solved counts against all of them. */
export function performanceProfiles(solvers: readonly SolverCosts[]): Profile[] {
  const tasks = solvers[0]?.costs.length ?? 0;
  const best = Array.from({ length: tasks }, (_, task) =>
    Math.min(...solvers.map(({ costs }) => costs[task]!)),
  );
  return solvers.map(({ solver, costs }) => {
    const ratios = costs
      // Equal costs are a ratio of 1, also where both are 0.
      .map((cost, task) => (cost === best[task] && cost < Infinity ? 1 : cost / best[task]!))
      .filter(Number.isFinite);
    return { solver, ratios: Float64Array.from(ratios).sort(), tasks };
  });
}

/** ρ(τ): share of the tasks with a ratio of at most `tau`, 0 … 1. */
export function profileAt({ ratios, tasks }: Profile, tau: number): number {
  return ratios.filter((ratio) => ratio <= tau).length / tasks;
}

/** Where AlgoPerf ends its profiles. */
const ALGOPERF_TAU = 4;

/**
 * The AlgoPerf benchmark score, (1 / (τmax − 1)) ∫ ρ(τ) dτ from 1 to τmax: the integral of a step function, so a task with
 * ratio r <= τmax adds (τmax − r) / (τmax − 1). (AlgoPerf's own code takes the trapezoidal rule on 100 points.)
 * @returns 0 … 1; 1 is the best on every task; NaN of no task
 */
export function algoPerfScore({ ratios, tasks }: Profile, tauMax = ALGOPERF_TAU): number {
  const areas = ratios.map((ratio) => Math.max(0, tauMax - ratio) / (tauMax - 1));
  return areas.reduce((sum, area) => sum + area, 0) / tasks;
}
