/** The loss by step: training, held-out, and runs laid over it. */
import { useMemo, useState } from 'preact/hooks';
import { Legend, Section, Segmented } from '../../shared/components';
import type { LegendItem, TableContent } from '../../shared/components';
import { integer, num, tickLabel } from '../../shared/format';
import { LinePlot } from '../../shared/plot';
import type { PlotLine, PlotText } from '../../shared/plot';
import { useThemeVersion } from '../../shared/theme';
import { CursorValue, Track } from '../../shared/track';
import { lossFigure, valueAt } from '../figures/loss';
import type { LossFigure } from '../figures/loss';
import { lossTable } from '../figures/tables';
import { strokeColor, toPlotLine } from '../paint';
import { sectionState } from '../panel';
import type { Panel } from '../panel';
import { toggled } from '../view';

const HEIGHT = 170;

export function Loss({ panel }: { readonly panel: Panel }) {
  const { data, view, change } = panel;
  const [lit, setLit] = useState<string>();
  const items = legendItems(panel);
  return (
    <Section
      title="Loss"
      unit={unitOf(panel)}
      {...sectionState(panel, 'loss')}
      legend={
        <div
          onPointerOver={({ target }) => {
            setLit(itemUnder(target, items));
          }}
          onPointerLeave={() => {
            setLit(undefined);
          }}
        >
          <Legend
            items={items}
            onToggle={(id) => {
              change({ hidden: toggled(view.hidden, id) });
            }}
          />
        </div>
      }
      tools={
        <Segmented
          label="Loss axis"
          options={[
            { value: 'log', label: 'Log' },
            { value: 'linear', label: 'Linear' },
          ]}
          value={view.lossAxis}
          onChange={(lossAxis) => {
            change({ lossAxis });
          }}
        />
      }
      table={(): TableContent => lossTable(data, panel.curves)}
    >
      <LossTrack panel={panel} lit={lit} />
    </Section>
  );
}

function LossTrack({ panel, lit }: { readonly panel: Panel; readonly lit: string | undefined }) {
  const { data, curves, view, axis, track } = panel;
  const theme = useThemeVersion();
  const { scale, gutters } = axis;
  const figure = useMemo(
    () => lossFigure(data, curves, { lossAxis: view.lossAxis, hidden: view.hidden }, scale),
    [curves, data.main.entry.state, view.lossAxis, view.hidden, scale],
  );
  const lines = useMemo(() => plotLines(figure, panel, lit), [figure, theme, lit]);
  const texts = useMemo(() => plotTexts(figure, panel), [figure]);
  const y = useMemo(
    () => ({ kind: view.lossAxis, range: figure.range, ticks: figure.ticks }),
    [figure],
  );
  return (
    <Track {...track} title="Loss" height={HEIGHT} top={gutters.top} bottom={gutters.bottom} flag>
      <LinePlot
        width={axis.width}
        height={HEIGHT}
        gutters={gutters}
        xRange={scale.axisRange}
        xTicks={axis.ticks}
        y={y}
        lines={lines}
        texts={texts}
        urgent={`${view.smoothing} ${view.hidden.join()} ${lit ?? ''} ${data.shown.join()}`}
      />
    </Track>
  );
}

function unitOf({ data }: Panel): string {
  const { thinnedBy } = data.main;
  const thinned = thinnedBy > 1 ? `extremes of each ${integer(thinnedBy)} steps` : '';
  return [data.run.lossUnit, thinned].filter((part) => part !== '').join(' · ');
}

function legendItems({ curves, view, cursor }: Panel): LegendItem[] {
  const { train, heldOut, overlays } = curves;
  const shown = (id: string) => ({ id, hidden: view.hidden.includes(id) });
  const read = (steps: Uint32Array, values: Float32Array) => (
    <CursorValue cursor={cursor} read={(step) => num(valueAt(steps, values, step))} />
  );
  return [
    {
      ...shown('train'),
      name: 'Train',
      color: '--velo-series1',
      value: read(train.steps, train.smoothed),
    },
    ...(heldOut.steps.length > 0
      ? [
          {
            ...shown('heldOut'),
            name: 'Held-out',
            color: '--velo-series1',
            dash: 'dot' as const,
            value: read(heldOut.steps, heldOut.losses),
          },
        ]
      : []),
    ...overlays.map((run) => ({
      ...shown(run.runId),
      name: run.name,
      color: strokeColor(run.stroke),
      dash: run.dash,
      value: read(run.steps, run.smoothed),
    })),
  ];
}

/** The entry of the legend under the pointer: its line lights up. */
function itemUnder(target: EventTarget | null, items: readonly LegendItem[]): string | undefined {
  const entry = target instanceof Element ? target.closest('li') : null;
  const index = entry?.parentElement ? [...entry.parentElement.children].indexOf(entry) : -1;
  return items[index]?.id;
}

function plotLines(figure: LossFigure, { axis }: Panel, lit: string | undefined): PlotLine[] {
  const { scale } = axis;
  const lines = figure.lines.map((spec) => {
    const line = toPlotLine(spec, scale);
    return spec.key === lit ? { ...line, width: line.width + 1, opacity: 1 } : line;
  });
  const { divergence } = figure;
  if (divergence === undefined) return lines;
  const cross: PlotLine = {
    name: 'Divergence',
    x: [scale.toAxis(divergence.lastStep)],
    y: [Math.min(divergence.lastLoss, figure.range[1])],
    color: '--velo-bad',
    width: 1,
    dash: 'solid',
    marker: { symbol: 'x', size: 9 },
    markersOnly: true,
  };
  return [...lines, cross];
}

function plotTexts({ divergence, range, clippedAt }: LossFigure, { axis }: Panel): PlotText[] {
  const { scale } = axis;
  const texts: PlotText[] = [];
  if (divergence !== undefined) {
    const x = scale.toPixel(divergence.lastStep);
    texts.push({
      x: scale.toAxis(divergence.lastStep),
      y: Math.min(divergence.lastLoss, range[1]),
      text: `NaN at step ${integer(divergence.step)}`,
      color: '--velo-bad-text',
      side: x > (scale.left + scale.right) / 2 ? 'left' : 'right',
    });
  }
  if (clippedAt !== undefined)
    texts.push({
      x: scale.axisRange[1],
      y: range[1] / 1.05,
      text: `clipped at ${tickLabel(clippedAt)}`,
      color: '--velo-fg-2',
      side: 'left',
    });
  return texts;
}
