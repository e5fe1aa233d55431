/** Runs an optimizer on the worked example, by tfjs on its CPU backend or as a plan on kernels. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelRuntime } from '../../../../../src/core/compute/kernelRuntime';
import { createPlanRun } from '../../../../../src/core/compute/plan/planRun';
import { mapValues, toFloats } from '../../../../../src/core/compute/tensors';
import type { Optimizer, TensorDict } from '../../../../../src/core/optimizers/optimizer';
import { captureUpdate } from '../../../../../src/core/training/plans/stepGraphs';
import type { Named } from './example';

// Keeps tfjs's advice to install another backend off the terminal.
tf.enableProdMode();

/**
 * @param gradientsAt  by the 1-based number of the step
 * @param onStep  told the parameters after each step, before the next gradients are asked for
 * @returns the parameters after each step
 */
export async function eagerSteps(
  optimizer: Optimizer,
  start: Named,
  gradientsAt: (t: number) => Named,
  count: number,
  onStep?: (params: Named) => void,
): Promise<Named[]> {
  await tf.setBackend('cpu');
  const steps: Named[] = [];
  tf.tidy(() => {
    let params = tensorsOf(start);
    let state = optimizer.init(zerosLike(params));
    for (let step = 0; step < count; step++) {
      const result = optimizer.update({
        params,
        grads: tensorsOf(gradientsAt(step + 1)),
        loss: tf.scalar(1),
        state,
        scalars: scalarsOf(optimizer, step),
      });
      ({ params, state } = result);
      const cells = cellsOf(params);
      steps.push(cells);
      onStep?.(cells);
    }
  });
  return steps;
}

/** The same steps as a plan. */
export function plannedSteps(
  optimizer: Optimizer,
  start: Named,
  gradientsAt: (t: number) => Named,
  { count, runtime }: { readonly count: number; readonly runtime: KernelRuntime },
): Named[] {
  const specs = Object.entries(start).map(([name, { shape }]) => ({ name, shape: [...shape] }));
  const run = createPlanRun(captureUpdate(optimizer, specs), runtime);
  const write = (prefix: string, values: Readonly<Record<string, ArrayLike<number>>>): void => {
    for (const [name, value] of Object.entries(values)) run.inputs[`${prefix}/${name}`]?.set(value);
  };
  const dataOf = (named: Named): Record<string, readonly number[]> =>
    Object.fromEntries(Object.entries(named).map(([name, { data }]) => [name, data]));
  write('state', initialState(optimizer, start));
  write('params', dataOf(start));
  return Array.from({ length: count }, (_, step) => {
    write('grads', dataOf(gradientsAt(step + 1)));
    const scalars = Object.entries(optimizer.scalars(step));
    write(
      'scalars',
      Object.fromEntries(scalars.map(([name, x]) => [name, typeof x === 'number' ? [x] : x])),
    );
    run.run();
    return Object.fromEntries(
      Object.entries(start).map(([name, { shape }]) => [
        name,
        { shape, data: [...run.outputs[`params/${name}`]!] },
      ]),
    );
  });
}

function initialState(optimizer: Optimizer, start: Named): Record<string, ArrayLike<number>> {
  let state: Record<string, ArrayLike<number>> = {};
  tf.tidy(() => {
    const floats = toFloats(optimizer.init(zerosLike(tensorsOf(start))));
    state = mapValues(floats, ({ data }) => data);
  });
  return state;
}

function tensorsOf(named: Named): TensorDict {
  return Object.fromEntries(
    Object.entries(named).map(([name, { data, shape }]) => [
      name,
      tf.tensor([...data], [...shape]),
    ]),
  );
}

/** What the state starts from must not depend on the parameters: plans begin with zeros. */
function zerosLike(params: TensorDict): TensorDict {
  return Object.fromEntries(
    Object.entries(params).map(([name, param]) => [name, tf.zerosLike(param)]),
  );
}

function scalarsOf(optimizer: Optimizer, step: number): TensorDict {
  return Object.fromEntries(
    Object.entries(optimizer.scalars(step)).map(([name, value]) => [
      name,
      typeof value === 'number' ? tf.scalar(value) : tf.tensor1d(value),
    ]),
  );
}

function cellsOf(params: TensorDict): Named {
  return Object.fromEntries(
    Object.entries(params).map(([name, param]) => [
      name,
      { shape: param.shape, data: [...param.dataSync()] },
    ]),
  );
}
