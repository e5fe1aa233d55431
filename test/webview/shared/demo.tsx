/** A page with every shared component, for the tests. */
import { render } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { demoSchema } from './demoSchema';
import { createBridge } from '../../../webview/shared/bridge';
import { Canvas, drawHeatmap } from '../../../webview/shared/canvas';
import {
  Badge,
  Banner,
  Button,
  Chip,
  ColorBar,
  EmptyState,
  IconButton,
  KeyValues,
  Legend,
  LoadingText,
  Menu,
  NumberField,
  ProgressLine,
  Section,
  Segmented,
  Select,
  Skeleton,
  Slider,
  StateBadge,
} from '../../../webview/shared/components';
import { pick, smooth, thinByPixel } from '../../../webview/shared/curves';
import { num } from '../../../webview/shared/format';
import { LinePlot, type PlotLine } from '../../../webview/shared/plot';
import { SaveProvider } from '../../../webview/shared/save';
import { type Range, logTicks, stepScale, zoomRange } from '../../../webview/shared/scales';
import { color, palette } from '../../../webview/shared/theme';
import { CursorValue, Track, createCursor } from '../../../webview/shared/track';
import { trackGutters, useBreakpoint, useSize } from '../../../webview/shared/useSize';
import '../../../webview/shared/styles/base.css';

const STEPS = 1000;
const steps = Float64Array.from({ length: STEPS }, (_, i) => i);
const losses = Float32Array.from(
  steps,
  (t) =>
    0.3 +
    2 * Math.exp(-t / 80) +
    0.1 * Math.sin(t * 1.7) * Math.cos(t * 0.31) +
    (t > 860 && t < 890 ? 0.4 : 0),
);
const smoothed = smooth(losses, 0.9);
const cursor = createCursor();
cursor.setPoints(
  steps.filter((t) => t % 5 === 0),
  STEPS - 1,
);

const bridge = createBridge({
  schema: demoSchema,
  onMessage: ({ fail }) => {
    if (fail) throw new Error('asked to fail');
  },
});

function App() {
  const root = useRef<HTMLDivElement>(null);
  const { width } = useSize(root);
  const breakpoint = useBreakpoint(width);
  const [axis, setAxis] = useState<'linear' | 'log'>('linear');
  const [range, setRange] = useState<Range>([0, STEPS]);
  const [open, setOpen] = useState(true);
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const [weight, setWeight] = useState(0.9);
  const [on, setOn] = useState(true);
  const gutters = trackGutters(breakpoint);
  const { left, right } = gutters;
  const [from, to] = range;
  const scale = useMemo(
    () => stepScale({ kind: axis, from, to, left, right: Math.max(left + 1, width - right) }),
    [axis, from, to, left, right, width],
  );
  const xTicks = useMemo(() => scale.axisTicks(width / 140), [scale]);
  const lines = useMemo(() => demoLines(scale, hidden), [scale, hidden]);
  const y = useMemo(
    () => ({ kind: 'log' as const, range: [0.2, 3] as const, ticks: logTicks(0.2, 3) }),
    [],
  );
  const trackProps = {
    width,
    scale,
    cursor,
    onBrush: setRange,
    onReset: () => {
      setRange([0, STEPS]);
    },
    onZoom: (factor: number, step: number) => {
      setRange(zoomRange(range, factor, step, [0, STEPS]));
    },
    valueText: (step: number) => `Step ${step}, train loss ${num(losses[step])}`,
  };
  return (
    <SaveProvider value={bridge.post}>
      <header class="view-header">
        <div class="view-row">
          <div class="view-name">
            <h1 class="ellipsis" title="fashion-784">
              fashion-784
            </h1>
            <StateBadge state="running" />
          </div>
          <KeyValues
            layout="header"
            items={[
              { label: 'Step', value: '940 / 1,000' },
              { label: 'Train loss', value: '0.338' },
              { label: 'Device', value: 'native avx2' },
            ]}
          />
          <span class="spring" />
          <div class="toolbar">
            <IconButton icon="debug-pause" label="Pause" onClick={() => undefined} />
            <IconButton
              icon="debug-step-over"
              label="Step once"
              disabled
              onClick={() => undefined}
            />
            <IconButton icon="pin" label="Pin" pressed onClick={() => undefined} />
            <span class="separator" />
            <Menu
              icon="desktop-download"
              label="Export"
              items={[
                {
                  label: 'PNG',
                  icon: 'output',
                  onSelect: () => {
                    bridge.post({ type: 'copy', text: 'png' });
                  },
                },
                'separator',
                { label: 'SVG', disabled: true, onSelect: () => undefined },
                {
                  label: 'CSV',
                  onSelect: () => {
                    bridge.post({ type: 'copy', text: 'csv' });
                  },
                },
              ]}
            />
          </div>
        </div>
        <ProgressLine label="Steps done" value={0.94} />
        <div class="view-controls">
          <Segmented
            label="Step axis"
            showLabel
            options={[
              { value: 'linear', label: 'Linear' },
              { value: 'log', label: 'Log' },
            ]}
            value={axis}
            onChange={setAxis}
          />
          <Slider
            label="Smoothing"
            min={0}
            max={0.99}
            step={0.01}
            value={weight}
            onChange={setWeight}
            format={(x) => x.toFixed(2)}
          />
          <Chip label="Adam 0.001" on={on} onToggle={setOn} color="--velo-baseline" dash="dash" />
          <Chip
            label="A run with a very long name that no chip has room for"
            on={false}
            onToggle={setOn}
            color="--velo-series2"
          />
          <Button kind="link" onClick={() => undefined}>
            Runs…
          </Button>
          <span class="dim small wide-only">
            <kbd>←</kbd> <kbd>→</kbd> move the cursor
          </span>
        </div>
      </header>
      <main ref={root}>
        <Section
          title="Loss"
          unit="cross-entropy, nats"
          open={open}
          onToggle={setOpen}
          warning={{
            text: 'below zero at step 830: the update climbs',
            onClick: () => {
              cursor.pin(830);
            },
          }}
          legend={
            <Legend
              onToggle={(id) => {
                setHidden(
                  hidden.includes(id) ? hidden.filter((other) => other !== id) : [...hidden, id],
                );
              }}
              items={[
                {
                  id: 'train',
                  name: 'Train',
                  color: '--velo-series1',
                  hidden: hidden.includes('train'),
                  value: <CursorValue cursor={cursor} read={(step) => num(smoothed[step])} />,
                },
                {
                  id: 'raw',
                  name: 'Each step',
                  color: '--velo-series1',
                  dash: 'dot',
                  hidden: hidden.includes('raw'),
                },
              ]}
            />
          }
          tools={
            <Select
              label="Quantity"
              value="update"
              onChange={() => undefined}
              options={[
                { value: 'update', label: 'Update' },
                { value: 'gradient', label: 'Gradient' },
              ]}
            />
          }
          table={() => ({
            title: 'Loss',
            columns: [{ label: 'Step' }, { label: 'Train loss' }],
            rows: Array.from(steps, (t) => [t, losses[t]!]),
          })}
        >
          <Track title="Loss" height={170} top={10} bottom={22} flag {...trackProps}>
            <LinePlot
              width={width}
              height={170}
              gutters={{ ...gutters, top: 10 }}
              xRange={scale.axisRange}
              xTicks={xTicks}
              y={y}
              lines={lines}
              shapes={SHAPES}
            />
          </Track>
        </Section>
        <Section
          title="LSTM cells"
          unit="64 cells"
          open
          onToggle={() => undefined}
          tools={<ColorBar token="--velo-div" from="−1" to="1" />}
        >
          <Track title="LSTM cells" height={120} top={6} bottom={4} {...trackProps}>
            <Canvas
              width={width}
              height={120}
              urgent={[scale]}
              draw={(context) => {
                drawHeatmap(context, {
                  x: scale.left,
                  y: 6,
                  width: scale.right - scale.left,
                  height: 110,
                  edges: steps.filter((t) => t % 5 === 0).map((t) => scale.toPixel(t)),
                  rows: 64,
                  value: (column, row) =>
                    column > 180
                      ? undefined
                      : column > 170 && row < 20
                        ? NaN
                        : 0.5 + 0.5 * Math.sin(column / 20 + row / 9),
                  palette: palette('--velo-div'),
                  reduce: 'extreme',
                  bad: color('--velo-bad'),
                });
              }}
            />
          </Track>
        </Section>
        <Messages />
      </main>
    </SaveProvider>
  );
}

