/** The factor that the LSTM gives each tensor's step, over time. */
import { useMemo } from 'preact/hooks';
import { ColorBar, Legend, Section, Swatch } from '../../shared/components';
import type { LegendItem } from '../../shared/components';
import { num } from '../../shared/format';
import { LinePlot } from '../../shared/plot';
import type { PlotShape } from '../../shared/plot';
import { useThemeVersion } from '../../shared/theme';
import { CursorValue, Track } from '../../shared/track';
import { multiplierFigure, multiplierLegend } from '../figures/multiplier';
import type { NegativeSpan } from '../figures/multiplier';
import { tensorReadouts } from '../figures/readouts';
import { multiplierTable } from '../figures/tables';
import { layersOf, tensorDash, tensorStroke } from '../figures/tensors';
import type { Trace } from '../model/trace';
import { strokeColor, toPlotLine } from '../paint';
import { chosenTensor, sectionState } from '../panel';
import type { Panel } from '../panel';
import { toggled } from '../view';

const HEIGHT = 88;
/** Room for a tick at the upper end, and none for labels, which the tracks above and below have. */
const TOP = 10;
const BOTTOM = 6;
/** More layers than this would fill the header; their values are in the table of tensors. */
const MOST_LEGEND_ITEMS = 5;

interface Props {
  readonly panel: Panel;
  readonly trace: Trace;
}

export function StepMultiplier({ panel, trace }: Props) {
  const { data, view, change, cursor, axis } = panel;
  const { open, onToggle } = sectionState(panel, 'multiplier');
  const tensor = chosenTensor(data, view);
  const figure = useMemo(
    () => multiplierFigure(trace, { tensor, hidden: view.hidden }),
    [trace.multipliers, trace.meta, tensor, view.hidden],
  );
  const { finding } = figure;
  return (
    <Section
      title="Step multiplier"
      unit={axis.breakpoint === 'narrow' ? undefined : 'the LSTM’s scale of each tensor’s step'}
      open={open}
      onToggle={onToggle}
      legend={
        axis.breakpoint !== 'narrow' && (
          <div class="multiplier-legend">
            <Layers
              panel={panel}
              trace={trace}
              onToggle={(layer) => {
                change({ hidden: toggled(view.hidden, layer) });
              }}
            />
            {hasBias(trace) && (
              <span class="plain-legend">
                <Swatch color="--velo-fg-2" dash="dot" /> its bias
              </span>
            )}
          </div>
        )
      }
      warning={
        finding && {
          text: finding.text,
          onClick: () => {
            cursor.pin(finding.step);
          },
        }
      }
      table={() => multiplierTable(trace)}
    >
      <MultiplierTrack panel={panel} figure={figure} />
    </Section>
  );
}

interface TrackProps {
  readonly panel: Panel;
  readonly figure: ReturnType<typeof multiplierFigure>;
}

function MultiplierTrack({ panel, figure }: TrackProps) {
  const { axis, track, data, view } = panel;
  const { scale, width } = axis;
  const theme = useThemeVersion();
  const gutters = { ...axis.gutters, top: TOP, bottom: BOTTOM };
  const lines = useMemo(
    () => figure.lines.map((spec) => toPlotLine(spec, scale)),
    [figure, scale, theme],
  );
  const end = data.main.entry.step;
  const shapes = useMemo(
    () => shapesOf(figure.spans, (step) => scale.toAxis(step), end),
    [figure, scale, figure.spans.at(-1)?.to === undefined ? end : 0],
  );
  const y = useMemo(
    () => ({ kind: 'linear' as const, range: figure.range, ticks: figure.ticks }),
    [figure],
  );
  return (
    <Track {...track} title="Step multiplier" height={HEIGHT} top={TOP} bottom={BOTTOM}>
      <LinePlot
        width={width}
        height={HEIGHT}
        gutters={gutters}
        xRange={scale.axisRange}
        xTicks={axis.bareTicks}
        y={y}
        lines={lines}
        shapes={shapes}
        urgent={`${view.tensor} ${view.hidden.join()}`}
      />
    </Track>
  );
}

function shapesOf(
  spans: readonly NegativeSpan[],
  toAxis: (step: number) => number,
  end: number,
): PlotShape[] {
  return [
    ...spans.map(({ from, to }): PlotShape => ({
      kind: 'band',
      from: toAxis(from),
      to: toAxis(to ?? end),
      color: '--velo-warn',
      opacity: 0.22,
    })),
    { kind: 'horizontal', y: 0, color: '--velo-axis' },
  ];
}

interface LayersProps extends Props {
  readonly onToggle: (layer: string) => void;
}

/** The layers with their values; of many, the colours of the first and the last. */
function Layers({ panel, trace, onToggle }: LayersProps) {
  const layers = layersOf(trace.meta.tensors);
  return layers.length <= MOST_LEGEND_ITEMS ? (
    <Legend items={legendItems(panel, trace)} onToggle={onToggle} />
  ) : (
    <ColorBar token="--velo-ramp" from={layers[0] ?? ''} to={layers.at(-1) ?? ''} />
  );
}

function hasBias({ meta }: Trace): boolean {
  return meta.tensors.some((tensor) => tensorDash(tensor) === 'dot');
}

function legendItems({ cursor, view }: Panel, trace: Trace): LegendItem[] {
  const { tensors } = trace.meta;
  const layers = multiplierLegend(trace);
  return layers.map(({ layer, tensor }) => ({
    id: layer,
    name: layer,
    color: strokeColor(tensorStroke(tensors, tensor)),
    hidden: view.hidden.includes(layer),
    value: (
      <CursorValue
        cursor={cursor}
        read={(step) => num(tensorReadouts(trace, step)[tensor]?.multiplier)}
      />
    ),
    title: `${layer}: value of ${tensors[tensor]?.name ?? ''}; its biases are dotted. Click to hide or show it`,
  }));
}
