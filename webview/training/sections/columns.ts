/** Pixel edges of the snapshots on the step axis: each lasts until the next, the last until the run's step. */
import type { StepScale } from '../../shared/scales';

/** @returns `length` + 1 pixels, rising */
export function columnEdges(
  steps: Uint32Array,
  length: number,
  endStep: number,
  scale: StepScale,
): number[] {
  const edges = Array.from(steps.subarray(0, length), (step) => scale.toPixel(step));
  const last = steps[length - 1];
  if (last === undefined) return [];
  const next = steps[length] ?? Math.max(endStep, last + 1);
  return [...edges, scale.toPixel(next)];
}
