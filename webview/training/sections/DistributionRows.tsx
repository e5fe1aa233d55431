/** Distributions over the step axis, a row for each tensor or group: heat-map or percentile bands. */
import { useMemo, useState } from 'preact/hooks';
import { Canvas, drawHeatmap } from '../../shared/canvas';
import type { DrawCanvas } from '../../shared/canvas';
import { integer, num, percent, powerOfTen } from '../../shared/format';
import { color, palette, withAlpha } from '../../shared/theme';
import type { Range } from '../../shared/scales';
import { bandsOf, shareToPalette } from '../figures/distributions';
import type { DistributionFigure, DistributionRow } from '../figures/distributions';
import { binEdge, decadeTicks, percentileBins } from '../figures/histograms';
import type { BinRange } from '../figures/histograms';
import { snapshotAt } from '../figures/multiplier';
import type { TensorGroup } from '../figures/tensors';
import type { Trace } from '../model/trace';
import type { Axis, Panel } from '../panel';
import { BrushedTensors } from './BrushedTensors';
import { columnEdges } from './columns';
import { HoverTrack } from './HoverTrack';
import type { Place } from './HoverTrack';
import { RowLabels } from './RowLabels';

interface Props {
  readonly panel: Panel;
  readonly trace: Trace;
  readonly groups: readonly TensorGroup[];
  /** Undefined while the histograms of the chosen quantity are on their way. */
  readonly figure: DistributionFigure | undefined;
}

const GAP = 3;

/** Height of a row: smaller when there are many, since the section scrolls at 320 pixels. */
function rowHeight(rows: number): number {
  return rows <= 8 ? 31 : 24;
}

export function DistributionRows({ panel, trace, groups, figure }: Props) {
  const { axis, track, view, change, data } = panel;
  const [brushed, setBrushed] = useState<BinRange>();
  const layout = { height: rowHeight(groups.length), pitch: rowHeight(groups.length) + GAP };
  const height = groups.length * layout.pitch + 2;
  const rowAt = (y: number) =>
    Math.min(groups.length - 1, Math.max(0, Math.floor((y - 1) / layout.pitch)));
  const end = data.main.entry.step;
  const edges = useMemo(
    () => (figure ? columnEdges(trace.steps, figure.length, end, axis.scale) : []),
    [figure, axis.scale, trace.steps, end],
  );
  const draw: DrawCanvas = (context) => {
    if (figure === undefined) return;
    figure.rows.forEach((row, index) => {
      const area = { y: 1 + index * layout.pitch, height: layout.height };
      if (view.distributionView === 'heat') drawHeat(context, { row, figure, edges, axis, area });
      else drawBands(context, { row, figure, edges, axis, area });
      drawFrame(context, { bins: figure.bins, axis, area, brushed });
    });
  };
  const onBrushY = ([from, to]: Range) => {
    if (figure) setBrushed(binsBetween(figure.bins, layout, rowAt((from + to) / 2), [from, to]));
  };
  return (
    <>
      {brushed && trace.distribution && (
        <BrushedTensors
          panel={panel}
          trace={trace}
          distribution={trace.distribution}
          bins={brushed}
          onClose={() => {
            setBrushed(undefined);
          }}
        />
      )}
      <div class="rows">
        <HoverTrack
          {...track}
          title="Distributions"
          height={height}
          top={1}
          bottom={GAP + 1}
          onBrushY={onBrushY}
          onPick={(_, y) => {
            const group = groups[rowAt(y)];
            if (group?.state === 'tensor') change({ tensor: group.members[0] ?? 0 });
          }}
          tip={(place) => figure && tipOf(place, figure.rows[rowAt(place.y)], trace, panel)}
        >
          <Canvas
            width={axis.width}
            height={height}
            draw={draw}
            urgent={[
              view.quantity,
              view.distributionView,
              groups,
              axis.scale,
              brushed,
              figure?.rows.length,
              figure === undefined,
            ]}
            live={[figure, edges]}
          />
        </HoverTrack>
        <RowLabels panel={panel} trace={trace} groups={groups} pitch={layout.pitch} />
      </div>
    </>
  );
}

interface RowDrawing {
  readonly row: DistributionRow;
  readonly figure: DistributionFigure;
  readonly edges: readonly number[];
  readonly axis: Axis;
  readonly area: { readonly y: number; readonly height: number };
}

function drawHeat(context: CanvasRenderingContext2D, drawing: RowDrawing): void {
  const { row, figure, edges, axis, area } = drawing;
  const { scale } = axis;
  const { bins } = figure;
  drawHeatmap(context, {
    x: scale.left,
    width: scale.right - scale.left,
    ...area,
    edges,
    rows: bins.to - bins.from,
    value: (column, line) => shareToPalette(row.shares[column * 100 + bins.to - 1 - line] ?? 0),
    palette: palette('--velo-seq'),
    reduce: 'max',
    bad: color('--velo-bad'),
  });
}

