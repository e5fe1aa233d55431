/** Puts several plans into one arena, so that they share arrays and a step is one program. */
import type { Graph } from '../../compute/capture/graph';
import type { Arena, KernelRuntime } from '../../compute/kernelRuntime';
import { padded } from '../../compute/plan/arena';
import { assemble } from '../../compute/plan/assemble';
import { planGraph } from '../../compute/plan/plan';
import type { Plan, PlanArray, PlanOptions } from '../../compute/plan/plan';
import { writeConstants } from '../../compute/plan/planRun';
import type { Span } from '../../compute/span';
import { planStages, threadWorkspaceWords } from '../../compute/plan/split/planStages';
import { alone, barrierWords, inOrder, programsOf } from '../../compute/stages';
import type { Stage } from '../../compute/stages';

/** Instructions at their place in the arena. */
export interface Program {
  readonly place: number;
  readonly code: readonly number[];
}

/** A plan at its place. */
export interface LinkedPlan {
  readonly plan: Plan;
  /** For one thread. */
  readonly program: Program;
  /** For those of the runtime together. */
  readonly stages: readonly Stage[];
}

export class Linker {
  readonly kernels: KernelRuntime;
  /** That run together. */
  readonly threads: number;
  readonly #plans: Plan[] = [];
  /** Run once, in this order. */
  readonly #setups: Program[] = [];
  readonly #programs: Program[] = [];
  #end: number;

  /** @param start  first arena word that may be used */
  constructor(kernels: KernelRuntime, start: number) {
    this.kernels = kernels;
    this.threads = kernels.threads ?? 1;
    this.#end = start;
  }

  /**
   * Lays a plan out behind the others.
   * @throws UserError('task') for what no plan can have
   */
  add(graph: Graph, options: Omit<PlanOptions, 'start'>): LinkedPlan {
    const plan = planGraph(graph, { ...options, start: this.#end });
    this.#end = padded(plan.words);
    this.#plans.push(plan);
    const { setup, step } = assemble(plan, this.kernels);
    this.#setups.push(this.#place(setup));
    return { plan, program: this.program(step), stages: this.#stages(plan, step) };
  }

  /** Words for something else. @returns their place */
  reserve(words: number): number {
    const place = this.#end;
    this.#end += padded(words);
    return place;
  }

  program(code: readonly number[]): Program {
    const program = this.#place(code);
    this.#programs.push(program);
    return program;
  }

  /** A program for each thread, or one where nothing is shared out. */
  programs(stages: readonly Stage[]): Span[] {
    const { kernels, threads } = this;
    const isAlone = threads === 1 || stages.every((codes) => codes.length === 1);
    const barrier = this.reserve(isAlone ? 0 : barrierWords(threads));
    const codes = isAlone ? [inOrder(stages)] : programsOf(stages, { kernels, threads, barrier });
    return codes.map((code) => ({ place: this.program(code).place, words: code.length }));
  }

  /**
   * The arena with everything in it: constants are written, what runs once has run.
   * @throws UserError('device') when the memory cannot be had
   */
  start(): Arena {
    const arena = this.kernels.allocate(this.#end);
    for (const plan of this.#plans) writeConstants(plan, arena);
    for (const { place, code } of [...this.#setups, ...this.#programs]) arena.i32.set(code, place);
    for (const { place, code } of this.#setups) arena.run(place, code.length);
    return arena;
  }

  #stages(plan: Plan, step: readonly number[]): Stage[] {
    const { threads: count, kernels } = this;
    if (count === 1) return [alone(step)];
    const workspaces = this.reserve(threadWorkspaceWords(plan, count));
    return planStages(plan, kernels, { count, workspaces });
  }

  #place(code: readonly number[]): Program {
    return { place: this.reserve(code.length), code };
  }
}

/** The arrays that are used, by name. */
export function placesOf(arrays: Readonly<Record<string, PlanArray>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(arrays).flatMap(([name, { place }]) =>
      place < 0 ? [] : [[name, place] as const],
    ),
  );
}
