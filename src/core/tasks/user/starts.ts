/** Initial values of the parameters of a person's task. */
import { sizeOf } from '../../../base/index';
import {
  glorotUniform,
  lecunNormal,
  normal,
  ones,
  varianceScaling,
  zeros,
} from '../../compute/parameters';
import type { Initializer, ParamSpec as TaskParam } from '../../compute/parameters';
import type { ParamSpec, ParamStart } from './contract';
import { inWords, userCall, wrong } from './userCall';
import type { TaskOrigin } from './userCall';

const NAMES = ['zeros', 'ones', 'lecunNormal', 'heNormal', 'glorotUniform'] as const;
const MOST_PARAMETERS = 2 ** 30;

/**
 * Parameters as the core has them.
 * @throws UserError('config') on names, shapes or starts that cannot be
 */
export function taskParams(origin: TaskOrigin, specs: unknown): TaskParam[] {
  if (typeof specs !== 'object' || specs === null || Array.isArray(specs)) {
    const remedy = 'Write params: { w: { shape: [784, 10] }, b: { shape: [10] } }.';
    throw wrong(
      origin,
      `params must be an object of shapes by name, got ${inWords(specs)}`,
      remedy,
    );
  }
  const params = Object.entries(specs).map(([name, spec]) =>
    oneParam(origin, name, spec as unknown),
  );
  if (params.length === 0) {
    throw wrong(origin, 'params has no parameter, expected at least one', 'Say what is trained.');
  }
  const total = params.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (total > MOST_PARAMETERS) {
    throw wrong(origin, `params has ${total} numbers, expected at most 2^30`, 'Make it smaller.');
  }
  return params;
}

function oneParam(origin: TaskOrigin, name: string, value: unknown): TaskParam {
  const { shape, start } = (
    typeof value === 'object' && value !== null ? value : {}
  ) as Partial<ParamSpec>;
  const isShape =
    Array.isArray(shape) && shape.every((side) => Number.isInteger(side) && (side as number) >= 1);
  if (!isShape) {
    const got = Array.isArray(shape) ? `[${shape.join(', ')}]` : inWords(shape ?? value);
    throw wrong(
      origin,
      `params.${name} must have a shape, a list of whole numbers ≥ 1, got ${got}`,
      `Write ${name}: { shape: [784, 10] }; a single number has the shape [].`,
    );
  }
  const sides = [...(shape as number[])];
  return { name, shape: sides, start: initializer(origin, name, sides, start) };
}

function initializer(
  origin: TaskOrigin,
  name: string,
  shape: readonly number[],
  start: ParamStart | undefined,
): Initializer {
  const outputs = shape.at(-1) ?? 1;
  const inputs = Math.max(1, sizeOf(shape) / outputs);
  if (typeof start === 'function') return ownInitializer(origin, name, start);
  if (typeof start === 'object' && typeof start.sd === 'number' && start.sd >= 0)
    return normal(start.sd);
  switch (start ?? (shape.length >= 2 ? 'lecunNormal' : 'zeros')) {
    case 'zeros':
      return zeros;
    case 'ones':
      return ones;
    case 'lecunNormal':
      return lecunNormal(inputs);
    case 'heNormal':
      return varianceScaling(2, inputs);
    case 'glorotUniform':
      return glorotUniform(inputs, outputs);
    default:
      throw wrong(
        origin,
        `params.${name}.start must be one of ${NAMES.join(', ')}, { sd: number } or a function, got ${inWords(start)}`,
        'Leave it out for the default: lecunNormal for matrices, zeros for the rest.',
      );
  }
}

function ownInitializer(
  origin: TaskOrigin,
  name: string,
  start: Extract<ParamStart, (...args: never[]) => unknown>,
): Initializer {
  return (data, rng) => {
    userCall(origin, `the start of params.${name}`, () => {
      start(data, rng);
    });
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return;
    throw wrong(
      origin,
      `the start of params.${name} gave ${data[bad]!} at index ${bad}, expected finite numbers`,
      'Fill every element with a finite number.',
    );
  };
}
