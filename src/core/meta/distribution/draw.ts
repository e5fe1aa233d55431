/**
 * Templates: plain data in which some values are draws. A template and a stream of random numbers give plain data; draws
 * are made in the order in which they are written, so that the same stream always means the same data.
 */
import { UserError } from '../../../base/index';
import type { Rng } from '../../compute/rng';
import { chance, integer, logInteger, logUniform } from '../../tasks/families/sampling';

/** JSON without null. An object with the keyword of a draw as a field is that draw, any other one is plain. */
export type Template = boolean | number | string | readonly Template[] | TemplateFields;
export interface TemplateFields {
  readonly [field: string]: Template;
}

type Ends = readonly [number, number];

/** The draws, each with the fields that it may have. */
interface Draws {
  /** One of the entries, with probabilities in proportion to `weights`, ≥ 0; absent: all alike. */
  readonly choose: { readonly choose: readonly Template[]; readonly weights?: readonly number[] };
  /** The first entry is drawn; each later one is the one before it, or with probability `redraw` drawn anew. */
  readonly list: { readonly list: Template; readonly length: Template; readonly redraw?: number };
  /** With this probability what it says, else the field is left out. */
  readonly maybe: { readonly maybe: Template; readonly probability: number };
  /** Integer part of a log-uniform number in [low, high). */
  readonly logInteger: { readonly logInteger: Ends };
  /** Both ends included. */
  readonly integer: { readonly integer: Ends };
  /** In [low, high). */
  readonly logUniform: { readonly logUniform: Ends };
  /** In [low, high). */
  readonly uniform: { readonly uniform: Ends };
}

/**
 * What a template comes to, undefined where a `maybe` says so.
 * @throws UserError('config') on a draw that cannot be made
 */
function drawValue(template: Template, rng: Rng): Template | undefined {
  if (typeof template !== 'object') return template;
  if (isList(template)) return template.map((entry) => drawSome(entry, rng));
  for (const [keyword, draw] of Object.entries(DRAWS)) {
    if (keyword in template) return draw(template as never, rng);
  }
  return drawFields(template, rng);
}

/** The same for an object: fields that a `maybe` leaves out are not there. */
export function drawFields(template: TemplateFields, rng: Rng): TemplateFields {
  const entries = Object.entries(template).flatMap(([field, value]) => {
    const drawn = drawValue(value, rng);
    return drawn === undefined ? [] : [[field, drawn] as const];
  });
  return Object.fromEntries(entries);
}

const DRAWS: { readonly [K in keyof Draws]: (draw: Draws[K], rng: Rng) => Template | undefined } = {
  choose: ({ choose, weights }, rng) =>
    drawValue(choose[chooseIndex(weights ?? choose.map(() => 1), rng)]!, rng),
  list: drawList,
  maybe: ({ maybe, probability }, rng) =>
    chance(rng, probability) ? drawValue(maybe, rng) : undefined,
  logInteger: ({ logInteger: [low, high] }, rng) => logInteger(rng, low, high),
  integer: ({ integer: [low, high] }, rng) => integer(rng, low, high),
  logUniform: ({ logUniform: [low, high] }, rng) => logUniform(rng, low, high),
  uniform: ({ uniform: [low, high] }, rng) => low + (high - low) * rng.uniform(),
};

function drawList({ list, length, redraw = 0 }: Draws['list'], rng: Rng): Template[] {
  const count = drawSome(length, rng);
  if (!(typeof count === 'number' && Number.isInteger(count) && count >= 0)) {
    throw new UserError(
      'config',
      `the length of a drawn list must be an integer of at least 0, got ${JSON.stringify(count)}`,
    );
  }
  const entries: Template[] = [];
  for (let i = 0; i < count; i++) {
    const isDrawn = i === 0 || chance(rng, redraw);
    entries.push(isDrawn ? drawSome(list, rng) : entries[i - 1]!);
  }
  return entries;
}

function drawSome(template: Template, rng: Rng): Template {
  const value = drawValue(template, rng);
  if (value !== undefined) return value;
  throw new UserError('config', '"maybe" can leave out a field, but not an entry of a list');
}

/** Index i with probability weights[i] / Σ weights. @param weights  ≥ 0, not all 0 */
export function chooseIndex(weights: readonly number[], rng: Rng): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0 && total < Infinity)) {
    throw new UserError('config', `weights must add up to a number above 0, got ${total}`);
  }
  let left = rng.uniform() * total;
  const index = weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  // Rounding may leave a rest behind the last one.
  return index >= 0 ? index : weights.findLastIndex((weight) => weight > 0);
}

function isList(template: Template): template is readonly Template[] {
  return Array.isArray(template);
}
