/**
 * From a function of tfjs operations to a graph of kernel calls: the function runs once on a backend that computes
 * nothing. Whatever it decides outside of tensors (loops, shapes, branches on numbers of its own) is decided then,
 * for all runs of the graph.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { formatShape, messageOf, UserError } from '../../../base/index';
import { registerCorrectedGradients } from '../gradients';
import { valueAndGradients } from '../nestedGradients';
import { mapValues } from '../tensors';
import { createDraws } from './draws';
import type { DrawSource } from './draws';
import type { Graph, GraphValue } from './graph';
import { taskCall, withDeepStacks } from './origin';
import { at, kernelRefused } from './refusals';
import { whileTracing } from './traceBackend';

export type InputSpecs = Readonly<Record<string, GraphValue>>;
export type Tensors = Record<string, Tensor>;

export interface CaptureOptions {
  /** Of which kernels of tfjs the graph says where they were called, which takes longer than all else; default: of all. */
  readonly locates?: (op: string) => boolean;
}

/** A loss as tasks have it: a mean over the batch, from parameters and batch by name. */
export type CapturableLoss = (params: Tensors, batch: Tensors, rng: DrawSource) => Tensor;

/**
 * The graph of what `build` computes from tensors by name, given as results by name. Tensors that `build` writes or
 * holds from outside are constants, copied. The active backend, tensors and variables are as before when it returns.
 * @throws UserError('config') where `build` throws, or does what depends on values: reads a tensor, uses a kernel
 *   whose shapes depend on data, draws from anything but `rng`
 */
export function capture(
  build: (tensors: Tensors, rng: DrawSource) => Tensors,
  inputs: InputSpecs,
  { locates }: CaptureOptions = {},
): Graph {
  registerCorrectedGradients();
  return withDeepStacks(() =>
    whileTracing((recording) => {
      const tensors = mapValues(inputs, (spec, name) => recording.input(name, spec));
      let outputs: Tensors;
      try {
        outputs = build(tensors, createDraws(recording));
      } catch (error) {
        throw recording.refusal ?? explained(error);
      }
      if (recording.refusal !== undefined) throw recording.refusal;
      checkOutputs(outputs);
      return recording.finish(outputs);
    }, locates),
  );
}

/**
 * The graph of a loss and its gradient: inputs `params/NAME` and `batch/NAME`, outputs `loss` and `grads/NAME` for
 * every parameter, zeros where the loss doesn't depend on it.
 * @throws UserError('config') as `capture`, and where the loss is not a scalar of float32
 */
export function captureGradients(
  loss: CapturableLoss,
  params: InputSpecs,
  batch: InputSpecs,
  options: CaptureOptions = {},
): Graph {
  const inputs = { ...prefixed('params/', params), ...prefixed('batch/', batch) };
  return capture(
    (tensors, rng) => {
      const values = mapValues(params, (_, name) => tensors[`params/${name}`]!);
      const data = mapValues(batch, (_, name) => tensors[`batch/${name}`]!);
      const run = (): Tensor => checkedLoss(loss({ ...values }, { ...data }, rng));
      const names = Object.keys(values);
      // tfjs wants at least one tensor to differentiate by.
      if (names.length === 0) return { loss: run() };
      const { value, grads } = valueAndGradients(run, Object.values(values));
      const outputs: Tensors = { loss: value };
      for (const [i, name] of names.entries()) {
        const gradient = grads[i];
        outputs[`grads/${name}`] = gradient ?? tf.zeros([...params[name]!.shape]);
      }
      return outputs;
    },
    inputs,
    options,
  );
}

function prefixed(prefix: string, specs: InputSpecs): InputSpecs {
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [prefix + name, spec]));
}

function checkedLoss(loss: unknown): Tensor {
  if (!isTensor(loss)) {
    throw new UserError('config', `the loss returned ${kindOf(loss)}, expected a scalar tensor`, {
      remedy: 'A loss is no async function: it computes with tensors and returns one.',
    });
  }
  if (loss.dtype !== 'float32' || loss.shape.length > 0) {
    const got = `${loss.dtype} ${formatShape(loss.shape)}`;
    throw new UserError('config', `the loss must be a float32 scalar, got ${got}`, {
      remedy: 'Take the mean over the batch, for example with tf.mean.',
    });
  }
  return loss;
}

function checkOutputs(outputs: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(outputs)) {
    if (isTensor(value)) continue;
    throw new UserError('config', `the task gave ${kindOf(value)} for ${name}, expected a tensor`);
  }
}

function isTensor(value: unknown): value is Tensor {
  return value instanceof tf.Tensor;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (value instanceof Promise) {
    // It goes on without its tensors, and its end is nobody's business.
    value.catch(() => undefined);
    return 'a promise';
  }
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

const UNREGISTERED = /^Kernel '(\w+)' not registered for backend/;

/** The error of a task as one that says where in the task it arose. */
function explained(error: unknown): UserError {
  if (error instanceof UserError) return error;
  const stack = error instanceof Error ? error.stack : undefined;
  const message = messageOf(error);
  const kernel = UNREGISTERED.exec(message)?.[1];
  if (kernel !== undefined) return kernelRefused(kernel, stack);
  const { line } = taskCall(stack);
  return new UserError('config', `the task failed${at(line)}: ${message}`, { cause: error });
}
