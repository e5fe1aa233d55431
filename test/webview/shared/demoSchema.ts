/** What the host can say to the demo page. */
import * as z from 'zod/mini';

export const demoSchema = z.object({ type: z.literal('demo'), fail: z.boolean() });
