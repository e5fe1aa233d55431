/** How far each group of theta has moved, over outer iterations. */
import { useMemo } from 'preact/hooks';
import { Canvas, drawHeatmap } from '../../shared/canvas';
import type { DrawCanvas } from '../../shared/canvas';
import { ColorBar, Section } from '../../shared/components';
import { num } from '../../shared/format';
import { stepScale } from '../../shared/scales';
import type { StepScale } from '../../shared/scales';
import { fitText } from '../../shared/text';
import { color, palette } from '../../shared/theme';
import { Track } from '../../shared/track';
import { driftTable } from '../figures/tables';
import { validationAt } from '../figures/validations';
import type { MetaData } from '../model';
import { newestOf, sectionState } from '../panel';
import type { Panel } from '../panel';

const ROW = 16;
const TICK_ROOM = 20;

export function Drift({ panel }: { readonly panel: Panel }) {
  const { data } = panel;
  const order = useMemo(() => orderOf(data), [data.validations]);
  const most = useMemo(() => mostOf(data), [data.validations]);
  return (
    <Section
      title="How far θ has moved"
      unit={`RMS of each group, in ${data.about.playsPairs ? 'perturbation widths' : 'scales'}`}
      {...sectionState(panel, 'drift')}
      tools={most > 0 ? <ColorBar token="--velo-seq" from="0" to={num(most, 2)} /> : undefined}
      table={order.length > 0 ? () => driftTable(data) : undefined}
    >
      {most > 0 ? (
        <DriftMap {...{ panel, order, most }} />
      ) : (
        <p class="chart-note dim">It has not moved yet.</p>
      )}
    </Section>
  );
}

interface MapProps {
  readonly panel: Panel;
  readonly order: readonly number[];
  readonly most: number;
}

function DriftMap({ panel, order, most }: MapProps) {
  const { data, sideWidth: width, track, axis } = panel;
  const height = order.length * ROW + TICK_ROOM;
  const { from, to } = axis.scale;
  const scale = useMemo(
    () => stepScale({ kind: 'linear', from, to, left: 134, right: width - 52 }),
    [from, to, width],
  );
  const draw: DrawCanvas = (context) => {
    drawMap(context, data, { order, most, scale });
    drawWords(context, data, { order, scale, width });
  };
  return (
    <Track
      {...track}
      {...{ width, height, scale }}
      title="How far θ has moved"
      top={1}
      bottom={TICK_ROOM}
      valueText={(step) => spoken(data, order, step)}
    >
      <Canvas {...{ width, height, draw }} urgent={[scale]} live={[data.validations]} />
    </Track>
  );
}

interface Drawn {
  readonly order: readonly number[];
  readonly scale: StepScale;
}

function drawMap(
  context: CanvasRenderingContext2D,
  data: MetaData,
  { order, most, scale }: Drawn & { readonly most: number },
): void {
  const { validations } = data;
  const height = order.length * ROW;
  const width = scale.right - scale.left;
  const end = Math.max(newestOf(data), (validations.at(-1)?.iteration ?? 0) + 1);
  const steps = [...validations.map(({ iteration }) => iteration), end];
  const inside = (step: number) => Math.min(scale.right, Math.max(scale.left, scale.toPixel(step)));
  drawHeatmap(context, {
    ...{ x: scale.left, y: 1, width, height, rows: order.length },
    edges: steps.map(inside),
    // Roots: small moves are seen as well.
    value: (column, row) => Math.sqrt((validations[column]?.drift[order[row]!] ?? NaN) / most),
    palette: palette('--velo-seq'),
    reduce: 'max',
    bad: color('--velo-bad'),
  });
  context.strokeStyle = color('--velo-grid');
  context.strokeRect(scale.left + 0.5, 1.5, width - 1, height - 1);
}

function drawWords(
  context: CanvasRenderingContext2D,
  { validations }: MetaData,
  { order, scale, width }: Drawn & { readonly width: number },
): void {
  const last = validations.at(-1);
  if (last === undefined) return;
  context.textBaseline = 'middle';
  order.forEach((group, row) => {
    const y = 1 + (row + 0.5) * ROW;
    context.fillStyle = color('--velo-fg');
    context.textAlign = 'right';
    context.fillText(fitText(last.groups[group] ?? '', scale.left - 18), scale.left - 8, y);
    context.fillStyle = color('--velo-fg-2');
    context.textAlign = 'left';
    context.fillText(num(last.drift[group], 2), Math.min(scale.right + 6, width - 44), y);
  });
  context.textAlign = 'center';
  context.textBaseline = 'top';
  for (const { value, label } of scale.ticks(4))
    context.fillText(label, scale.toPixel(value), order.length * ROW + 6);
}

/** Groups from the one that has moved furthest. */
function orderOf({ validations }: MetaData): number[] {
  const drift = validations.at(-1)?.drift ?? new Float32Array();
  return [...drift.keys()].sort((a, b) => drift[b]! - drift[a]! || a - b);
}

function mostOf({ validations }: MetaData): number {
  return validations.reduce((most, { drift }) => drift.reduce((a, b) => Math.max(a, b), most), 0);
}

function spoken(data: MetaData, order: readonly number[], step: number): string {
  const validation = validationAt(data, step);
  const [first] = order;
  if (validation === undefined || first === undefined) return '';
  const name = validation.groups[first] ?? '';
  return `Outer step ${validation.iteration}, ${name} has moved ${num(validation.drift[first], 2)}`;
}
