/**
 * Parameters and optimizer state at work: the eager form applies the optimizer's tfjs ops to tensors, the fused
 * form copies gradients into a kernel arena and the new parameters back. Both export the same names and shapes.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { UserError, invariant } from '../../base/index';
import type { FloatArray, NamedFloats, TensorSpec } from '../../base/index';
import type { KernelRuntime } from '../compute/kernelRuntime';
import { renewedState, startFused } from '../optimizers/optimizer';
import type { FusedSession, Optimizer, RecurrentTrace, TensorDict } from '../optimizers/optimizer';
import type { Gradients } from './accumulation';
import {
  mapValues,
  requireArrays,
  scalarTensor,
  toFloats,
  toTensor,
  toTensors,
} from '../compute/tensors';
import type { UpdateProbe } from './trace/recorder';

export interface Updater {
  /** Where the parameters are now; the variables stay the same objects, their values change. */
  readonly params: Readonly<Record<string, Variable>>;
  /**
   * One update; call inside `tf.tidy`.
   * @param step  0-based index of the update
   * @param probe  looks on
   */
  update(step: number, gradients: Gradients, probe?: UpdateProbe): void;
  /** A look at the curvature, for an optimizer that takes them; call inside `tf.tidy`. @param estimate  see `CurvatureUse` */
  look(estimate: TensorDict): void;
  exportState(): NamedFloats;
  /** @throws UserError('checkpoint') on a wrong name or shape, before anything is changed */
  importAll(params: NamedFloats, state: NamedFloats): void;
  dispose(): void;
}

export interface UpdaterOptions {
  readonly optimizer: Optimizer;
  readonly specs: readonly TensorSpec[];
  /** Initial parameters. */
  readonly params: NamedFloats;
  readonly kernels?: KernelRuntime;
}

/** Fused where the optimizer has kernels and the device runs them, else eager. */
export function createUpdater(options: UpdaterOptions): Updater {
  const { optimizer, kernels, specs } = options;
  const params = createVariables(specs, options.params);
  return optimizer.fused !== undefined && kernels !== undefined
    ? new FusedUpdater(startFused(optimizer.fused, kernels, specs), specs, params)
    : new EagerUpdater(optimizer, specs, params);
}

function createVariables(
  specs: readonly TensorSpec[],
  values: NamedFloats,
): Readonly<Record<string, Variable>> {
  return tf.tidy(() =>
    Object.fromEntries(
      specs.map(({ name }) => {
        const value = values[name];
        invariant(value !== undefined, `no initial value for parameter ${name}`);
        return [name, tf.variable(toTensor(value))];
      }),
    ),
  );
}

class EagerUpdater implements Updater {
  readonly params: Readonly<Record<string, Variable>>;
  readonly #optimizer: Optimizer;
  readonly #specs: readonly TensorSpec[];
  #state: TensorDict;

  constructor(
    optimizer: Optimizer,
    specs: readonly TensorSpec[],
    params: Readonly<Record<string, Variable>>,
  ) {
    this.params = params;
    this.#optimizer = optimizer;
    this.#specs = specs;
    this.#state = tf.tidy(() => mapValues(optimizer.init(params), keepTensor));
  }

