/** Which networks of the bank the chosen tensor uses, over time. */
import { useMemo } from 'preact/hooks';
import { Canvas, drawHeatmap } from '../../shared/canvas';
import type { DrawCanvas } from '../../shared/canvas';
import { ColorBar, Section } from '../../shared/components';
import { integer, num, tickLabel } from '../../shared/format';
import { color, palette } from '../../shared/theme';
import { CursorValue } from '../../shared/track';
import { bankRows, effectiveNumber } from '../figures/bank';
import type { BankRows } from '../figures/bank';
import { robustLimit, toDiverging } from '../figures/cells';
import { snapshotAt } from '../figures/multiplier';
import { bankTable } from '../figures/tables';
import type { TensorDetail, Trace } from '../model/trace';
import { chosenTensor, sectionState } from '../panel';
import type { Axis, Panel } from '../panel';
import { columnEdges } from './columns';
import { HoverTrack } from './HoverTrack';

interface Props {
  readonly panel: Panel;
  readonly trace: Trace;
}

const ROW = 9;
const AXIS = 24;

export function BankMixture({ panel, trace }: Props) {
  const { data, view, cursor, axis } = panel;
  const { networks, tensors } = trace.meta;
  const { open, onToggle } = sectionState(panel, 'bank');
  const tensor = chosenTensor(data, view);
  const detail = trace.detail?.tensor === tensor ? trace.detail : undefined;
  const controls = open ? detail?.controls : undefined;
  const rows = useMemo(
    () => bankRows(controls ?? new Float32Array(0), networks),
    [controls, networks],
  );
  const limit = useMemo(() => robustLimit(controls ?? new Float32Array(0)), [controls]);
  const end = tickLabel(Number(limit.toPrecision(2)));
  const narrow = axis.breakpoint === 'narrow';
  const key = <ColorBar token="--velo-div" from={`−${end}`} to={end} />;
  const others = rows.others > 0 ? `, the 16 most used and ${integer(rows.others)} others` : '';
  return (
    <Section
      title="Bank mixture"
      unit={
        narrow
          ? undefined
          : `weights of ${integer(networks)} networks for ${tensors[tensor]?.name ?? ''}${others}`
      }
      open={open}
      onToggle={onToggle}
      legend={
        detail && (
          <span class="plain-legend">
            effective number{' '}
            <b>
              <CursorValue
                cursor={cursor}
                read={(step) =>
                  num(
                    effectiveNumber(
                      detail.controls,
                      networks,
                      Math.min(detail.length - 1, snapshotAt(trace.steps, step)),
                    ),
                    2,
                  )
                }
              />
            </b>
            {narrow && key}
          </span>
        )
      }
      tools={narrow ? undefined : key}
      table={detail && (() => bankTable(trace, detail))}
    >
      <BankMap panel={panel} trace={trace} detail={detail} rows={rows} limit={limit} />
    </Section>
  );
}

interface MapProps extends Props {
  readonly detail: TensorDetail | undefined;
  readonly rows: BankRows;
  readonly limit: number;
}

function BankMap({ panel, trace, detail, rows, limit }: MapProps) {
  const { axis, track, data } = panel;
  const count = rows.networks.length;
  const mapHeight = count * ROW;
  const height = mapHeight + AXIS;
  const { networks } = trace.meta;
  const end = data.main.entry.step;
  const edges = useMemo(
    () => (detail ? columnEdges(trace.steps, detail.length, end, axis.scale) : []),
    [detail, axis.scale, end],
  );
  const draw: DrawCanvas = (context) => {
    if (detail === undefined) return;
    const { left, right } = axis.scale;
    drawHeatmap(context, {
      x: left,
      y: 1,
      width: right - left,
      height: mapHeight,
      edges,
      rows: count,
      value: (column, row) =>
        toDiverging(detail.controls[column * networks + rows.networks[row]!] ?? NaN, limit),
      palette: palette('--velo-div'),
      reduce: 'extreme',
      bad: color('--velo-bad'),
    });
    context.strokeStyle = color('--velo-grid');
    context.strokeRect(left + 0.5, 1.5, right - left - 1, mapHeight - 1);
    drawRowNames(context, rows, axis);
    drawStepAxis(context, axis, mapHeight + 2);
  };
  return (
    <HoverTrack
      {...track}
      title="Bank mixture"
      height={height}
      top={1}
      bottom={AXIS - 1}
      tip={({ step, y }) => {
        const network = rows.networks[Math.floor((y - 1) / ROW)];
        const snapshot = snapshotAt(trace.steps, step);
        if (detail === undefined || network === undefined || snapshot < 0) return undefined;
        return (
          <>
            <b>network {network}</b>
            <br />
            step {integer(trace.steps[snapshot])}: weight{' '}
            {num(detail.controls[snapshot * networks + network])}
          </>
        );
      }}
    >
      <Canvas
        width={axis.width}
        height={height}
        draw={draw}
        urgent={[detail?.tensor, count, axis.scale]}
        live={[detail?.controls, edges]}
      />
    </HoverTrack>
  );
}

/** Every second network by name; all would touch each other. */
function drawRowNames(context: CanvasRenderingContext2D, rows: BankRows, axis: Axis): void {
  context.save();
  context.fillStyle = color('--velo-fg-2');
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.font = context.font.replace(/^[\d.]+px/, '9.5px');
  rows.networks.forEach((network, row) => {
    if (row % 2 === 1) return;
    const label = axis.breakpoint === 'narrow' ? String(network) : `network ${network}`;
    context.fillText(label, axis.scale.left - 8, 1 + (row + 0.5) * ROW);
  });
  context.restore();
}

function drawStepAxis(context: CanvasRenderingContext2D, { scale, ticks }: Axis, y: number): void {
  context.strokeStyle = color('--velo-axis');
  context.fillStyle = color('--velo-fg-2');
  context.lineWidth = 1;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  const [from, to] = scale.axisRange;
  context.beginPath();
  context.moveTo(scale.left, y + 0.5);
  context.lineTo(scale.right, y + 0.5);
  for (const { value, label } of ticks) {
    const share = (value - from) / (to - from);
    const x = Math.round(scale.left + share * (scale.right - scale.left)) + 0.5;
    context.moveTo(x, y);
    context.lineTo(x, y + 4);
    context.fillText(label, x, y + 6);
  }
  context.stroke();
}
