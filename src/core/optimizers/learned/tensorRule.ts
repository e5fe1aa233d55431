/**
 * Learned optimizers that treat each tensor on its own and alike. A rule is written in operations of which tfjs knows the
 * derivative, also the second one, so that tasks can train one through its own steps.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ParamSpec } from '../../compute/parameters';
import { mapValues } from '../../compute/tensors';
import type { TensorDict } from '../optimizer';
import { entry } from '../velo/lookup';
import type { LearnedForm } from './learnedOptimizer';
import { timeFeatures } from './timeFeatures';

export interface TensorRule {
  /** Its own weights, with their first values. */
  readonly theta: readonly ParamSpec[];
  /** State of one tensor before the first step, by name: shapes, all zero. */
  state(shape: readonly number[]): Readonly<Record<string, readonly number[]>>;
  /** One step of one tensor. */
  update(input: TensorRuleInput): TensorRuleResult;
}

export interface TensorRuleInput {
  readonly theta: TensorDict;
  readonly param: Tensor;
  readonly grad: Tensor;
  /** As `TensorRule.state` says. */
  readonly state: TensorDict;
  readonly time: RuleTime;
}

/** How far a training is. */
export interface RuleTime {
  /** f32[]: steps before this one. */
  readonly step: Tensor;
  /** f32[11, 1] of `timeFeatures`. */
  readonly features: Tensor;
}

interface TensorRuleResult {
  readonly param: Tensor;
  readonly state: TensorDict;
}

/** @param step  steps before this one */
export function ruleTime(step: number): RuleTime {
  return { step: tf.scalar(step), features: column(tf.tensor1d(timeFeatures(step))) };
}

/** The rule as an optimizer; the state of tensor `t` is called `NAME/t`. */
export function ruleForm(rule: TensorRule): LearnedForm {
  return {
    scalars: (step) => ({ step, time: timeFeatures(step) }),
    init: (_, params) => {
      const states = Object.entries(params).map(([name, { shape }]) =>
        named(
          name,
          mapValues(rule.state(shape), (own) => tf.zeros([...own])),
        ),
      );
      return Object.assign({}, ...states) as TensorDict;
    },
    update: (theta, { params, grads, state, scalars }) => {
      const time = { step: entry(scalars, 'step'), features: column(entry(scalars, 'time')) };
      const results = Object.entries(params).map(([name, param]) => {
        const own = mapValues(rule.state(param.shape), (_, part) =>
          entry(state, `${part}/${name}`),
        );
        const grad = entry(grads, name);
        return [name, rule.update({ theta, param, grad, state: own, time })] as const;
      });
      return {
        params: Object.fromEntries(results.map(([name, { param }]) => [name, param])),
        state: Object.assign(
          {},
          ...results.map(([name, result]) => named(name, result.state)),
        ) as TensorDict,
      };
    },
  };
}

function named(name: string, parts: TensorDict): TensorDict {
  return Object.fromEntries(
    Object.entries(parts).map(([part, tensor]) => [`${part}/${name}`, tensor]),
  );
}

function column(x: Tensor): Tensor {
  return tf.reshape(x, [-1, 1]);
}
