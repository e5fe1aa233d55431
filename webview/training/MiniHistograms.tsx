/** Signed histograms of update, gradient and parameter of the chosen tensor at the snapshot under the cursor. */
import { useMemo } from 'preact/hooks';
import { HISTOGRAM_SLOTS, QUANTITIES } from '../../src/protocol/live/index';
import type { Quantity } from '../../src/protocol/live/index';
import { Canvas } from '../shared/canvas';
import type { DrawCanvas } from '../shared/canvas';
import { integer, num, percent } from '../shared/format';
import { paletteColor } from '../shared/theme';
import { signedCounts, sizeShares, summarize, usedBins } from './figures/histograms';
import type { BinRange, HistogramSummary } from './figures/histograms';
import { snapshotAt } from './figures/multiplier';
import type { TensorDetail, Trace } from './model/trace';
import { chosenTensor } from './panel';
import type { Panel } from './panel';
import { drawSignedAxis } from './sections/signedAxis';

interface Props {
  readonly panel: Panel;
  readonly trace: Trace;
  readonly step: number;
}

const TITLES: Readonly<Record<Quantity, string>> = {
  update: 'Update',
  gradient: 'Gradient',
  parameter: 'Parameter',
};
const HEIGHT = 74;
const AXIS = 16;
const SIDE_WIDTH = 319;

export function MiniHistograms({ panel, trace, step }: Props) {
  const { data, view, axis } = panel;
  const tensor = chosenTensor(data, view);
  const detail = trace.detail?.tensor === tensor ? trace.detail : undefined;
  if (detail === undefined || detail.length === 0) return null;
  const snapshot = Math.max(0, Math.min(detail.length - 1, snapshotAt(trace.steps, step)));
  const quantity = view.quantity === 'ratio' ? 'update' : view.quantity;
  const shown = axis.breakpoint === 'narrow' ? [quantity] : QUANTITIES;
  const name = trace.meta.tensors[tensor]?.name ?? '';
  const width = axis.breakpoint === 'wide' ? SIDE_WIDTH : Math.max(0, axis.width - 24);
  return (
    <section class="side-block" aria-label="Histograms of the chosen tensor">
      <h2 class="side-title">
        {name}, snapshot at step {integer(trace.steps[snapshot])}
      </h2>
      {shown.map((one) => (
        <MiniHistogram key={one} detail={detail} quantity={one} snapshot={snapshot} width={width} />
      ))}
    </section>
  );
}

interface HistogramProps {
  readonly detail: TensorDetail;
  readonly quantity: Quantity;
  readonly snapshot: number;
  readonly width: number;
}

function MiniHistogram({ detail, quantity, snapshot, width }: HistogramProps) {
  const counts = detail.histograms[quantity];
  const bins = useMemo(() => binsOf(counts, detail.length), [counts, detail.length]);
  const histogram = counts.subarray(snapshot * HISTOGRAM_SLOTS, (snapshot + 1) * HISTOGRAM_SLOTS);
  const summary = summarize(histogram);
  const draw: DrawCanvas = (context) => {
    drawBars(context, histogram, bins, width);
    drawSignedAxis(context, bins, { width, y: HEIGHT - AXIS });
  };
  const text = `median |x| ${num(summary.median, 2)} · zero ${percent(summary.zero / Math.max(1, summary.total))}`;
  return (
    <div class="mini">
      <p class="small" title="The median is of the elements that are not zero">
        {TITLES[quantity]} <span class="dim">{text} · </span>
        <BadCounts summary={summary} />
      </p>
      <Canvas
        width={width}
        height={HEIGHT}
        label={`Histogram of the ${quantity}, signed: ${text}`}
        draw={draw}
        urgent={[snapshot, detail.tensor, width]}
        live={[counts]}
      />
    </div>
  );
}

function BadCounts({ summary }: { readonly summary: HistogramSummary }) {
  const { notANumber, infinite } = summary;
  const isBad = notANumber + infinite > 0;
  return (
    <span class={isBad ? 'bad-text' : 'dim'}>
      NaN {integer(notANumber)}
      {infinite > 0 && ` · ∞ ${integer(infinite)}`}
    </span>
  );
}

/** One range for all snapshots, so that the axis stays while the cursor moves. */
function binsOf(counts: Uint32Array, length: number): BinRange {
  const shares = new Float32Array(100);
  const mass = new Float64Array(100);
  for (let snapshot = 0; snapshot < length; snapshot++) {
    sizeShares(counts, snapshot * HISTOGRAM_SLOTS, shares);
    for (let bin = 0; bin < mass.length; bin++) mass[bin]! += shares[bin]!;
  }
  return usedBins(mass);
}

function drawBars(
  context: CanvasRenderingContext2D,
  histogram: Uint32Array,
  bins: BinRange,
  width: number,
): void {
  const negative = signedCounts(histogram, 0, -1).subarray(bins.from, bins.to);
  const positive = signedCounts(histogram, 0, 1).subarray(bins.from, bins.to);
  const largest = Math.max(1, ...negative, ...positive);
  const middle = width / 2;
  const pitch = (middle - 4) / negative.length;
  const base = HEIGHT - AXIS;
  const bars = (counts: Float32Array, xOf: (index: number) => number, share: number) => {
    context.fillStyle = paletteColor('--velo-div', share);
    counts.forEach((count, index) => {
      const height = (count / largest) * (base - 6);
      if (count > 0)
        context.fillRect(
          xOf(index),
          base - Math.max(1, height),
          Math.max(1, pitch - 0.6),
          Math.max(1, height),
        );
    });
  };
  bars(negative, (index) => middle - 1 - (index + 1) * pitch, 0.16);
  bars(positive, (index) => middle + 1 + index * pitch, 0.84);
}
