/** The chosen cell over time: h on the left axis, c on the right one. */
import { useMemo } from 'preact/hooks';
import { Swatch } from '../../shared/components';
import { num } from '../../shared/format';
import { LinePlot } from '../../shared/plot';
import type { PlotLine } from '../../shared/plot';
import { CursorValue, Track } from '../../shared/track';
import { cellTrace } from '../figures/cells';
import { snapshotAt } from '../figures/multiplier';
import type { Trace } from '../model/trace';
import type { Panel } from '../panel';
import { px } from '../../shared/px';
import type { CellsShown } from './LstmCells';

const HEIGHT = 72;
const TOP = 10;
const BOTTOM = 20;
const HIDDEN_TICKS = [
  { value: -1, label: '−1' },
  { value: 0, label: '0' },
  { value: 1, label: '1' },
];
const Y = { kind: 'linear' as const, range: [-1.08, 1.08] as const, ticks: HIDDEN_TICKS };

interface Props {
  readonly panel: Panel;
  readonly trace: Trace;
  readonly shown: CellsShown | undefined;
  readonly width: number;
}

export function CellTrace({ panel, trace, shown, width }: Props) {
  const { axis, track, view, cursor } = panel;
  const { scale } = axis;
  const gutters = { ...axis.gutters, top: TOP, bottom: BOTTOM };
  const traces = useMemo(() => {
    if (shown === undefined) return undefined;
    const { detail, cells, cell } = shown;
    const c = cellTrace(detail.cell, cells, cell);
    const limit = c.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return { h: cellTrace(detail.hidden, cells, cell), c, limit };
  }, [shown?.detail, shown?.cell, shown?.cells]);
  const lines = useMemo((): PlotLine[] => {
    if (traces === undefined) return [];
    const x = Float64Array.from(trace.steps.subarray(0, traces.h.length), scale.toAxis);
    const chosen = (state: 'h' | 'c') => (view.cellState === state ? 2 : 1.25);
    return [
      {
        name: 'c',
        x,
        y: traces.c.map((value) => value / (traces.limit || 1)),
        color: '--velo-series2',
        width: chosen('c'),
        dash: 'dash',
      },
      { name: 'h', x, y: traces.h, color: '--velo-fg', width: chosen('h'), dash: 'solid' },
    ];
  }, [traces, trace.steps, scale, view.cellState]);
  const read = (values: Float32Array | undefined) => (
    <CursorValue
      cursor={cursor}
      read={(step) => num(values?.[Math.min(values.length - 1, snapshotAt(trace.steps, step))])}
    />
  );
  return (
    <div class="cell-trace">
      <ul class="cell-legend">
        <li>
          <Swatch color="--velo-fg" /> h <b>{read(traces?.h)}</b>
        </li>
        <li title="On the right axis">
          <Swatch color="--velo-series2" dash="dash" /> c <b>{read(traces?.c)}</b>
        </li>
      </ul>
      <Track {...track} title="Trace of the cell" height={HEIGHT} top={TOP} bottom={BOTTOM}>
        <LinePlot
          width={width}
          height={HEIGHT}
          gutters={gutters}
          xRange={scale.axisRange}
          xTicks={axis.ticks}
          y={Y}
          lines={lines}
          urgent={`${shown?.detail.tensor ?? ''} ${shown?.cell ?? ''} ${view.cellState}`}
        />
        {traces && traces.limit > 0 && <RightTicks limit={traces.limit} left={scale.right} />}
      </Track>
    </div>
  );
}

/** Labels of the right axis; its ends are those of c, so that both share the middle. */
function RightTicks({ limit, left }: { readonly limit: number; readonly left: number }) {
  const middle = TOP + (HEIGHT - TOP - BOTTOM) / 2;
  const reach = (HEIGHT - TOP - BOTTOM) / 2 / 1.08;
  return (
    <div class="right-ticks" style={{ left: px(left + 7) }}>
      <span style={{ top: px(middle - reach) }}>{num(limit, 2)}</span>
      <span style={{ top: px(middle + reach) }}>{num(-limit, 2)}</span>
    </div>
  );
}
