/** The axis below signed histograms: logarithmic to both sides of 0. */
import { powerOfTen } from '../../shared/format';
import { color } from '../../shared/theme';
import { decadeTicks } from '../figures/histograms';
import type { BinRange } from '../figures/histograms';

/** Symmetric logarithmic axis: sizes of both signs, 0 in the middle. */
export function drawSignedAxis(
  context: CanvasRenderingContext2D,
  bins: BinRange,
  { width, y }: { readonly width: number; readonly y: number },
): void {
  const middle = width / 2;
  const perBin = middle / (bins.to - bins.from);
  context.strokeStyle = color('--velo-axis');
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, y + 0.5);
  context.lineTo(width, y + 0.5);
  context.stroke();
  context.fillStyle = color('--velo-fg-2');
  context.font = context.font.replace(/^[\d.]+px/, '10px');
  context.textAlign = 'center';
  context.textBaseline = 'top';
  context.fillText('0', middle, y + 3);
  const every = Math.max(1, Math.ceil(34 / (perBin * 2 * Math.log2(10))));
  for (const { exponent, bin } of decadeTicks(bins, every)) {
    const distance = (bin - bins.from) * perBin;
    if (distance < 22 || distance > middle - 10) continue;
    const label = exponent === 0 ? '1' : powerOfTen(exponent);
    for (const sign of [-1, 1]) {
      const x = middle + sign * distance;
      context.fillRect(Math.round(x), y, 1, 3);
      context.fillText(sign < 0 ? `−${label}` : label, x, y + 3);
    }
  }
}
