/** The scale on which losses without a natural one (plain functions) are compared. */

/**
 * min(ln(1 + max(L, 0)), 10): order-preserving for 0 <= L < e¹⁰, 0 at a minimum of 0; NaN and ±∞ count as 10.
 */
export function normalizeValue(loss: number): number {
  if (!Number.isFinite(loss)) return 10;
  return Math.min(Math.log1p(Math.max(loss, 0)), 10);
}
