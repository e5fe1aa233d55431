/** Learned optimizers as functions of theta whose derivatives tfjs knows, so that gradients flow back through a training. */
import { zeros } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { mapValues, scalarTensor } from '../../compute/tensors';
import type { TensorDict } from '../../optimizers/optimizer';
import { veloScalars, veloUpdate } from '../../optimizers/velo/reference';
import { initState, initialRow } from '../../optimizers/velo/state';
import type { VeloArchitecture } from '../../optimizers/velo/theta';
import type { LearnedOptimizer } from '../../tasks/wrapped/learnedOptimizer';

export interface DifferentiableOptimizer {
  /** State before the first step, by unique names. */
  init(theta: TensorDict, params: TensorDict): TensorDict;
  update(
    theta: TensorDict,
    input: {
      readonly params: TensorDict;
      /** Same names and shapes as `params`. */
      readonly grads: TensorDict;
      /** Loss of the batch that gave `grads`. */
      readonly loss: Scalar;
      readonly state: TensorDict;
      /** Steps made before. */
      readonly step: number;
    },
  ): { readonly params: TensorDict; readonly state: TensorDict };
}

/** VeLO for trainings of `numSteps` steps. */
export function differentiableVelo(
  architecture: VeloArchitecture,
  numSteps: number,
): DifferentiableOptimizer {
  const scalars = veloScalars(architecture, numSteps);
  return {
    init: (theta, params) => initState(params, initialRow(theta)),
    update: (theta, { step, ...input }) =>
      veloUpdate(theta, architecture, {
        ...input,
        scalars: mapValues(scalars(step), scalarTensor),
      }),
  };
}

/** A rule that treats each tensor by itself. State: `<tensor>/<part>`. */
export function differentiableRule(rule: LearnedOptimizer): DifferentiableOptimizer {
  const stateName = (name: string, part: string): string => `${name}/${part}`;
  return {
    init: (_, params) =>
      merged(params, (param, name) =>
        Object.fromEntries(
          Object.entries(rule.state(param.shape)).map(([part, shape]) => [
            stateName(name, part),
            zeros([...shape]),
          ]),
        ),
      ),
    update(theta, { params, grads, state, step }) {
      const results = mapValues(params, (param, name) => {
        const parts = mapValues(
          rule.state(param.shape),
          (_, part) => state[stateName(name, part)]!,
        );
        return rule.update({ theta, param, grad: grads[name]!, state: parts, step });
      });
      return {
        params: mapValues(results, ({ param }) => param),
        state: merged(results, (result, name) =>
          Object.fromEntries(
            Object.entries(result.state).map(([part, value]) => [stateName(name, part), value]),
          ),
        ),
      };
    },
  };
}

/** All entries of the dictionaries that the entries of one are mapped to. */
function merged<A>(
  record: Readonly<Record<string, A>>,
  map: (value: A, name: string) => TensorDict,
): TensorDict {
  const parts = Object.entries(record).map(([name, value]) => map(value, name));
  return Object.assign({}, ...parts) as TensorDict;
}
