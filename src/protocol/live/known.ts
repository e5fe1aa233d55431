import * as z from 'zod/mini';

/**
 * A number, NaN where there is none. VS Code hands messages to its views as JSON, where NaN is null; it comes out as NaN
 * again.
 */
export const known = () =>
  z.pipe(
    z.union([z.number(), z.nan(), z.null()]),
    z.transform((value): number => value ?? NaN),
  );
