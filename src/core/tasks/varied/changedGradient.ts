/**
 * A task whose gradient is changed before any optimizer sees it, as part of its loss and so of every plan: the noise of
 * VeLO's meta-training distribution (tasks/task_augmentation.py of google/learned_optimization). The loss that is reported
 * is the plain one, but for bfloat16.
 */
import {
  add,
  cast,
  div,
  equal,
  less,
  matMul,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/index';
import { valueAndGradients } from '../../compute/nestedGradients';
import type { TensorDict } from '../../optimizers/optimizer';
import { signOf } from '../../optimizers/baselines/tensorMath';
import type { LossRng, Task } from '../task';
import type { GradientChange } from '../variation';
import { createEsGradient } from '../wrapped/esGradient';
import { isGradientWanted, withGradient } from '../wrapped/givenGradient';

/** Changes are made in the order in which `GradientChange` lists them; `delay` is not among them. @throws UserError('config') */
export function changedGradient(task: Task, change: GradientChange): Task {
  const { es } = change;
  const inner =
    es === undefined ? task : { ...createEsGradient({ task, ...es }), family: task.family };
  const changes = changesOf(change);
  if (changes.length === 0 && change.bfloat16 !== true) return inner;
  return {
    ...inner,
    name: [inner.name, ...wordsOf(change)].join(', '),
    loss(params, batch, rng) {
      const round = change.bfloat16 === true ? rounded : (tensors: TensorDict) => tensors;
      const values = round(params);
      const data = { ...batch, ...round(numbersOf(task, batch)) };
      const lossOf = (): Scalar => inner.loss(values, data, rng);
      if (!isGradientWanted()) return lossOf();
      const { value, grads } = valueAndGradients(lossOf, Object.values(values));
      const raw = Object.keys(params).map(
        (name, i) => [name, grads[i] ?? zerosLike(params[name]!)] as const,
      );
      const changed = changes.reduce(
        (all, apply) => apply(all, rng),
        round(Object.fromEntries(raw)),
      );
      return withGradient(value as Scalar, params, changed);
    },
  };
}

type Change = (grads: TensorDict, rng: LossRng) => TensorDict;

function changesOf({ normalized, directions, keep }: GradientChange): Change[] {
  if (keep !== undefined && !(keep > 0 && keep <= 1))
    throw new UserError('config', `keep must be above 0 and at most 1, got ${keep}`);
  const count = directions?.count ?? 1;
  if (!(Number.isInteger(count) && count >= 1))
    throw new UserError(
      'config',
      `directions.count must be an integer of at least 1, got ${count}`,
    );
  return [
    ...(normalized === true ? [dividedByNorm] : []),
    ...(directions === undefined
      ? []
      : [(grads: TensorDict, rng: LossRng) => projected(grads, rng, directions)]),
    ...(keep === undefined ? [] : [(grads: TensorDict, rng: LossRng) => subset(grads, rng, keep)]),
  ];
}

/** g / ‖g‖ over all parameters together; a gradient of zeros stays one. */
function dividedByNorm(grads: TensorDict): TensorDict {
  const squares = Object.values(grads).map((grad): Tensor => sum(square(grad)));
  const norm = sqrt(squares.reduce((a, b) => add(a, b)));
  const divisor = where(equal(norm, 0), 1, norm);
  return mapDict(grads, (grad) => div(grad, divisor));
}

/** Σᵢ dᵢ ⟨dᵢ, g⟩ over random unit vectors dᵢ of all parameters together, or Σᵢ dᵢ sign⟨dᵢ, g⟩. */
function projected(
  grads: TensorDict,
  rng: LossRng,
  { count, signs = false }: NonNullable<GradientChange['directions']>,
): TensorDict {
  const drawn = mapDict(grads, ({ size }) => rng.normal([count, size]));
  const over = (terms: Tensor[]): Tensor => terms.reduce((a, b) => add(a, b));
  const names = Object.keys(grads);
  const dots = over(names.map((name) => matMul(drawn[name]!, reshape(grads[name]!, [-1, 1]))));
  const squares = over(names.map((name) => sum(square(drawn[name]!), 1, true)));
  const weights = signs ? div(signOf(dots), sqrt(squares)) : div(dots, squares);
  return mapDict(grads, ({ shape }, name) => reshape(matMul(weights, drawn[name]!, true), shape));
}

/** Each number with probability `share`, zero else; drawn anew at each step. */
function subset(grads: TensorDict, rng: LossRng, share: number): TensorDict {
  return mapDict(grads, (grad) => mul(grad, cast(less(rng.uniform(grad.shape), share), 'float32')));
}

/** Numbers of the batch that are data: neither integers nor what the task itself gives. */
function numbersOf({ batch: specs, given = {} }: Task, batch: TensorDict): TensorDict {
  const names = specs.flatMap(({ name, dtype }) =>
    dtype === 'int32' || Object.hasOwn(given, name) ? [] : [name],
  );
  return Object.fromEntries(names.map((name) => [name, batch[name]!]));
}

/** 2^16 + 1 */
const SPLITTER = 65_537;

/** To eight significant bits, the nearest (Dekker, "A floating-point technique for extending the available precision", 1971). */
function rounded(tensors: TensorDict): TensorDict {
  return mapDict(tensors, (x) => {
    const large = mul(x, SPLITTER);
    return sub(large, sub(large, x));
  });
}

function mapDict(dict: TensorDict, map: (value: Tensor, name: string) => Tensor): TensorDict {
  return Object.fromEntries(Object.entries(dict).map(([name, value]) => [name, map(value, name)]));
}

function wordsOf({ bfloat16, normalized, directions, keep }: GradientChange): string[] {
  const sign = directions?.signs === true ? 'signs along ' : 'along ';
  return [
    ...(bfloat16 === true ? ['bfloat16'] : []),
    ...(normalized === true ? ['normalised gradient'] : []),
    ...(directions === undefined ? [] : [`gradient ${sign}${directions.count} random directions`]),
    ...(keep === undefined ? [] : [`${keep} of the gradient`]),
  ];
}
