/** The step multiplier by share of the steps done: the start, what came after it by age, and the one at the cursor. */
import { useMemo } from 'preact/hooks';
import type { MetaValidationEntry } from '../../../src/protocol/live/index';
import { Section } from '../../shared/components';
import { integer } from '../../shared/format';
import { LinePlot } from '../../shared/plot';
import type { PlotLine, PlotText } from '../../shared/plot';
import { linearTicks } from '../../shared/scales';
import { paletteColor, useThemeVersion } from '../../shared/theme';
import { useCursorStep } from '../../shared/track';
import { zeroAxis } from '../figures/iterations';
import { multiplierTable } from '../figures/tables';
import { evenly, validationAt } from '../figures/validations';
import { sectionState } from '../panel';
import type { Panel } from '../panel';

const HEIGHT = 250;
const GUTTERS = { left: 44, right: 70, top: 6, bottom: 36 };
const TICKS = linearTicks(0, 1, 4).map(({ value }) => ({
  value,
  label: `${100 * value}${value === 1 ? '\u2009%' : ''}`,
}));
const MOST = 12;
/** Between two words at the right, as a share of the axis. */
const LABEL_GAP = 0.075;

export function Multiplier({ panel }: { readonly panel: Panel }) {
  const { data } = panel;
  const known = useMemo(
    () => data.validations.filter(({ multiplier }) => multiplier.length > 0),
    [data.validations],
  );
  return (
    <Section
      title="Step multiplier learned"
      unit="by share of steps done, old to new"
      {...sectionState(panel, 'multiplier')}
      table={known.length > 0 ? () => multiplierTable(evenly(known, MOST)) : undefined}
    >
      {known.length > 0 ? (
        <MultiplierChart {...{ panel, known }} />
      ) : (
        <p class="chart-note dim">
          {data.validations.length === 0
            ? 'It comes with the first validation.'
            : 'Not known: only VeLO has a step multiplier.'}
        </p>
      )}
    </Section>
  );
}

function MultiplierChart({
  panel,
  known,
}: {
  readonly panel: Panel;
  readonly known: readonly MetaValidationEntry[];
}) {
  const theme = useThemeVersion();
  const at = validationAt({ validations: known }, useCursorStep(panel.cursor));
  const figure = useMemo(() => {
    const shown = evenly(known, MOST);
    const all = Float64Array.from(known.flatMap(({ multiplier }) => [...multiplier]));
    const lines = shown.map((one, i) => lineOf(one, i, shown.length));
    if (at !== undefined && at !== shown[0]) lines.push(frontLine(at));
    const y = zeroAxis(all, 0.01, 5);
    return { lines, texts: textsOf(shown[0], at, y.range[1]), y };
  }, [known, at, theme]);
  const label = `Step multipliers of ${integer(known.length)} thetas by share of the steps done`;
  return (
    <LinePlot
      {...figure}
      {...{ label, gutters: GUTTERS, height: HEIGHT, width: panel.sideWidth }}
      xRange={[0, 1]}
      xTicks={TICKS}
      xTitle="share of inner steps done"
      urgent={at?.iteration}
    />
  );
}

function lineOf({ iteration, multiplier }: MetaValidationEntry, i: number, n: number): PlotLine {
  const isStart = i === 0;
  return {
    name: `step ${iteration}`,
    color: isStart ? '--velo-baseline' : paletteColor('--velo-ramp', i / Math.max(1, n - 1)),
    width: isStart ? 1.25 : 1,
    dash: isStart ? 'dash' : 'solid',
    x: sharesOf(multiplier),
    y: multiplier,
  };
}

function frontLine({ multiplier }: MetaValidationEntry): PlotLine {
  const style = { name: 'cursor', color: '--velo-series1', width: 2.25, dash: 'solid' } as const;
  return { ...style, x: sharesOf(multiplier), y: multiplier.slice() };
}

function textsOf(
  start: MetaValidationEntry | undefined,
  at: MetaValidationEntry | undefined,
  most: number,
): PlotText[] {
  if (start === undefined || at === undefined) return [];
  const end = ({ multiplier }: MetaValidationEntry): number => multiplier.at(-1) ?? 0;
  const text = (words: string, color: string, y: number) => ({ x: 1, y, text: words, color });
  if (at === start) return [text('start', '--velo-fg-2', end(start))];
  const words = `step ${integer(at.iteration)}`;
  // One of them moves away where they would cover each other.
  const gap = LABEL_GAP * most;
  const isAbove = end(at) >= end(start);
  const [low, high] = isAbove ? [end(start), end(at)] : [end(at), end(start)];
  const raised = Math.max(high, low + gap);
  return [
    text(words, '--velo-series1', isAbove ? raised : low),
    text('start', '--velo-fg-2', isAbove ? low : raised),
  ];
}

function sharesOf({ length }: Float32Array): Float64Array {
  return Float64Array.from({ length }, (_, i) => i / Math.max(1, length - 1));
}
