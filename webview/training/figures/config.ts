/** The little that the panel reads from a run's config. */
import * as z from 'zod/mini';

const configSchema = z.object({
  trace: z.optional(z.object({ every: z.optional(z.union([z.string(), z.number()])) })),
});

/** Whether the config says that nothing is to be traced. */
export function isTraceOff(configText: string): boolean {
  const parsed = configSchema.safeParse(parseJson(configText));
  return parsed.success && parsed.data.trace?.every === 0;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
