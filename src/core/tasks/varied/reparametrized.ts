/**
 * The same function of other parameters: the training sees w/scale where the loss multiplies by scale. Scales are given to
 * the loss beside its batch, so that one plan serves all of them (`ReparamWeights` in tasks/task_augmentation.py of
 * google/learned_optimization).
 */
import { mul } from '@tensorflow/tfjs-core';
import { UserError, sizeOf } from '../../../base/index';
import type { NamedFloats } from '../../../base/index';
import { createRng } from '../../compute/rng';
import type { TensorDict } from '../../optimizers/optimizer';
import { checkChoice } from '../checks';
import type { BatchSpec, Task } from '../task';
import type { Reparametrization } from '../variation';

const LEVELS = ['global', 'tensor', 'parameter'] as const;
const PREFIX = 'scale/';

/** @param seed  draws the scales. @throws UserError('config') */
export function reparametrized(task: Task, options: Reparametrization, seed: number): Task {
  const { level, decades } = options;
  checkChoice('level', level, LEVELS);
  if (!(decades > 0 && Number.isFinite(decades)))
    throw new UserError('config', `decades must be a finite number above 0, got ${decades}`);
  const scales = drawScales(task, options, seed);
  const scaled = (params: TensorDict, batch: TensorDict): TensorDict =>
    Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, mul(value, batch[PREFIX + name]!)]),
    );
  return {
    ...task,
    name: `${task.name}, scaled by 10^±${decades} per ${level === 'global' ? 'task' : level}`,
    batch: [...task.batch, ...task.params.map((spec) => scaleSpec(spec, level))],
    given: { ...task.given, ...prefixed(scales) },
    init: (rng) => divided(task.init(rng), scales),
    loss: (params, batch, rng) => task.loss(scaled(params, batch), batch, rng),
    ...(task.accuracy && {
      accuracy: (params: TensorDict, batch: TensorDict) =>
        task.accuracy!(scaled(params, batch), batch),
    }),
  };
}

type Scales = ReadonlyMap<string, Float32Array>;

/** 10^(decades · u) with u uniform in [-1, 1), rounded to float32: one number for each tensor, or for each number. */
function drawScales({ params }: Task, { level, decades }: Reparametrization, seed: number): Scales {
  const rng = createRng({ seed, purpose: 'augment' });
  const draw = (): number => 10 ** (decades * (2 * rng.uniform() - 1));
  const common = level === 'global' ? draw() : undefined;
  return new Map(
    params.map(({ name, shape }) => {
      const length = level === 'parameter' ? sizeOf(shape) : 1;
      return [name, Float32Array.from({ length }, () => common ?? draw())];
    }),
  );
}

function scaleSpec(
  { name, shape }: Task['params'][number],
  level: Reparametrization['level'],
): BatchSpec {
  return { name: PREFIX + name, shape: level === 'parameter' ? shape : [] };
}

function prefixed(scales: Scales): Record<string, Float32Array> {
  return Object.fromEntries([...scales].map(([name, values]) => [PREFIX + name, values]));
}

function divided(params: NamedFloats, scales: Scales): NamedFloats {
  return Object.fromEntries(
    Object.entries(params).map(([name, { shape, data }]) => {
      const scale = scales.get(name)!;
      const at = scale.length === 1 ? () => scale[0]! : (i: number) => scale[i]!;
      return [name, { shape, data: data.map((value, i) => value / at(i)) }];
    }),
  );
}
