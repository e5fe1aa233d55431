/** The schema of a distribution of tasks: what meta-training draws its inner problems from. */
import { z } from 'zod';
import { checkAgainst } from '../configProblems';
import type { ConfigCheck } from '../configProblems';
import { taskSchema } from '../tasks/taskSchema';
import { probability, template, templateFields } from './draws';

/** Fields that are drawn one by one, or all of them with some probability. */
const drawn = <T extends z.ZodObject>(fields: T) =>
  z.union([fields, z.strictObject({ maybe: fields, probability: probability() })]);

const reparametrization = z.strictObject({ level: template, decades: template });

const gradient = z.strictObject({
  es: drawn(z.strictObject({ pairs: template, std: template })).exactOptional(),
  bfloat16: template.exactOptional(),
  normalized: template.exactOptional(),
  directions: drawn(
    z.strictObject({ count: template, signs: template.exactOptional() }),
  ).exactOptional(),
  keep: template.exactOptional(),
  delay: template.exactOptional(),
});

const variation = z
  .strictObject({
    initScale: template.exactOptional().describe('Factor on the spread of starting weights, > 0.'),
    trainShare: template
      .exactOptional()
      .describe('Share of the train split that is trained on, above 0 and at most 1.'),
    reparametrization: drawn(reparametrization)
      .exactOptional()
      .describe(
        'Weights are trained as w/scale where the loss multiplies by scale, 10^±decades at random; of `level` "global", ' +
          '"tensor" or "parameter".',
      ),
    gradient: drawn(gradient)
      .exactOptional()
      .describe(
        'What happens to gradients before an optimizer sees them, in this order: estimated from `pairs` of losses at noise ' +
          'of deviation `std`, rounded to bfloat16, normalised, projected on `count` random directions or their signs, ' +
          'a share of its numbers kept, delayed by some updates. Each form costs a plan.',
      ),
  })
  .describe('What makes tasks with the same config different.');

const entry = z
  .strictObject({
    weight: z.number().gt(0).exactOptional().describe('How often, against the others; absent: 1.'),
    task: templateFields
      .superRefine(checkTask)
      .describe(
        'A task as a run config has it, with draws; or its family and "sample": true for the published ranges.',
      ),
    variation: variation.exactOptional(),
    pool: z
      .int()
      .min(1)
      .max(100_000)
      .exactOptional()
      .describe('So many different configs in all; absent: each task has a fresh one.'),
    batchShare: template
      .exactOptional()
      .describe('Share of its batch that a config keeps, above 0 and at most 1; absent: all.'),
    maxFlops: z
      .number()
      .gt(0)
      .exactOptional()
      .describe(
        'Floating-point operations of a step, its gradient included: configs that take more are drawn again.',
      ),
    maxLength: z
      .int()
      .min(1)
      .exactOptional()
      .describe('Trainings of its tasks take at most so many steps; absent: as `lengths` says.'),
    resample: probability()
      .exactOptional()
      .describe('Probability of a fresh config in spite of the pool; absent: 0.'),
  })
  .describe('One kind of task.');

const entries = () => z.array(entry).min(1).max(1000);

export const distributionSchema = z
  .strictObject({
    name: z.string().min(1).max(80).describe('What it is called.'),
    summary: z.string().max(400).describe('One plain sentence.'),
    seed: z.int().min(0).max(0xffff_ffff).exactOptional().describe('Of the pools; absent: 0.'),
    metaTrain: entries().describe('What is trained on.'),
    metaValid: entries()
      .exactOptional()
      .describe('What progress is measured on; absent: as metaTrain, with other seeds.'),
    metaTest: entries()
      .exactOptional()
      .describe('What the result is measured on; absent: as metaTrain, with other seeds.'),
    heldOut: z
      .array(z.string().min(1))
      .exactOptional()
      .describe('Data sets that only metaTest may have.'),
  })
  .describe('A distribution of tasks.');

export type TaskDistributionConfig = z.output<typeof distributionSchema>;

/** Decodes a value into a distribution or says everything that is wrong with it. */
export function checkDistribution(value: unknown): ConfigCheck<TaskDistributionConfig> {
  return checkAgainst(distributionSchema, value);
}

/** Fields by family, those of the schema of tasks. */
const FIELDS = new Map<unknown, readonly string[]>(
  taskSchema.options.map(({ shape }) => [shape.family.value, Object.keys(shape)] as const),
);

function checkTask(task: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  const { family, ...others } = task;
  const fields = FIELDS.get(family);
  if (fields === undefined) {
    const values = [...FIELDS.keys()] as string[];
    context.addIssue({ code: 'invalid_value', values, path: ['family'], input: family });
    return;
  }
  const known = others['sample'] === true ? ['sample'] : fields;
  for (const field of Object.keys(others)) {
    if (known.includes(field)) continue;
    const message = `is not a setting of ${String(family)} (${known.join(', ')})`;
    context.addIssue({ code: 'custom', message, path: [field], input: task[field] });
  }
}
