/**
 * The hand-designed optimizers by name, with what a listing says about each. VeLO is not here: it is made from
 * a theta, not from hyperparameters.
 */
import { UserError } from '../../base/index';
import { ADABELIEF_OPTIONS, adabelief } from './baselines/adabelief';
import { ADAFACTOR_OPTIONS, adafactor } from './baselines/adafactor';
import { ADAGRAD_OPTIONS, adagrad } from './baselines/adagrad';
import { ADAM_OPTIONS, adam } from './baselines/adam';
import { ADAMW_OPTIONS, adamw } from './baselines/adamw';
import { D_ADAPTATION_OPTIONS, dAdaptation } from './baselines/dAdaptation';
import { FROMAGE_OPTIONS, fromage } from './baselines/fromage';
import { LAMB_OPTIONS, lamb } from './baselines/lamb';
import { LARS_OPTIONS, lars } from './baselines/lars';
import { LION_OPTIONS, lion } from './baselines/lion';
import { MOMENTUM_OPTIONS, momentum } from './baselines/momentum';
import { MUON_OPTIONS, muon } from './baselines/muon';
import { NADAMW_OPTIONS, nadamw } from './baselines/nadamw';
import { PRODIGY_OPTIONS, prodigy } from './baselines/prodigy';
import { RADAM_OPTIONS, radam } from './baselines/radam';
import { RMSPROP_OPTIONS, rmsprop } from './baselines/rmsprop';
import { SCHEDULE_FREE_OPTIONS, scheduleFree } from './baselines/scheduleFree';
import { SGD_OPTIONS, sgd } from './baselines/sgd';
import { SHAMPOO_OPTIONS, shampoo } from './baselines/shampoo';
import { SM3_OPTIONS, sm3 } from './baselines/sm3';
import { SOAP_OPTIONS, soap } from './baselines/soap';
import { SOPHIA_EF_OPTIONS, sophiaEf } from './baselines/sophiaEf';
import { SOPHIA_H_OPTIONS, sophiaH } from './baselines/sophiaH';
import { YOGI_OPTIONS, yogi } from './baselines/yogi';
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
  {
    name: 'adagrad',
    summary: 'gradients divided by the root of the sum of their squares',
    paper: 'Duchi, Hazan & Singer 2011',
    options: ADAGRAD_OPTIONS,
    create: adagrad,
  },
  {
    name: 'adabelief',
    summary: 'Adam that divides by how far gradients are from their average',
    paper: 'Zhuang et al. 2020, arXiv:2010.07468',
    options: ADABELIEF_OPTIONS,
    create: adabelief,
  },
  {
    name: 'yogi',
    summary: 'Adam whose second moment changes by at most the squared gradient',
    paper: 'Zaheer et al. 2018',
    options: YOGI_OPTIONS,
    create: yogi,
  },
  {
    name: 'radam',
    summary: 'Adam that adapts only as far as its second moment can be trusted',
    paper: 'Liu et al. 2019, arXiv:1908.03265',
    options: RADAM_OPTIONS,
    create: radam,
  },
  {
    name: 'lamb',
    summary: 'Adam with steps in proportion to the size of each tensor',
    paper: 'You et al. 2019, arXiv:1904.00962',
    options: LAMB_OPTIONS,
    create: lamb,
  },
  {
    name: 'lars',
    summary: 'momentum with a rate for each tensor from its size and gradient',
    paper: 'You, Gitman & Ginsburg 2017, arXiv:1708.03888',
    options: LARS_OPTIONS,
    create: lars,
  },
  {
    name: 'fromage',
    summary: 'gradient descent relative to the size of each tensor',
    paper: 'Bernstein et al. 2020, arXiv:2002.03432',
    options: FROMAGE_OPTIONS,
    create: fromage,
  },
  {
    name: 'sm3',
    summary: 'AdaGrad with one accumulator for each row and column',
    paper: 'Anil et al. 2019, arXiv:1901.11150',
    options: SM3_OPTIONS,
    create: sm3,
  },
  {
    name: 'adafactor',
    summary: 'Adam without momentum, its second moment from rows and columns',
    paper: 'Shazeer & Stern 2018, arXiv:1804.04235',
    options: ADAFACTOR_OPTIONS,
    create: adafactor,
  },
  {
    name: 'lion',
    summary: 'the sign of an average of gradients',
    paper: 'Chen et al. 2023, arXiv:2302.06675',
    options: LION_OPTIONS,
    create: lion,
  },
  {
    name: 'sophiaEf',
    summary: 'Sophia with the empirical Fisher for curvature, where Sophia-G draws labels',
    paper: 'after Liu et al. 2023, arXiv:2305.14342',
    options: SOPHIA_EF_OPTIONS,
    create: sophiaEf,
  },
  {
    name: 'sophiaH',
    summary: "clipped steps over the Hessian's diagonal, which is estimated every few steps",
    paper: 'Liu et al. 2023, arXiv:2305.14342',
    options: SOPHIA_H_OPTIONS,
    create: sophiaH,
  },
  {
    name: 'shampoo',
    summary: 'matrices preconditioned by inverse roots of row and column statistics, with grafting',
    paper: 'Gupta, Koren & Singer 2018, arXiv:1802.09568; Anil et al. 2020, arXiv:2002.09018',
    options: SHAMPOO_OPTIONS,
    create: shampoo,
  },
  {
    name: 'soap',
    summary: "Adam in the eigenbasis of Shampoo's statistics",
    paper: 'Vyas et al. 2024, arXiv:2409.11321',
    options: SOAP_OPTIONS,
    create: soap,
  },
  {
    name: 'muon',
    summary: 'orthogonalised momentum for matrices, Adam for the rest',
    paper: 'Jordan et al. 2024; Liu et al. 2025, arXiv:2502.16982',
    options: MUON_OPTIONS,
    create: muon,
  },
  {
    name: 'scheduleFree',
    summary: 'AdamW that averages its weights instead of lowering its learning rate',
    paper: 'Defazio et al. 2024, arXiv:2405.15682',
    options: SCHEDULE_FREE_OPTIONS,
    create: scheduleFree,
  },
  {
    name: 'prodigy',
    summary: 'Adam that finds its learning rate from the distance travelled',
    paper: 'Mishchenko & Defazio 2023, arXiv:2306.06101',
    options: PRODIGY_OPTIONS,
    create: prodigy,
  },
  {
    name: 'dAdaptation',
    summary: 'Adam that finds its learning rate from sums of gradients',
    paper: 'Defazio & Mishchenko 2023, arXiv:2301.07733',
    options: D_ADAPTATION_OPTIONS,
    create: dAdaptation,
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
