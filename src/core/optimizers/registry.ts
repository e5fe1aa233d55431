/**
 * The hand-designed optimizers by name, with what a listing says about each. VeLO is not here: it is made from
 * a theta, not from hyperparameters.
 */
import { UserError } from '../../base/index';
import { ADAM_OPTIONS, adam } from './baselines/adam';
import { ADAMW_OPTIONS, adamw } from './baselines/adamw';
import { MOMENTUM_OPTIONS, momentum } from './baselines/momentum';
import { NADAMW_OPTIONS, nadamw } from './baselines/nadamw';
import { RMSPROP_OPTIONS, rmsprop } from './baselines/rmsprop';
import { SGD_OPTIONS, sgd } from './baselines/sgd';
import type { Optimizer } from './optimizer';
import type { OptionTable } from './optionTable';

/** A baseline and its options as a configuration names them; omitted options have their defaults. */
export interface OptimizerSpec {
  readonly name: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface BaselineInfo {
  readonly name: string;
  /** One line for a listing. */
  readonly summary: string;
  readonly paper: string;
  readonly options: OptionTable;
  readonly create: (options: Readonly<Record<string, unknown>>, numSteps: number) => Optimizer;
}

export const BASELINES: readonly BaselineInfo[] = [
  {
    name: 'sgd',
    summary: 'gradient descent',
    paper: 'Robbins & Monro 1951',
    options: SGD_OPTIONS,
    create: sgd,
  },
  {
    name: 'momentum',
    summary: "gradient descent with a heavy ball, or Nesterov's look-ahead",
    paper: 'Polyak 1964, Nesterov 1983',
    options: MOMENTUM_OPTIONS,
    create: momentum,
  },
  {
    name: 'rmsprop',
    summary: 'gradients divided by the root of their average square',
    paper: 'Tieleman & Hinton 2012',
    options: RMSPROP_OPTIONS,
    create: rmsprop,
  },
  {
    name: 'adam',
    summary: 'bias-corrected averages of the gradient and of its square',
    paper: 'Kingma & Ba 2015, arXiv:1412.6980',
    options: ADAM_OPTIONS,
    create: adam,
  },
  {
    name: 'adamw',
    summary: 'Adam with decoupled weight decay',
    paper: 'Loshchilov & Hutter 2019, arXiv:1711.05101',
    options: ADAMW_OPTIONS,
    create: adamw,
  },
  {
    name: 'nadamw',
    summary: "AdamW with Nesterov's momentum, the baseline of the learned-optimizer papers",
    paper: 'Metz et al. 2020, arXiv:2002.11887',
    options: NADAMW_OPTIONS,
    create: nadamw,
  },
];

/**
 * The baseline that `spec` names.
 * @param context.numSteps  announced number of updates, ≥ 1: schedules are stretched over it
 * @throws UserError('config') on an unknown name or option, or a value out of range
 */
export function createOptimizer(
  spec: OptimizerSpec,
  context: { readonly numSteps: number },
): Optimizer {
  const info = BASELINES.find((baseline) => baseline.name === spec.name);
  if (info === undefined) {
    throw new UserError('config', `optimizer: there is no baseline called ${spec.name}`, {
      remedy: `The baselines are ${BASELINES.map((baseline) => baseline.name).join(', ')}.`,
    });
  }
  return info.create(spec.options ?? {}, context.numSteps);
}
