/** What may stand for a value in a distribution of tasks: the value itself, or how it is drawn. */
import { z } from 'zod';

/** JSON without null, in which some objects are draws. */
export type Template = boolean | number | string | readonly Template[] | TemplateFields;
export interface TemplateFields {
  readonly [field: string]: Template;
}

/** A value or a draw. What a drawn value may be is for the field that it is for to say. */
export const template = z.unknown().superRefine(checkTemplate) as z.ZodType as z.ZodType<Template>;

export const probability = () => z.number().min(0).max(1);

const integerEnds = z
  .tuple([z.int(), z.int()])
  .refine(([low, high]) => low <= high, { error: 'must have its lower end first' });
const ends = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low < high, { error: 'must have its lower end first' });
const positiveEnds = ends.refine(([low]) => low > 0, { error: 'must have ends above 0' });

/** By the keyword that tells them from plain objects. */
const draws: Readonly<Record<string, z.ZodType>> = {
  choose: z
    .strictObject({
      choose: z.array(template).min(1),
      weights: z.array(z.number().min(0)).exactOptional(),
    })
    .refine(({ choose, weights }) => weights === undefined || weights.length === choose.length, {
      path: ['weights'],
      error: 'must have as many entries as choose',
    })
    .refine(({ weights }) => weights === undefined || weights.some((weight) => weight > 0), {
      path: ['weights'],
      error: 'must have an entry above 0',
    }),
  list: z.strictObject({
    list: template,
    length: template,
    redraw: probability().exactOptional(),
  }),
  maybe: z.strictObject({ maybe: template, probability: probability() }),
  logInteger: z.strictObject({ logInteger: positiveEnds }),
  integer: z.strictObject({ integer: integerEnds }),
  logUniform: z.strictObject({ logUniform: positiveEnds }),
  uniform: z.strictObject({ uniform: ends }),
};

const plainFields: z.ZodType<TemplateFields> = z.record(z.string(), template);

/** An object of such values that is no draw itself. */
export const templateFields = plainFields.refine((value) => drawOf(value) === undefined, {
  error: 'must be an object with fields, not a draw',
});

function checkTemplate(value: unknown, context: z.RefinementCtx): void {
  if (['boolean', 'number', 'string'].includes(typeof value)) return;
  const schema = schemaOf(value);
  const issues = schema?.safeParse(value, { reportInput: true }).error?.issues ?? [];
  for (const issue of issues) context.addIssue({ ...issue });
  if (schema !== undefined) return;
  const message = 'must be a value or a draw';
  context.addIssue({ code: 'custom', message, input: value });
}

function schemaOf(value: unknown): z.ZodType | undefined {
  if (Array.isArray(value)) return z.array(template);
  if (typeof value !== 'object' || value === null) return undefined;
  return drawOf(value) ?? plainFields;
}

function drawOf(value: object): z.ZodType | undefined {
  return Object.entries(draws).find(([keyword]) => keyword in value)?.[1];
}