const BAND_ALPHAS = [0.13, 0.17, 0.22, 0.3];

function drawBands(context: CanvasRenderingContext2D, drawing: RowDrawing): void {
  const { row, figure, edges, axis, area } = drawing;
  const { scale } = axis;
  const { bins, length } = figure;
  const bands = bandsOf(row, length);
  const toY = (bin: number) =>
    area.y + area.height * (1 - Math.max(0, bin - bins.from) / (bins.to - bins.from));
  context.save();
  context.beginPath();
  context.rect(scale.left, area.y, scale.right - scale.left, area.height);
  context.clip();
  BAND_ALPHAS.forEach((alpha, index) => {
    context.fillStyle = withAlpha('--velo-series1', alpha);
    fillBetween(context, edges, bands[8 - index]!, bands[index]!, toY);
  });
  context.strokeStyle = color('--velo-fg');
  context.lineWidth = 1.25;
  context.beginPath();
  bands[4]!.forEach((bin, index) => {
    if (!Number.isNaN(bin)) context.lineTo(edges[index]!, toY(bin));
  });
  context.stroke();
  context.restore();
}

function fillBetween(
  context: CanvasRenderingContext2D,
  xs: readonly number[],
  upper: Float64Array,
  lower: Float64Array,
  toY: (bin: number) => number,
): void {
  context.beginPath();
  for (let i = 0; i < upper.length; i++)
    if (!Number.isNaN(upper[i]!)) context.lineTo(xs[i]!, toY(upper[i]!));
  for (let i = lower.length - 1; i >= 0; i--)
    if (!Number.isNaN(lower[i]!)) context.lineTo(xs[i]!, toY(lower[i]!));
  context.fill();
}

interface Frame {
  readonly bins: BinRange;
  readonly axis: Axis;
  readonly area: RowDrawing['area'];
  readonly brushed: BinRange | undefined;
}

/** Box, ticks of size at the right edge, and the range that was dragged out. */
function drawFrame(context: CanvasRenderingContext2D, { bins, axis, area, brushed }: Frame): void {
  const { left, right } = axis.scale;
  const toY = (bin: number) =>
    area.y + area.height * (1 - (bin - bins.from) / (bins.to - bins.from));
  if (brushed) {
    const top = Math.round(toY(brushed.to));
    const bottom = Math.round(toY(brushed.from));
    context.strokeStyle = color('--velo-cursor');
    context.lineWidth = 1;
    context.strokeRect(left + 0.5, top + 0.5, right - left - 1, Math.max(1, bottom - top - 1));
  }
  context.strokeStyle = color('--velo-grid');
  context.lineWidth = 1;
  context.strokeRect(left + 0.5, area.y + 0.5, right - left - 1, area.height - 1);
  context.fillStyle = color('--velo-fg-2');
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.font = context.font.replace(/^[\d.]+px/, '9.5px');
  let lastY = -Infinity;
  for (const { exponent, bin } of decadeTicks(bins)) {
    const y = toY(bin);
    if (y < area.y + 4 || y > area.y + area.height - 3 || y - lastY < 13) continue;
    lastY = y;
    context.fillRect(right, Math.round(y), 4, 1);
    context.fillText(exponent === 0 ? '1' : powerOfTen(exponent), right + 7, y);
  }
}

/** The bins between two heights of a row; at least one. */
function binsBetween(
  bins: BinRange,
  layout: { readonly height: number; readonly pitch: number },
  row: number,
  [top, bottom]: Range,
): BinRange {
  const origin = 1 + row * layout.pitch;
  const binAt = (y: number) => {
    const share = 1 - Math.min(1, Math.max(0, (y - origin) / layout.height));
    return bins.from + share * (bins.to - bins.from);
  };
  const from = Math.floor(binAt(bottom));
  return { from, to: Math.max(from + 1, Math.ceil(binAt(top))) };
}

function tipOf({ step }: Place, row: DistributionRow | undefined, trace: Trace, { view }: Panel) {
  const snapshot = snapshotAt(trace.steps, step);
  if (row === undefined || snapshot < 0) return undefined;
  const shares = row.shares.subarray(snapshot * 100, (snapshot + 1) * 100);
  const [low = NaN, median = NaN, high = NaN] = percentileBins(shares, [0.07, 0.5, 0.93]).map(
    binEdge,
  );
  const nonZero = shares.reduce((sum, share) => sum + share, 0);
  return (
    <>
      <b>{row.group.label}</b>
      <br />
      snapshot at step {integer(trace.steps[snapshot])}
      <br />
      median |{view.quantity}| {num(median)}
      <br />
      <span class="dim">
        7 – 93 %: {num(low, 2)} – {num(high, 2)} · not zero: {percent(nonZero)}
      </span>
    </>
  );
}