const SHAPES = [{ kind: 'band', from: 830, to: 880, color: '--velo-warn', opacity: 0.25 }] as const;

function demoLines(scale: ReturnType<typeof stepScale>, hidden: readonly string[]): PlotLine[] {
  const line = (name: string, values: Float32Array, width: number, opacity: number): PlotLine => {
    const kept = thinByPixel(steps, values, scale);
    return {
      name,
      x: pick(steps, kept).map(scale.toAxis),
      y: pick(values, kept),
      color: '--velo-series1',
      width,
      dash: 'solid',
      opacity,
    };
  };
  return [
    ...(hidden.includes('raw') ? [] : [line('raw', losses, 1, 0.28)]),
    ...(hidden.includes('train') ? [] : [line('train', smoothed, 2, 1)]),
  ];
}

function Messages() {
  const [target, setTarget] = useState<number>();
  return (
    <>
      <Banner
        kind="error"
        title="This run stopped at step 118: the disk is full."
        actions={
          <>
            <Button kind="primary" icon="debug-continue" onClick={() => undefined}>
              Resume from step 100
            </Button>
            <Button onClick={() => undefined}>Open log</Button>
          </>
        }
      >
        The last checkpoint is from step 100; nothing before it is lost.
      </Banner>
      <Banner kind="warning" title="The loss is NaN from step 82 on.">
        It is kept as a diverged run.
      </Banner>
      <Banner kind="info">The engine is starting.</Banner>
      <Skeleton height={60} />
      <LoadingText>Reading the trace: 82 of 213 points</LoadingText>
      <NumberField label="Target loss" value={target} onChange={setTarget} placeholder="0.45" />
      <span class="actions">
        {(
          [
            'queued',
            'starting',
            'paused',
            'finished',
            'diverged',
            'stopped',
            'interrupted',
            'failed',
          ] as const
        ).map((state) => (
          <StateBadge key={state} state={state} />
        ))}
        <Badge>Read-only</Badge>
      </span>
      <KeyValues
        layout="lines"
        items={[
          { label: 'Train loss', value: '0.4107' },
          { label: 'Fraction done', value: '87 %' },
        ]}
      />
      <EmptyState
        icon="info"
        title="No LSTM in this run"
        actions={<Button onClick={() => undefined}>Train again with a trace</Button>}
      >
        Adam has no LSTM.
      </EmptyState>
    </>
  );
}

const element = document.getElementById('root');
if (element !== null) render(<App />, element);
bridge.start();
