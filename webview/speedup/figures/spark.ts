/** Curves as small paths, all over one scale. Pure. */

export interface SparkSize {
  readonly width: number;
  readonly height: number;
}

const EDGE = 2;

/** Curves without what has no logarithm: it is set to the smallest that has, so that the others keep theirs. */
export function aboveZero(curves: readonly Float32Array[]): Float32Array[] {
  const least = curves.flatMap((curve) => [...curve]).reduce(smallerPositive, Infinity);
  return curves.map((curve) => curve.map((loss) => (loss === 0 ? least : loss)));
}

function smallerPositive(least: number, loss: number): number {
  return loss > 0 && loss < least ? loss : least;
}

/**
 * SVG paths, one for each curve; logarithmic where all losses are positive. The upper end is the largest first loss:
 * spikes over it stay at the edge. What is not finite is a gap.
 */
export function sparkPaths(curves: readonly Float32Array[], { width, height }: SparkSize) {
  const finite = curves.flatMap((curve) => [...curve].filter(Number.isFinite));
  if (finite.length === 0) return curves.map(() => '');
  const low = Math.min(...finite);
  const firsts = curves.map((curve) => curve.find(Number.isFinite) ?? low);
  const high = Math.max(...firsts);
  const unit = low > 0 ? Math.log : (value: number) => value;
  const span = unit(high) - unit(low) || 1;
  const toY = (loss: number) =>
    EDGE + ((unit(high) - unit(Math.min(loss, high))) / span) * (height - 2 * EDGE);
  return curves.map((curve) => {
    let isDown = false;
    let path = '';
    for (const [i, loss] of curve.entries()) {
      if (Number.isFinite(loss)) {
        const x = EDGE + (i / Math.max(1, curve.length - 1)) * (width - 2 * EDGE);
        path += `${isDown ? 'L' : 'M'}${x.toFixed(1)} ${toY(loss).toFixed(1)}`;
        isDown = true;
      } else isDown = false;
    }
    return path;
  });
}
