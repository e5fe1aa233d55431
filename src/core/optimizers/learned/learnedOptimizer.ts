/** What a learned optimizer is: which weights it has, how they start, and the optimizer that they make. */
import * as tf from '@tensorflow/tfjs-core';
import type { NamedFloats } from '../../../base/index';
import type { ParamSpec } from '../../compute/parameters';
import { toTensors } from '../../compute/tensors';
import type { Optimizer, TensorDict, UpdateInput, UpdateResult } from '../optimizer';
import type { OptionTable } from '../optionTable';

/** @template A  its architectures */
export interface LearnedOptimizer<A extends { readonly kind: string }> {
  readonly kind: A['kind'];
  /** As people call it: `Celo2`. */
  readonly title: string;
  /** One line for a listing. */
  readonly summary: string;
  /** Paper and reference implementation. */
  readonly source: string;
  /** What an architecture says besides its kind. */
  readonly options: OptionTable;
  /** The sizes that tell its thetas apart: `hidden size 64`; empty where there is one size only. */
  readonly sizes: (architecture: A) => string;
  /** The weights, in their order in a flat theta, with how each starts before meta-training. */
  readonly parameters: (architecture: A) => readonly ParamSpec[];
  /**
   * The optimizer for a training that is announced to have `numSteps` ≥ 1 updates.
   * @param tensors  names and shapes of `parameters`
   */
  readonly create: (architecture: A, tensors: NamedFloats, numSteps: number) => Optimizer;
}

/** A learned optimizer whose weights are an input of everything that it computes. */
export interface LearnedForm {
  /** As `Optimizer.scalars`. */
  scalars(step: number): ReturnType<Optimizer['scalars']>;
  /** As `Optimizer.init`. */
  init(theta: TensorDict, params: TensorDict): TensorDict;
  /** As `Optimizer.update`; no result is one of the inputs. */
  update(theta: TensorDict, input: UpdateInput): UpdateResult;
}

/** The optimizer that some weights make of a form. @param tensors  in the order of the flat theta */
export function optimizerOf(name: string, tensors: NamedFloats, form: LearnedForm): Optimizer {
  return {
    name,
    init: (params) => tf.tidy(() => form.init(toTensors(tensors), params)),
    scalars: (step) => form.scalars(step),
    update: (input) => form.update(toTensors(tensors), input),
    theta: {
      tensors,
      with: (theta) => ({
        init: (params) => form.init(theta, params),
        update: (input) => form.update(theta, input),
      }),
    },
  };
}
