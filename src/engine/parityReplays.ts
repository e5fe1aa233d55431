/** The two implementations of VeLO that a parity check can replay: tfjs ops, and kernels in an arena. */
import * as tf from '@tensorflow/tfjs-core';
import type { NamedFloats, NdArray } from '../base/index';
import { createFusedVelo, createVelo, lossDecays, thetaTensors, veloUpdate } from '../core/index';
import type { KernelRuntime, TensorDict, VeloTrace } from '../core/index';
import type { Replay, ReplayFactory, ReplaySetup, ReplayView } from './parity';

/** The readable reference on the current tfjs backend. */
export const referenceReplay: ReplayFactory = (setup) => {
  const { theta, numSteps } = setup;
  const optimizer = createVelo({ theta, numSteps });
  const constants = thetaTensors(theta);
  let params = toTensors(setup.params);
  let state = optimizer.init(params);
  let trace: TensorDict = {};

  const update: Replay['update'] = (step, loss, grads) => {
    const result = tf.tidy(() => {
      const input = {
        params,
        state,
        grads: toTensors(grads),
        loss: tf.scalar(loss),
        scalars: toScalars(optimizer.scalars(step)),
      };
      const update = veloUpdate(constants, theta.architecture, input);
      return {
        params: { ...update.params },
        state: { ...update.state },
        trace: { ...update.trace },
      };
    });
    tf.dispose([params, state, trace]);
    ({ params, state, trace } = result);
  };
  return {
    update,
    view: () => ({
      params: toArrays(params),
      state: toArrays(state),
      trace: toArrays(trace) as unknown as VeloTrace,
      lossDecays: decaysOf(setup),
    }),
    dispose: () => {
      tf.dispose([params, state, trace, constants]);
    },
  };
};

/** The fused kernels of a runtime. */
export function fusedReplay(runtime: KernelRuntime): ReplayFactory {
  return (setup) => {
    const { theta, numSteps, params } = setup;
    const specs = Object.entries(params).map(([name, { shape }]) => ({ name, shape }));
    const session = createFusedVelo({ theta, numSteps }, runtime, specs);
    write(params, session.params);
    return {
      update: (step, loss, grads) => {
        write(grads, session.grads);
        session.update(step, loss);
      },
      view: () => ({
        params: copies(session.params),
        state: session.exportState(),
        trace: session.trace(),
        lossDecays: decaysOf(setup),
      }),
      dispose: () => undefined,
    };
  };
}

function write(values: NamedFloats, into: NamedFloats): void {
  for (const [name, { data }] of Object.entries(into)) data.set(values[name]?.data ?? []);
}

function copies(arrays: NamedFloats): NamedFloats {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
  );
}

/** Decays of the loss buffer that a setup asks for. */
function decaysOf({ theta, numSteps }: ReplaySetup): ReplayView['lossDecays'] {
  return lossDecays(theta.architecture.buggedLossFeatures ? 10 : numSteps);
}

function toTensors(arrays: Readonly<Record<string, NdArray>>): TensorDict {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { data, shape }]) => [
      name,
      tf.tensor(data, [...shape], 'float32'),
    ]),
  );
}

function toScalars(scalars: Readonly<Record<string, number | Float32Array>>): TensorDict {
  return Object.fromEntries(
    Object.entries(scalars).map(([name, value]) => [name, tf.tensor(value, undefined, 'float32')]),
  );
}

function toArrays(tensors: TensorDict): NamedFloats {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      { shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) },
    ]),
  );
}
