/** The options of an optimizer that a sweep may vary: numbers, words of a list, true or false. */
import type { z } from 'zod';
import { optimizerSchema } from './optimizerConfig';

/** Have places of their own in a sweep, or say who it is. */
const NOT_SWEPT: readonly string[] = ['name', 'learningRate', 'schedule'];

/**
 * @param optimizer  its name in a config
 * @returns the schema of each option by its name; empty for an unknown optimizer
 */
export function sweptOptions(optimizer: string): ReadonlyMap<string, z.core.$ZodType> {
  const schema = optimizerSchema.options.find(({ shape }) => shape.name.value === optimizer);
  const fields = Object.entries<z.core.$ZodType>(schema?.shape ?? {});
  return new Map(fields.filter(([name]) => !NOT_SWEPT.includes(name)));
}

/** Whether an option of an optimizer takes whole numbers only. */
export function isWholeOption(optimizer: string, option: string): boolean {
  const schema = sweptOptions(optimizer).get(option) as z.ZodType | undefined;
  const issues = schema?.safeParse(1.5).error?.issues ?? [];
  return issues.some(({ code, ...issue }) => code === 'invalid_type' && 'format' in issue);
}
