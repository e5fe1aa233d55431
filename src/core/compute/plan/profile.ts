/** The calls of a plan one by one, for those who time them. */
import type { Arena, KernelRuntime } from '../kernelRuntime';
import { Assembler } from './assemble';
import type { Plan } from './plan';

/**
 * Each runs one call of the plan's step, over what the last whole run left in the arena. The plan's program consists of
 * just these calls, one behind the other, so it stays as it is.
 * @param arena  of a run of the plan, made by `createPlanRun`
 */
export function timeableCalls(plan: Plan, runtime: KernelRuntime, arena: Arena): (() => void)[] {
  const assembler = new Assembler(plan, runtime);
  const codes = plan.step.map((node) => assembler.node(node));
  let place = plan.words;
  return codes.map((code) => {
    const start = place;
    place += code.length;
    arena.i32.set(code, start);
    return () => {
      arena.run(start, code.length);
    };
  });
}
