/** The options of task families in a form for people, from the schema. */
import { z } from 'zod';
import { taskSchema } from './taskSchema';

export interface TaskOptionDoc {
  readonly name: string;
  /** `integer`, `number`, `text`, `list of integers`, `yes or no`, or the choices. */
  readonly type: string;
  /** As a configuration would write it, `none` where it may be left out; absent: the option must be given. */
  readonly default?: string;
  /** One plain sentence. */
  readonly summary: string;
}

/** What of a JSON schema is looked at. */
interface FieldSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly items?: FieldSchema;
  readonly default?: unknown;
  readonly description?: string;
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
}

/** The options of each family but its name, in the order in which they are written. */
export function taskOptionDocs(): ReadonlyMap<string, readonly TaskOptionDoc[]> {
  return new Map(
    taskSchema.options.map((option) => [option.shape.family.value, optionsOf(option)] as const),
  );
}

function optionsOf(option: z.ZodType): TaskOptionDoc[] {
  const { properties = {}, required = [] } = z.toJSONSchema(option, {
    io: 'input',
  }) as ObjectSchema;
  return Object.entries(properties)
    .filter(([name]) => name !== 'family')
    .map(([name, field]) => ({
      name,
      type: typeText(field),
      ...(required.includes(name) ? {} : { default: valueText(field.default) }),
      summary: field.description ?? '',
    }));
}

const TYPES: Readonly<Record<string, string>> = { string: 'text', boolean: 'yes or no' };

function typeText({ type = '', enum: choices, items }: FieldSchema): string {
  if (choices !== undefined) return choices.join(' | ');
  if (items !== undefined) return `list of ${typeText(items)}s`;
  // Only a task inside a task is a choice of objects.
  return TYPES[type] ?? (type === '' ? 'task' : type);
}

function valueText(value: unknown): string {
  if (value === undefined) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value).replaceAll(',', ', ');
}
