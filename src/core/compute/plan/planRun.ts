/** A plan in an arena of its own: write inputs, run, read outputs. */
import { sizeOf } from '../../../base/index';
import type { Arena, KernelRuntime } from '../kernelRuntime';
import { padded } from './arena';
import { assemble } from './assemble';
import type { Span } from '../span';
import type { Plan, PlanArray } from './plan';

export interface PlanRun {
  readonly arena: Arena;
  /** Live views into the arena. */
  readonly inputs: Readonly<Record<string, Float32Array>>;
  readonly outputs: Readonly<Record<string, Float32Array>>;
  /** The four words of the generator's key. */
  readonly key: Int32Array;
  run(): void;
}

/** @throws UserError('device') when the memory cannot be had or the kernels are of another version */
export function createPlanRun(plan: Plan, runtime: KernelRuntime): PlanRun {
  const { setup, step } = assemble(plan, runtime);
  const program = plan.words;
  const arena = runtime.allocate(program + padded(Math.max(setup.length, step.length)));
  writeConstants(plan, arena);
  arena.i32.set(setup, program);
  arena.run(program, setup.length);
  arena.i32.set(step, program);
  const views = (arrays: Plan['inputs']): Record<string, Float32Array> =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, array]) => [name, floatsAt(arena, array)]),
    );
  return {
    arena,
    inputs: views(plan.inputs),
    outputs: views(plan.outputs),
    key: arena.i32.subarray(plan.key, plan.key + 4),
    run: () => {
      arena.run(program, step.length);
    },
  };
}

/** A live view of an array; empty where nobody uses it. */
export function floatsAt({ f32 }: Arena, { place, shape }: PlanArray): Float32Array {
  return place < 0 ? f32.subarray(0, 0) : f32.subarray(place, place + sizeOf(shape));
}

export function spanOf({ place, shape }: PlanArray): Span {
  return { place, words: sizeOf(shape) };
}

/** What the computation wrote itself. */
export function writeConstants({ buffers, places }: Plan, arena: Arena): void {
  buffers.forEach(({ data }, id) => {
    if (data !== undefined && places[id] !== -1) arena.f32.set(data, places[id]);
  });
}
