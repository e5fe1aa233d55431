/** Cells by steps: blue negative, orange positive, the chosen cell framed. */
import { useMemo } from 'preact/hooks';
import { Canvas, drawHeatmap } from '../../shared/canvas';
import type { DrawCanvas } from '../../shared/canvas';
import { integer, num } from '../../shared/format';
import type { Range } from '../../shared/scales';
import { color, palette } from '../../shared/theme';
import { toDiverging } from '../figures/cells';
import { snapshotAt } from '../figures/multiplier';
import type { Trace } from '../model/trace';
import type { Axis, Panel } from '../panel';
import type { View } from '../view';
import { columnEdges } from './columns';
import { HoverTrack } from './HoverTrack';
import type { Place } from './HoverTrack';
import type { CellsShown } from './LstmCells';

const MAP_HEIGHT = 148;
const HEIGHT = MAP_HEIGHT + 4;

interface Props {
  readonly panel: Panel;
  readonly trace: Trace;
  readonly shown: CellsShown | undefined;
}

export function CellMap({ panel, trace, shown }: Props) {
  const { axis, track, view, change, data } = panel;
  const rows = shown && visibleRows(shown, view.cellRows);
  const end = data.main.entry.step;
  const edges = useMemo(
    () => (shown ? columnEdges(trace.steps, shown.detail.length, end, axis.scale) : []),
    [shown?.detail, axis.scale, end],
  );
  const draw: DrawCanvas = (context) => {
    if (shown === undefined || rows === undefined) return;
    drawCells(context, shown, rows, axis, edges);
    drawChosen(context, shown, rows, axis);
  };
  const choose = (cell: number | undefined) => {
    if (cell !== undefined) change({ cell });
  };
  return (
    <HoverTrack
      {...track}
      title="LSTM cells"
      height={HEIGHT}
      top={1}
      bottom={3}
      valueText={(step) => `${track.valueText(step)}${spokenCell(trace, shown, view, step)}`}
      onPick={(_, y) => {
        choose(cellAt(shown, rows, y));
      }}
      onBrushY={
        rows && shown.cells > MAP_HEIGHT
          ? (range) => {
              change({ cellRows: rowsBetween(rows, range) });
            }
          : undefined
      }
      onReset={() => {
        change({ cellRows: undefined });
        track.onReset?.();
      }}
      onKey={({ key }) => {
        const cell = nextCell(key, shown);
        choose(cell);
        return cell !== undefined;
      }}
      tip={(place) => tipOf(place, cellAt(shown, rows, place.y), trace, shown, view)}
    >
      <Canvas
        width={axis.width}
        height={HEIGHT}
        draw={draw}
        urgent={[
          shown?.detail.tensor,
          view.cellState,
          shown?.cell,
          shown?.order,
          rows?.from,
          rows?.to,
          axis.scale,
        ]}
        live={[shown?.values, edges]}
      />
    </HoverTrack>
  );
}

interface Rows {
  readonly from: number;
  readonly to: number;
}

function visibleRows({ cells }: CellsShown, range: readonly [number, number] | undefined): Rows {
  const [from, to] = range ?? [0, cells];
  return to <= cells && from < to ? { from, to } : { from: 0, to: cells };
}

function drawCells(
  context: CanvasRenderingContext2D,
  { values, cells, order, limit }: CellsShown,
  rows: Rows,
  { scale }: Axis,
  edges: readonly number[],
): void {
  drawHeatmap(context, {
    x: scale.left,
    y: 1,
    width: scale.right - scale.left,
    height: MAP_HEIGHT,
    edges,
    rows: rows.to - rows.from,
    value: (column, row) =>
      toDiverging(values[column * cells + order[rows.from + row]!] ?? NaN, limit),
    palette: palette('--velo-div'),
    reduce: 'extreme',
    bad: color('--velo-bad'),
  });
  context.strokeStyle = color('--velo-grid');
  context.strokeRect(scale.left + 0.5, 1.5, scale.right - scale.left - 1, MAP_HEIGHT - 1);
}

function drawChosen(
  context: CanvasRenderingContext2D,
  { order, cell }: CellsShown,
  rows: Rows,
  { scale, breakpoint }: Axis,
): void {
  const row = order.indexOf(cell) - rows.from;
  const count = rows.to - rows.from;
  if (row < 0 || row >= count) return;
  const pitch = MAP_HEIGHT / count;
  const y = 1 + (row + 0.5) * pitch;
  const { left, right } = scale;
  context.strokeStyle = color('--velo-fg');
  context.fillStyle = color('--velo-fg');
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, y - pitch / 2 - 1.5, right - left + 1, pitch + 3);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const label = breakpoint === 'narrow' ? String(cell) : `cell ${cell}`;
  context.fillText(label, left - 11, Math.max(7, Math.min(MAP_HEIGHT - 5, y)));
  context.beginPath();
  context.moveTo(left - 8, y - 3.5);
  context.lineTo(left - 3, y);
  context.lineTo(left - 8, y + 3.5);
  context.fill();
}

/** The cell at a height of the track. */
function cellAt(
  shown: CellsShown | undefined,
  rows: Rows | undefined,
  y: number,
): number | undefined {
  if (shown === undefined || rows === undefined) return undefined;
  const share = Math.min(0.9999, Math.max(0, (y - 1) / MAP_HEIGHT));
  return shown.order[rows.from + Math.floor(share * (rows.to - rows.from))];
}

/** Rows between two heights, to zoom to; at least eight. */
function rowsBetween(rows: Rows, [top, bottom]: Range): [number, number] {
  const rowAt = (y: number) => rows.from + ((y - 1) / MAP_HEIGHT) * (rows.to - rows.from);
  const from = Math.max(0, Math.floor(rowAt(top)));
  return [from, Math.max(from + 8, Math.ceil(rowAt(bottom)))];
}

/** ↑ and ↓ go through the cells in the order that is shown; undefined for other keys. */
function nextCell(key: string, shown: CellsShown | undefined): number | undefined {
  const distance = { ArrowUp: -1, ArrowDown: 1 }[key];
  if (distance === undefined || shown === undefined) return undefined;
  const row = shown.order.indexOf(shown.cell) + distance;
  return shown.order[Math.max(0, Math.min(shown.cells - 1, row))];
}

function valueOf(shown: CellsShown, snapshot: number, cell: number): string {
  return num(shown.values[snapshot * shown.cells + cell]);
}

function spokenCell(
  trace: Trace,
  shown: CellsShown | undefined,
  { cellState }: View,
  step: number,
): string {
  const snapshot = snapshotAt(trace.steps, step);
  if (shown === undefined || snapshot < 0) return '';
  return `, cell ${shown.cell} ${cellState} ${valueOf(shown, snapshot, shown.cell)}`;
}

function tipOf(
  { step }: Place,
  cell: number | undefined,
  trace: Trace,
  shown: CellsShown | undefined,
  { cellState }: View,
) {
  const snapshot = snapshotAt(trace.steps, step);
  if (shown === undefined || cell === undefined || snapshot < 0) return undefined;
  return (
    <>
      <b>cell {cell}</b> <span class="dim">{trace.meta.tensors[shown.detail.tensor]?.name}</span>
      <br />
      step {integer(trace.steps[snapshot])}: {cellState} = {valueOf(shown, snapshot, cell)}
    </>
  );
}
