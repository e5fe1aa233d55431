/** Kinds of numbers that several schemas have. */
import { z } from 'zod';

/** A number of steps of a run. */
export const steps = () => z.int().min(1).max(100_000_000);