  update(step: number, { grads, loss }: Gradients, probe?: UpdateProbe): void {
    probe?.before(valuesOf(this.params), valuesOf(grads));
    this.#replaceState(renewedState(this.#optimizer, step, { state: this.#state, grads }));
    const result = this.#optimizer.update({
      params: this.params,
      grads,
      loss,
      state: this.#state,
      scalars: mapValues(this.#optimizer.scalars(step), scalarTensor),
    });
    for (const [name, variable] of Object.entries(this.params)) {
      const next = result.params[name];
      invariant(next !== undefined, `${this.#optimizer.name} gave no parameter ${name}`);
      if (next !== variable) variable.assign(next);
    }
    probe?.after(valuesOf(this.params), result.trace && recurrentValues(result.trace));
    this.#replaceState(result.state);
  }

  look(estimate: TensorDict): void {
    const { curvature } = this.#optimizer;
    invariant(curvature !== undefined, `${this.#optimizer.name} takes no look at the curvature`);
    this.#replaceState({ ...this.#state, ...curvature.look(this.#state, estimate) });
  }

  exportState(): NamedFloats {
    return toFloats(this.#state);
  }

  importAll(params: NamedFloats, state: NamedFloats): void {
    const stateSpecs = Object.entries(this.#state).map(([name, { shape }]) => ({ name, shape }));
    const newParams = requireArrays('parameters', this.#specs, params);
    const newState = requireArrays('optimizer state', stateSpecs, state);
    assignAll(this.params, newParams);
    tf.tidy(() => {
      this.#replaceState(toTensors(newState));
    });
  }

  dispose(): void {
    tf.dispose({ ...this.params });
    tf.dispose({ ...this.#state });
  }

  /** An entry that came through unchanged is the same object in both. */
  #replaceState(next: TensorDict): void {
    const old = this.#state;
    this.#state = mapValues(next, keepTensor);
    const kept = new Set(Object.values(next));
    for (const tensor of Object.values(old)) if (!kept.has(tensor)) tensor.dispose();
  }
}

class FusedUpdater implements Updater {
  readonly params: Readonly<Record<string, Variable>>;
  readonly #session: FusedSession;
  readonly #specs: readonly TensorSpec[];

  constructor(
    session: FusedSession,
    specs: readonly TensorSpec[],
    params: Readonly<Record<string, Variable>>,
  ) {
    this.params = params;
    this.#session = session;
    this.#specs = specs;
    for (const [name, variable] of Object.entries(params)) {
      viewOf(session.params, name).set(variable.dataSync());
    }
  }

  update(step: number, { grads, loss }: Gradients, probe?: UpdateProbe): void {
    const session = this.#session;
    for (const [name, grad] of Object.entries(grads)) {
      viewOf(session.grads, name).set(grad.dataSync());
    }
    probe?.before(session.params, session.grads);
    session.update(step, loss.dataSync()[0] ?? NaN);
    probe?.after(session.params, session.trace?.());
    assignAll(this.params, session.params);
  }

  look(): void {
    invariant(false, 'fused kernels take no look at the curvature');
  }

  exportState(): NamedFloats {
    return this.#session.exportState();
  }

  importAll(params: NamedFloats, state: NamedFloats): void {
    const newParams = requireArrays('parameters', this.#specs, params);
    this.#session.importState(state);
    for (const [name, { data }] of Object.entries(newParams)) {
      viewOf(this.#session.params, name).set(data);
    }
    assignAll(this.params, newParams);
  }

  dispose(): void {
    tf.dispose({ ...this.params });
  }
}

function assignAll(variables: Readonly<Record<string, Variable>>, values: NamedFloats): void {
  tf.tidy(() => {
    for (const [name, variable] of Object.entries(variables)) {
      const value = values[name];
      invariant(value !== undefined, `no value for parameter ${name}`);
      variable.assign(toTensor(value));
    }
  });
}

/** The values on the host; some backends give their own memory. */
function valuesOf(tensors: TensorDict): NamedFloats {
  return mapValues(tensors, valueOf);
}

function valueOf(tensor: Tensor): FloatArray {
  return { shape: tensor.shape, data: tensor.dataSync<'float32'>() };
}

function recurrentValues(trace: RecurrentTrace<Tensor>): RecurrentTrace<FloatArray> {
  const { hidden, cell, controls, stepMultiplier } = trace;
  return {
    hidden: valueOf(hidden),
    cell: valueOf(cell),
    controls: valueOf(controls),
    stepMultiplier: valueOf(stepMultiplier),
  };
}

function viewOf(arrays: NamedFloats, name: string): Float32Array {
  const array = arrays[name];
  if (array === undefined)
    throw new UserError('checkpoint', `no array called ${name} in the arena`);
  return array.data;
}

function keepTensor(tensor: Tensor): Tensor {
  return tf.keep(tensor);
}
