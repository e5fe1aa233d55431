/** The schema of a distribution of tasks: what meta-training draws its inner problems from. */
import { z } from 'zod';
import { checkAgainst } from '../configProblems';
import type { ConfigCheck } from '../configProblems';
import { taskSchema } from '../tasks/taskSchema';
import { probability, template, templateFields } from './draws';

const reparametrization = z.strictObject({ level: template, decades: template });

const variation = z
  .strictObject({
    initScale: template.exactOptional().describe('Factor on the spread of starting weights, > 0.'),
    trainShare: template
      .exactOptional()
      .describe('Share of the train split that is trained on, above 0 and at most 1.'),
    reparametrization: z
      .union([
        reparametrization,
        z.strictObject({ maybe: reparametrization, probability: probability() }),
      ])
      .exactOptional()
      .describe(
        'Weights are trained as w/scale where the loss multiplies by scale, 10^±decades at random; of `level` "global", ' +
          '"tensor" or "parameter".',
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
