/**
 * VeLO as outer optimizer: a learned optimizer that trains a learned optimizer. Its parameters are the tensors of scaled
 * theta, its loss is the mean meta-loss, and its own theta may be any. It runs as fused kernels, in float32.
 */
import { invariant, sizeOf } from '../../../base/index';
import type { NamedFloats, TensorSpec } from '../../../base/index';
import type { KernelRuntime } from '../../compute/kernelRuntime';
import { startFused } from '../../optimizers/optimizer';
import { createVelo } from '../../optimizers/velo/reference';
import { veloStateSpecs } from '../../optimizers/velo/state';
import type { VeloTheta } from '../../optimizers/velo/theta';
import { checkCount } from '../checks';
import type { OuterOptimizer, OuterState } from '../outerOptimizer';

export interface OuterVeloOptions {
  /** Weights of the VeLO that optimizes, which stay. */
  readonly theta: VeloTheta;
  /** Outer iterations that are announced, ≥ 1. */
  readonly numSteps: number;
  /** The tensors that u holds, one behind the other. */
  readonly tensors: readonly TensorSpec[];
  readonly kernels: KernelRuntime;
}

/**
 * VeLO's update of u, times the learning rate: 1 takes its steps as they are. State: what VeLO remembers, by its own names
 * (`veloStateSpecs`), and `updates` f64[1].
 * @throws UserError('config') unless at least one update is announced; UserError('device') as `startFused`
 */
export function outerVelo({ theta, numSteps, tensors, kernels }: OuterVeloOptions): OuterOptimizer {
  checkCount('numSteps', numSteps);
  const { fused } = createVelo({ theta, numSteps });
  invariant(fused !== undefined, 'VeLO has fused kernels');
  const session = startFused(fused, kernels, tensors);
  const size = tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const specs = veloStateSpecs(tensors, theta.architecture.hidden);
  return {
    name: 'velo',
    start(u) {
      invariant(u.length === size, `a theta of ${size} numbers, got ${u.length}`);
      session.reset();
      return asDoubles(session.exportState(), 0);
    },
    update(state, u, gradient, { learningRate, loss }) {
      const updates = state['updates']![0]!;
      session.importState(asFloats(state, specs));
      write(session.params, tensors, u);
      write(session.grads, tensors, gradient);
      session.update(updates, loss);
      const change = new Float64Array(size);
      let at = 0;
      for (const { name } of tensors) {
        for (const value of session.params[name]!.data) {
          change[at] = learningRate * (value - Math.fround(u[at]!));
          at += 1;
        }
      }
      return { change, state: asDoubles(session.exportState(), updates + 1) };
    },
  };
}

function asDoubles(state: NamedFloats, updates: number): OuterState {
  const arrays = Object.entries(state).map(
    ([name, { data }]) => [name, Float64Array.from(data)] as const,
  );
  return { ...Object.fromEntries(arrays), updates: Float64Array.of(updates) };
}

function asFloats(state: OuterState, specs: readonly TensorSpec[]): NamedFloats {
  const arrays = specs.map(({ name, shape }) => {
    const values = state[name];
    invariant(values !== undefined, `the outer optimizer's state holds ${name}`);
    return [name, { shape, data: Float32Array.from(values) }] as const;
  });
  return Object.fromEntries(arrays);
}

function write(
  into: NamedFloats,
  tensors: readonly TensorSpec[],
  flat: Float64Array | Float32Array,
): void {
  let at = 0;
  for (const { name } of tensors) {
    const { data } = into[name]!;
    data.set(flat.subarray(at, (at += data.length)));
  }
}
