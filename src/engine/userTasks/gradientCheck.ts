/** The gradient of a task against central differences of its loss, on some numbers of each parameter. */
import { UserError } from '../../base/index';
import { createPlanRun, createRng, gradientGraph, planGraph, streamKey } from '../../core/index';
import type { KernelRuntime, PlanRun, Task } from '../../core/index';

/** Steps of the differences, relative to the size of the parameter. */
const STEPS = [1e-2, 3e-3, 1e-3, 3e-4];
const TOLERANCE = 0.03;
/** What float32 leaves open of a loss, relative to it. */
const NOISE = 4e-7;
/** Spread of what is added to the initial parameters. */
const NEAR = 0.02;
/** How long the check may take. */
const BUDGET_MS = 3000;

export interface GradientCheck {
  /** Numbers that were looked at. */
  readonly checked: number;
  /** The largest |gradient - difference| over the larger of the two. */
  readonly worst: number;
}

/**
 * @throws UserError('config') naming parameter and index where the two differ at every step,
 *   UserError('task') where the task cannot be compiled
 */
export function checkGradient(
  file: string,
  task: Task,
  kernels: KernelRuntime,
  seed: number,
): GradientCheck {
  const run = createPlanRun(planGraph(gradientGraph(task)), kernels);
  write(run, task, seed);
  const began = performance.now();
  run.run();
  const perRun = performance.now() - began;
  const most = Math.max(2, Math.floor(BUDGET_MS / Math.max(perRun, 0.01) / (2 * STEPS.length)));
  const places = sample(run, task, seed).slice(0, most);
  let worst = 0;
  for (const place of places) worst = Math.max(worst, compare(file, run, place));
  return { checked: places.length, worst };
}

interface Place {
  readonly name: string;
  readonly index: number;
  readonly gradient: number;
}

/** Of each parameter the number with the largest gradient, then a random one of each. */
function sample(run: PlanRun, { params }: Task, seed: number): Place[] {
  const rng = createRng({ seed, purpose: 'noise' });
  const used = params.filter(({ name }) => (run.inputs[`params/${name}`]?.length ?? 0) > 0);
  const at = (name: string, index: number): Place => ({
    name,
    index,
    gradient: run.outputs[`grads/${name}`]![index]!,
  });
  const largest = used.map(({ name }) => {
    const values = run.outputs[`grads/${name}`]!;
    let best = 0;
    values.forEach((value, index) => {
      if (Math.abs(value) > Math.abs(values[best]!)) best = index;
    });
    return at(name, best);
  });
  const others = used.map(({ name }) =>
    at(name, rng.integer(run.inputs[`params/${name}`]!.length)),
  );
  return [...largest, ...others];
}

/**
 * At a corner, such as relu has, the slopes of both sides differ, and any number between them will do.
 * @returns how far the gradient is outside of both slopes, relative to the largest, at the step that suits best
 */
function compare(file: string, run: PlanRun, { name, index, gradient }: Place): number {
  const values = run.inputs[`params/${name}`]!;
  const own = values[index]!;
  const lossAt = (value: number): { at: number; loss: number } => {
    values[index] = value;
    run.run();
    return { at: values[index], loss: run.outputs['loss']![0]! };
  };
  const here = lossAt(own);
  let best = { error: Infinity, slope: NaN };
  for (const relative of STEPS) {
    const step = relative * Math.max(Math.abs(own), 0.3);
    const slopes = [lossAt(own + step), lossAt(own - step)].map(
      (there) => (there.loss - here.loss) / (there.at - here.at),
    );
    const open = (NOISE * Math.max(Math.abs(here.loss), 1)) / step;
    const outside = Math.max(Math.min(...slopes) - gradient, gradient - Math.max(...slopes)) - open;
    const size = Math.max(Math.abs(gradient), ...slopes.map(Math.abs), 1e-12);
    const error = Math.max(0, outside) / size;
    if (error < best.error) best = { error, slope: (slopes[0]! + slopes[1]!) / 2 };
  }
  values[index] = own;
  if (best.error <= TOLERANCE) return best.error;
  const [is, says] = [gradient, best.slope].map((value) => value.toPrecision(4));
  throw new UserError(
    'config',
    `${file}: the gradient of ${name} at index ${index} is ${is ?? ''}, but differences of the loss say ${says ?? ''}`,
    {
      remedy:
        'Look for a tf.customGrad that is wrong, a rounding, or a value that was read and put in again.',
    },
  );
}

/** Near where a training begins: right there, many numbers are zero, and relu has its corner. */
function write({ inputs, key }: PlanRun, task: Task, seed: number): void {
  const put = (name: string, data: ArrayLike<number>): void => {
    const place = inputs[name];
    if (place !== undefined && place.length > 0) place.set(data);
  };
  key.set(streamKey({ seed, purpose: 'dropout', step: 0 }));
  const params = task.init(createRng({ seed, purpose: 'init' }));
  const noise = createRng({ seed, purpose: 'noise', step: 1 });
  for (const [name, { data }] of Object.entries(params)) {
    put(
      `params/${name}`,
      data.map((value) => value + NEAR * noise.normal()),
    );
  }
  for (const [name, { data }] of Object.entries(task.data?.trainBatch(0) ?? {}))
    put(`batch/${name}`, data);
}
