/**
 * The schema of a meta-training's config, a `*.velo.json` whose `kind` is "metatrain": which learned optimizer is trained,
 * on which tasks, by which estimate of its gradient, and how its weights move. Every default is filled in by decoding.
 */
import { z } from 'zod';
import { checkAgainst } from '../configProblems';
import type { ConfigCheck } from '../configProblems';
import { diagnoseConfigText, parseConfigText } from '../configText';
import type { ConfigDiagnostic } from '../configText';
import { steps } from '../fields';
import { DEVICE_NAMES } from '../runConfig';
import { distributionSchema } from './distribution';
import { estimatorSchema } from './estimator';
import { learnedOptimizerSchema } from './learnedOptimizer';
import { outerSchema } from './outer';
import { validationSchema } from './validation';

const jitter = z
  .number()
  .min(0)
  .exactOptional()
  .describe('Standard deviation by which a length is off, as a share of it.');

const lengthsSchema = z
  .union([
    steps(),
    z.strictObject({ logUniform: z.tuple([steps(), steps()]), jitter }),
    z.strictObject({
      powerLaw: z.tuple([steps(), steps()]),
      exponent: z
        .number()
        .min(1.01)
        .max(4)
        .default(1.5)
        .describe('The density falls as T^-exponent: more short trainings than log-uniformly.'),
      jitter,
    }),
    z.strictObject({
      stages: z
        .array(
          z.strictObject({
            until: steps().exactOptional().describe('Outer iteration at which it ends.'),
            logUniform: z.tuple([steps(), steps()]),
          }),
        )
        .min(1),
      jitter,
    }),
  ])
  .prefault({ logUniform: [100, 4000] })
  .describe(
    'Steps of an inner training: a number, drawn log-uniformly or by a power law between two, or in stages.',
  );

const metaLossSchema = z
  .strictObject({
    floor: z
      .number()
      .gt(0)
      .default(0.01)
      .describe(
        'Added to a loss before its logarithm is taken: what is far below it is all the same.',
      ),
    samples: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(512)
      .describe('Examples on which the loss after the last step is taken.'),
  })
  .prefault({})
  .describe('What an inner training is judged by: the logarithm of its loss.');

/** Fields of a meta-training's config in the order in which they are written. */
const metaConfigSchema = z
  .strictObject({
    $schema: z.string().exactOptional().describe('Where the schema of this file is, for editors.'),
    kind: z.literal('metatrain').describe('What tells this file from the config of a run.'),
    name: z
      .string()
      .min(1)
      .max(80)
      .default('metatrain')
      .describe('What the meta-training is called; absent: the name of the file.'),
    optimizer: learnedOptimizerSchema,
    tasks: z
      .union([z.string().min(1), distributionSchema])
      .default('recipe')
      .describe(
        'What is trained on: "recipe", "wide", "general", "hard", or a distribution of your own.',
      ),
    lengths: lengthsSchema,
    metaLoss: metaLossSchema,
    estimator: estimatorSchema,
    outer: outerSchema,
    iterations: steps()
      .exactOptional()
      .describe('Outer iterations; absent: as many as `budget` has time for.'),
    budget: z
      .string()
      .regex(/^\d+(\.\d+)?(s|m|h)$/, { error: 'must be a time such as "90s", "20m" or "2.5h"' })
      .exactOptional()
      .describe(
        'Time after which it ends: "90s", "20m", "2.5h". The learning rate comes down with it.',
      ),
    validation: validationSchema,
    checkpointEvery: steps().default(20).describe('Outer iterations between checkpoints.'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .default(1)
      .describe('Everything random follows from it.'),
    device: z
      .enum(DEVICE_NAMES)
      .default('auto')
      .describe('What computes; "auto" takes native code where it loads, else WebAssembly.'),
  })
  .superRefine(({ iterations, budget }, context) => {
    if (iterations !== undefined || budget !== undefined) return;
    const message = 'must have `iterations` or `budget`, so that it ends';
    context.addIssue({ code: 'custom', path: [], message, input: {} });
  })
  .describe('A meta-training of VeLO Lab: a learned optimizer is trained.');

/** With every default filled in. */
export type MetaConfig = Omit<z.output<typeof metaConfigSchema>, '$schema'>;

/** Estimators that go back through inner trainings; the others play antithetic pairs of them. */
export type GradientEstimator = Extract<
  MetaConfig['estimator'],
  { kind: 'fullGrad' | 'truncatedGrad' }
>;
export type PairEstimator = Exclude<MetaConfig['estimator'], GradientEstimator>;

/** Whether the estimator plays antithetic pairs. */
export function playsPairs(estimator: MetaConfig['estimator']): estimator is PairEstimator {
  return 'pairs' in estimator;
}

/** Decodes a value into a meta-training's config or says everything that is wrong with it. */
export function checkMetaConfig(value: unknown): ConfigCheck<MetaConfig> {
  return checkAgainst(metaConfigSchema, value);
}

/** @throws UserError('config') naming file, line and column of the first problem */
export function parseMetaConfigText(
  text: string,
  fileName: string,
  overrides: readonly string[] = [],
): MetaConfig {
  return parseConfigText(text, checkMetaConfig, { fileName, overrides, schema: metaConfigSchema });
}

/** Everything wrong with the text of a meta-training's config, in the order of the text; empty when it is right. */
export function diagnoseMetaConfigText(text: string): ConfigDiagnostic[] {
  return diagnoseConfigText(text, checkMetaConfig);
}

/** Seconds of a budget such as `20m`. */
export function budgetSeconds(budget: string): number {
  const unit = { s: 1, m: 60, h: 3600 }[budget.slice(-1)] ?? 1;
  return Number(budget.slice(0, -1)) * unit;
}

/** The JSON schema of such files, for editors. */
export function metaConfigJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(metaConfigSchema, {
    io: 'input',
    target: 'draft-7',
    // Templates of tasks are checked by what they make; an editor takes any.
    unrepresentable: 'any',
  });
  return {
    $schema,
    title: 'VeLO Lab meta-training',
    allowComments: true,
    allowTrailingCommas: true,
    ...schema,
  };
}
