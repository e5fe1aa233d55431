/** The schema of a sweep: which settings of an optimizer are tried. */
import { z } from 'zod';
import { scheduleSchema } from './optimizers/fields';
import { sweptOptions } from './optimizers/optionFields';

const rate = (value: number, what: string) => z.number().gt(0).default(value).describe(what);
const lowest = () => rate(1e-7, 'The lowest learning rate, > 0.');
const highest = () => rate(1, 'The highest learning rate, at least the lowest.');
const points = () => z.int().min(1).max(1000).describe('How many learning rates.');

const gridSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z
        .literal('decades')
        .describe('Two learning rates a decade: 1e-7, 3e-7, 1e-6, … 0.3, 1.'),
      points: z
        .union([z.literal(15), z.literal(14)])
        .default(15)
        .describe('15: all of them; 14: without 1e-7.'),
    }),
    z.strictObject({
      kind: z.literal('logUniform').describe('Evenly spaced logarithms, both ends included.'),
      points: points(),
      low: lowest(),
      high: highest(),
    }),
    z.strictObject({
      kind: z.literal('random').describe('Drawn at random, their logarithms uniform.'),
      points: points(),
      low: lowest(),
      high: highest(),
      seed: z.int().min(0).max(0xffff_ffff).default(0).describe('Of the draw.'),
    }),
    z.strictObject({
      kind: z.literal('list').describe('As they are listed.'),
      values: z.array(z.number().gt(0)).min(1).max(1000).describe('Learning rates, each > 0.'),
    }),
  ])
  .describe('Which learning rates are tried.');

const optionValueSchema = z.union([z.number(), z.boolean(), z.string()], {
  error: 'must be a number, a text in quotes, true or false',
});

const ends = () => ({
  points: z.int().min(1).max(1000).default(5).describe('How many values.'),
  low: z.number().describe('The lowest value.'),
  high: z.number().describe('The highest value, at least the lowest.'),
});

const optionRangeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z
      .literal('logUniform')
      .describe('Evenly spaced logarithms, both ends included; needs low > 0.'),
    ...ends(),
  }),
  z.strictObject({
    kind: z.literal('uniform').describe('Evenly spaced, both ends included.'),
    ...ends(),
  }),
  z.strictObject({
    kind: z.literal('random').describe('Drawn at random.'),
    ...ends(),
    scale: z
      .enum(['log', 'linear'])
      .default('log')
      .describe('Whether the logarithms are uniform, which needs low > 0, or the values.'),
    seed: z.int().min(0).max(0xffff_ffff).default(0).describe('Of the draw.'),
  }),
]);

const optionAxisSchema = z
  .union([z.array(optionValueSchema).min(1).max(1000), optionRangeSchema], {
    error: 'must be a list of values or a range in braces',
  })
  .describe('Values as they are listed, or a range of numbers.');

export const sweepSchema = z
  .strictObject({
    learningRates: gridSchema
      .exactOptional()
      .describe('Which learning rates are tried; absent: those of the suite, or 15 of decades.'),
    schedules: z
      .array(scheduleSchema)
      .min(1)
      .max(20)
      .default([{ kind: 'constant' }])
      .describe('Schedules, each of which is tried with every learning rate.'),
    options: z
      .record(z.string(), optionAxisSchema)
      .exactOptional()
      .describe('Further options of the optimizer, by name, each with the values that are tried.'),
    draw: z
      .int()
      .min(1)
      .max(10_000)
      .exactOptional()
      .describe(
        'So many settings drawn at random instead of all: of lists one entry, of ranges any value; points are not read.',
      ),
    drawSeed: z
      .int()
      .min(0)
      .max(0xffff_ffff)
      .exactOptional()
      .describe('Of the draw: the same settings for the same seed; absent: 0.'),
  })
  .describe('The settings that are tried; each is a training of its own for each seed.');

export type Sweep = z.output<typeof sweepSchema>;
export type RateGrid = z.output<typeof gridSchema>;

/** The learning rates of a sweep that doesn't say any. */
export const DEFAULT_RATES: RateGrid = { kind: 'decades', points: 15 };

type Path = readonly (string | number)[];

interface Swept {
  readonly optimizer: { readonly name: string };
  readonly sweep?: Sweep;
}

/** More would be a mistake, and names more trainings than anybody waits for. */
const MOST_SETTINGS = 10_000;

/** Whether the optimizer can be swept like this. @param path  of the entry that has both */
export function checkSweep(
  { optimizer, sweep }: Swept,
  path: Path,
  context: z.RefinementCtx,
): void {
  if (sweep === undefined) return;
  const complain = (place: Path, message: string, input: unknown): void => {
    context.addIssue({ code: 'custom', path: [...path, ...place], message, input });
  };
  if (!('learningRate' in optimizer))
    complain([], 'needs an optimizer with a learning rate', optimizer);
  const { learningRates: grid = DEFAULT_RATES, options = {}, draw, drawSeed } = sweep;
  if ('low' in grid && grid.low > grid.high)
    complain(['sweep', 'learningRates', 'high'], `must be >= ${grid.low}`, grid.high);
  for (const [option, axis] of Object.entries(options))
    checkOption(optimizer.name, option, axis, { path: [...path, 'sweep', 'options'], context });
  if (drawSeed !== undefined && draw === undefined)
    complain(['sweep', 'drawSeed'], 'needs "draw" beside it', drawSeed);
  const settings = draw ?? countSettings(sweep);
  if (settings > MOST_SETTINGS)
    complain(
      ['sweep'],
      `must have at most ${MOST_SETTINGS} settings ("draw" tries some of them)`,
      settings,
    );
}

function countSettings({ learningRates, schedules, options = {} }: Sweep): number {
  const grid = learningRates ?? DEFAULT_RATES;
  const rates = grid.kind === 'list' ? grid.values.length : grid.points;
  const axes = Object.values(options).map((axis) =>
    Array.isArray(axis) ? axis.length : axis.points,
  );
  return axes.reduce((product, length) => product * length, rates * schedules.length);
}

interface Place {
  readonly path: Path;
  readonly context: z.RefinementCtx;
}

function checkOption(
  optimizer: string,
  option: string,
  axis: NonNullable<Sweep['options']>[string],
  { path, context }: Place,
): void {
  const options = sweptOptions(optimizer);
  const schema = options.get(option) as z.ZodType | undefined;
  const here = [...path, option];
  if (schema === undefined) {
    const values = [...options.keys()];
    context.addIssue({ code: 'invalid_value', values, path: here, input: option });
    return;
  }
  const check = (place: string | number, value: unknown): void => {
    const issues = schema.safeParse(value, { reportInput: true }).error?.issues ?? [];
    for (const issue of issues) context.addIssue({ ...issue, path: [...here, place] });
  };
  if (Array.isArray(axis)) {
    for (const [index, value] of axis.entries()) check(index, value);
    return;
  }
  check('low', axis.low);
  check('high', axis.high);
  const complain = (place: string, message: string, input: unknown): void => {
    context.addIssue({ code: 'custom', path: [...here, place], message, input });
  };
  if (axis.low > axis.high) complain('high', `must be >= ${axis.low}`, axis.high);
  const isLinear = axis.kind === 'uniform' || (axis.kind === 'random' && axis.scale === 'linear');
  if (!isLinear && axis.low <= 0)
    complain('low', 'must be > 0 where logarithms are spaced', axis.low);
}
