/** Which fields the schema knows at a place of a config: for suggestions and for checking `--set` paths. */
import { z } from 'zod';
import { runConfigSchema } from './runConfig';

export type PathSegment = string | number;

/** The schema without its default or optional wrapping. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  let current = schema;
  while (
    current instanceof z.ZodDefault ||
    current instanceof z.ZodPrefault ||
    current instanceof z.ZodOptional ||
    current instanceof z.ZodExactOptional
  ) {
    current = current.unwrap();
  }
  return current;
}

function ownValue(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** The object schema at a place: of a union, the branch that the value has chosen. */
function objectAt(schema: z.core.$ZodType, value: unknown): z.ZodObject | undefined {
  if (schema instanceof z.ZodObject) return schema;
  if (schema instanceof z.ZodDiscriminatedUnion) return chosenBranch(schema, value);
  return schema instanceof z.ZodUnion ? likeliestBranches(schema, value)[0] : undefined;
}

/** Of several objects, or a list and an object, those with the most of the fields that are there. */
function likeliestBranches(schema: z.ZodUnion, value: unknown): z.ZodObject[] {
  const branches = schema.options.flatMap((option) => objectAt(option, value) ?? []);
  const known = branches.map(
    ({ shape }) => Object.keys(shape).filter((key) => ownValue(value, key) !== undefined).length,
  );
  return branches.filter((_, index) => known[index] === Math.max(...known));
}

function chosenBranch(schema: z.ZodDiscriminatedUnion, value: unknown): z.ZodObject | undefined {
  const chosen = ownValue(value, schema.def.discriminator);
  return objectBranches(schema).find(
    (branch) => tagOf(branch, schema.def.discriminator) === chosen,
  );
}

function objectBranches(union: z.ZodDiscriminatedUnion): z.ZodObject[] {
  return union.options.filter((option) => option instanceof z.ZodObject);
}

function tagOf(branch: z.ZodObject, discriminator: string): unknown {
  const tag: unknown = branch.shape[discriminator];
  return tag instanceof z.ZodLiteral ? tag.value : undefined;
}

export type ConfigPlace =
  | { readonly kind: 'object'; readonly fields: readonly string[] }
  | {
      readonly kind: 'union';
      readonly discriminator: string;
      readonly tags: readonly string[];
      /** Fields of the branch that the value has chosen, or the discriminator alone. */
      readonly fields: readonly string[];
      /** Fields of any branch. */
      readonly anyFields: readonly string[];
    }
  | { readonly kind: 'text' }
  | { readonly kind: 'value' };

/**
 * What stands at `path` of a config, judged with the values that are there now.
 * @param rootSchema  of the config; default: that of a run
 * @returns undefined where no such field exists
 */
export function placeAt(
  path: readonly PathSegment[],
  root: unknown,
  rootSchema: z.core.$ZodType = runConfigSchema,
): ConfigPlace | undefined {
  let schema = rootSchema;
  let value = root;
  for (const segment of path) {
    if (schema instanceof z.ZodArray) {
      schema = bare(schema.element);
      value = Array.isArray(value) ? (value as unknown[])[Number(segment)] : undefined;
      continue;
    }
    if (schema instanceof z.ZodRecord) {
      schema = bare(schema.valueType);
      value = ownValue(value, String(segment));
      continue;
    }
    const fields: z.core.$ZodShape = objectAt(schema, value)?.shape ?? discriminatorOnly(schema);
    const key = String(segment);
    if (!Object.hasOwn(fields, key)) return undefined;
    const field = fields[key];
    if (field === undefined) return undefined;
    schema = bare(field);
    value = ownValue(value, key);
  }
  return describe(schema, value);
}

/** Before a branch is chosen, a union has no field but the one that chooses. */
function discriminatorOnly(schema: z.core.$ZodType): z.core.$ZodShape {
  return schema instanceof z.ZodDiscriminatedUnion
    ? { [schema.def.discriminator]: z.string() }
    : {};
}

function describe(schema: z.core.$ZodType, value: unknown): ConfigPlace {
  const chosen = objectAt(schema, value);
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = schema.def;
    const branches = objectBranches(schema);
    return {
      kind: 'union',
      discriminator,
      tags: branches.map((branch) => String(tagOf(branch, discriminator))),
      fields: Object.keys(chosen?.shape ?? { [discriminator]: true }),
      anyFields: branches.flatMap(({ shape }) => Object.keys(shape)),
    };
  }
  if (schema instanceof z.ZodUnion) {
    const fields = likeliestBranches(schema, value).flatMap(({ shape }) => Object.keys(shape));
    if (fields.length > 0) return { kind: 'object', fields: [...new Set(fields)] };
  }
  if (chosen !== undefined) return { kind: 'object', fields: Object.keys(chosen.shape) };
  return { kind: schema instanceof z.ZodString ? 'text' : 'value' };
}
