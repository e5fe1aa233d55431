/** The data card: what a cached data set is, where it is from, how it was converted, and what its files hold. */
import { z } from 'zod';
import { UserError } from '../../base/index';

const arraySchema = z.strictObject({
  file: z.string(),
  dtype: z.enum(['u8', 'u16', 'u32', 'f32']),
  shape: z.array(z.int().min(0)),
  sha256: z.string(),
});

/** One array of a data set in a file of its own, little-endian, C order. */
export type CachedArray = z.infer<typeof arraySchema>;

const cardSchema = z.strictObject({
  format: z.literal(1),
  name: z.string(),
  kind: z.enum(['images', 'text', 'table']),
  summary: z.string(),
  licence: z.string(),
  source: z.strictObject({
    from: z.string(),
    files: z.int(),
    bytes: z.int(),
    sha256: z.string(),
  }),
  conversion: z.array(z.string()),
  /** Examples of each set, bytes of a text. */
  samples: z.strictObject({ train: z.int(), test: z.int().exactOptional() }),
  classes: z.int().exactOptional(),
  classNames: z.array(z.string()).exactOptional(),
  columns: z.array(z.string()).exactOptional(),
  /** The beginning of a text, the first rows of a table. */
  preview: z.string().exactOptional(),
  arrays: z.record(z.string(), arraySchema),
});

export type DataCard = z.infer<typeof cardSchema>;

/** What a person or the list of sources says about data. */
export interface Description {
  readonly name: string;
  readonly summary: string;
  readonly licence: string;
  /** Package and version, or the path. */
  readonly from: string;
}

/** @throws UserError('data') */
export function parseCard(file: string, text: string): DataCard {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw badCard(file, 'it is no JSON', cause);
  }
  const { data, error } = cardSchema.safeParse(value);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  throw badCard(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, error);
}

function badCard(file: string, found: string, cause: unknown): UserError {
  return new UserError('data', `${file} is not a data card: ${found}, expected one of format 1`, {
    remedy: 'Remove the folder and add or pull the data set again.',
    cause,
  });
}
