/** A loss curve in one line of text. */

const BLOCKS = '▁▂▃▄▅▆▇█';
/** Stands for steps without a finite loss. */
const NOT_FINITE = '·';

/**
 * The curve of `losses`, oldest first, in at most `width` characters: means of equal parts, on a log scale
 * where all are positive.
 */
export function sparkline(losses: readonly (number | null)[], width = 60): string {
  const parts = Math.min(width, losses.length);
  const means = Array.from({ length: parts }, (_, part) => {
    const begin = Math.floor((part * losses.length) / parts);
    const end = Math.floor(((part + 1) * losses.length) / parts);
    return meanOf(losses.slice(begin, end));
  });
  const finite = means.filter((mean) => mean !== null);
  const scale = finite.every((mean) => mean > 0) ? Math.log : (value: number) => value;
  const low = scale(Math.min(...finite));
  const high = scale(Math.max(...finite));
  return means
    .map((mean) => {
      if (mean === null) return NOT_FINITE;
      const height = high > low ? (scale(mean) - low) / (high - low) : 0;
      return BLOCKS[Math.round(height * (BLOCKS.length - 1))] ?? NOT_FINITE;
    })
    .join('');
}

function meanOf(losses: readonly (number | null)[]): number | null {
  const finite = losses.filter((loss) => loss !== null);
  if (finite.length === 0) return null;
  return finite.reduce((sum, loss) => sum + loss, 0) / finite.length;
}
