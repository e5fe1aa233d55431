/** The two implementations of VeLO that a parity check can replay: tfjs ops, and kernels in an arena. */
import * as tf from '@tensorflow/tfjs-core';
import type { NamedFloats } from '../base/index';
import {
  createFusedVelo,
  createVelo,
  lossDecays,
  mapValues,
  toFloats,
  toTensors,
  veloUpdate,
} from '../core/index';
import type { KernelRuntime, TensorDict, VeloTrace } from '../core/index';
import type { Replay, ReplayFactory, ReplaySetup, ReplayView } from './parity';

/** The readable reference on the current tfjs backend. */
export const referenceReplay: ReplayFactory = (setup) => {
  const { theta, numSteps } = setup;
  const optimizer = createVelo({ theta, numSteps });
  const constants = toTensors(theta.tensors);
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
      params: toFloats(params),
      state: toFloats(state),
      trace: toFloats(trace) as unknown as VeloTrace,
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
  return mapValues(arrays, ({ shape, data }) => ({ shape, data: data.slice() }));
}

/** Decays of the loss buffer that a setup asks for. */
function decaysOf({ theta, numSteps }: ReplaySetup): ReplayView['lossDecays'] {
  return lossDecays(theta.architecture.buggedLossFeatures ? 10 : numSteps);
}

function toScalars(scalars: Readonly<Record<string, number | Float32Array>>): TensorDict {
  return mapValues(scalars, (value) => tf.tensor(value, undefined, 'float32'));
}
