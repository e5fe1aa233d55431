/** What a layer of a list of layers is, once it is known what it reads. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../../optimizers/optimizer';
import type { ParamSpec } from '../../compute/parameters';
import type { LossRng } from '../task';

/** What passes between two layers. */
export interface Signal {
  /** Of one example. */
  readonly shape: readonly number[];
  /** Token numbers and how many kinds there are; absent: floats. */
  readonly vocabulary?: number;
}

export interface BuiltLayer {
  readonly params: readonly ParamSpec[];
  readonly out: Signal;
  /** f32[batch, …in] → f32[batch, …out]; without `rng` nothing is dropped. */
  readonly apply: (params: TensorDict, x: Tensor, rng: LossRng | undefined) => Tensor;
}

/** What a layer wants and does not get; completes `layers.3 (conv) `. */
export class Misfit extends Error {
  readonly remedy: string;

  constructor(
    what: string,
    remedy = 'Put flatten, meanPool or an embedding between layers that do not fit.',
  ) {
    super(what);
    this.remedy = remedy;
  }
}
