/** Shows what a config's training computes: the plans of its gradient and update, with a time per call where wanted. */
import { sizeOf } from '../../base/index';
import {
  captureCurvature,
  captureRenewal,
  captureRest,
  captureUpdate,
  createPlanRun,
  createRng,
  describePlan,
  gradientGraph,
  planGraph,
  timeableCalls,
} from '../../core/index';
import type { KernelRuntime, Plan, PlanRun, Task } from '../../core/index';
import type { RunConfig } from '../../protocol/index';
import { createOptimizer } from './createOptimizer';
import { createTask } from './createTask';

export interface ExplainOptions {
  readonly config: RunConfig;
  readonly dataDir: string;
  readonly weightsDir: string;
  /** Times each call on these; absent: no times. */
  readonly kernels?: KernelRuntime;
}

export interface ExplainedPlan {
  /** `gradient`, `update`, or `rest`: what follows where kernels begin an update; `curvature` is the look that an optimizer takes at it every so many updates. */
  readonly name: string;
  readonly text: string;
  readonly calls: number;
  /** Of the network; of the gradient only. */
  readonly parameters?: number;
  /** Of a whole run in milliseconds, where it was timed. */
  readonly ms?: number;
}

/**
 * @throws UserError('config' | 'data' | 'weights') as a training would, UserError('task') where no plan can have the task
 */
export async function explainPlan(options: ExplainOptions): Promise<readonly ExplainedPlan[]> {
  const { config, kernels } = options;
  const task = await createTask(config.task, { seed: config.seed, dataDir: options.dataDir });
  const { optimizer } = createOptimizer(config.optimizer, config.numSteps, options.weightsDir);
  const gradient = planGraph(gradientGraph(task));
  const parameters = task.params.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const fill = (run: PlanRun): void => {
    writeExample(run, task, config.seed);
  };
  const plans: ExplainedPlan[] = [
    { ...explained('gradient', gradient, kernels, fill), parameters },
  ];
  const curvature = captureCurvature(optimizer, task);
  if (curvature !== undefined) plans.push(explained('curvature', curvature, kernels, fill));
  const { fused, begun } = optimizer;
  // Fused kernels are no plan.
  if (fused !== undefined) return plans;
  const renewal = captureRenewal(optimizer, task.params);
  if (renewal !== undefined) plans.push(explained('renewal', renewal, kernels));
  return begun === undefined
    ? [...plans, explained('update', captureUpdate(optimizer, task.params), kernels)]
    : [...plans, explained('rest', captureRest(optimizer, begun, task.params), kernels)];
}

function explained(
  name: string,
  plan: Plan,
  kernels: KernelRuntime | undefined,
  fill?: (run: PlanRun) => void,
): ExplainedPlan {
  const calls = plan.step.length;
  if (kernels === undefined) return { name, text: describePlan(plan), calls };
  const run = createPlanRun(plan, kernels);
  fill?.(run);
  run.run();
  const times = timeableCalls(plan, kernels, run.arena).map((call) => bestTime(call));
  const ms = bestTime(() => {
    run.run();
  });
  const notes = times.map((time) => `${(time * 1000).toFixed(2)} us`);
  return { name, text: describePlan(plan, notes), calls, ms };
}

/** As at the beginning of a training. */
function writeExample({ inputs }: PlanRun, task: Task, seed: number): void {
  const write = (name: string, data: ArrayLike<number>): void => {
    const place = inputs[name];
    if (place !== undefined && place.length > 0) place.set(data);
  };
  const params = task.init(createRng({ seed, purpose: 'init' }));
  for (const [name, { data }] of Object.entries(params)) write(`params/${name}`, data);
  const batch = task.data?.trainBatch(0) ?? {};
  for (const [name, { data }] of Object.entries(batch)) write(`batch/${name}`, data);
}

/** Shortest of many, in milliseconds: the machine only ever adds to it. */
function bestTime(run: () => void): number {
  let best = Infinity;
  const until = performance.now() + 30;
  let count = 1;
  do {
    const begin = performance.now();
    for (let i = 0; i < count; i++) run();
    const passed = performance.now() - begin;
    best = Math.min(best, passed / count);
    if (passed < 0.2) count *= 2;
  } while (performance.now() < until);
  return best;
}
