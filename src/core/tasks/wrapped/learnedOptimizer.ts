/** What a learned optimizer is to the tasks that train one: rules whose own parameters have derivatives. */
import type { TensorDict } from '../../optimizers/optimizer';
import type { ParamSpec } from '../../compute/parameters';

export interface LearnedOptimizer {
  readonly name: string;
  /** Its own parameters, with their first values. */
  readonly theta: readonly ParamSpec[];
  /** State of one tensor of the network before the first step, by name: shapes, all zero. */
  state(shape: readonly number[]): Readonly<Record<string, readonly number[]>>;
  /** One step of one tensor, in operations of which tfjs knows the derivative. */
  update(input: TensorUpdate): TensorResult;
}

interface TensorUpdate {
  readonly theta: TensorDict;
  readonly param: Tensor;
  readonly grad: Tensor;
  /** As `LearnedOptimizer.state` says. */
  readonly state: TensorDict;
  /** Steps before this one. */
  readonly step: number;
}

interface TensorResult {
  readonly param: Tensor;
  readonly state: TensorDict;
}

type Tensor = TensorDict[string];
