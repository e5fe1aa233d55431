/**
 * Which colour and dash a run has. Hue says who: Adam is neutral, its learning rates a ramp, and always dashed; other
 * runs take the five series colours, learned optimizers solid; more than five turn grey. Red is for diverged runs.
 */
import type { RunEntryState } from '../../src/protocol/live/index';
import type { ConfigFields } from './configs';

/** Dashes as Plotly names them, from the finest to the longest. */
const DASHES = ['dot', 'dash', 'longdash', 'dashdot', 'longdashdot'] as const;
export type Dash = (typeof DASHES)[number] | 'solid';

export type Ink =
  /** A series colour, 1 … 5. */
  | { readonly kind: 'series'; readonly index: number }
  /** A place on the ramp of ordered quantities, in [0, 1]. */
  | { readonly kind: 'ramp'; readonly share: number }
  | { readonly kind: 'baseline' }
  | { readonly kind: 'bad' }
  /** Beyond the five series: lights up under the pointer only. */
  | { readonly kind: 'grey' };

export interface Look {
  readonly ink: Ink;
  readonly dash: Dash;
}

interface Styled {
  readonly config: ConfigFields;
  readonly entry: { readonly state: RunEntryState };
}

const SERIES_COUNT = 5;

/** A look for each run, by their order. */
export function assignLooks(runs: readonly Styled[]): Look[] {
  const rates = adamRates(runs);
  const counters = { series: 0, bad: 0, baseline: 0 };
  return runs.map(({ config, entry }) => {
    const isLearned = !config.has('optimizer.learningRate');
    if (entry.state === 'diverged') {
      return { ink: { kind: 'bad' }, dash: counters.bad++ === 0 ? 'solid' : dashAt(counters.bad) };
    }
    if (config.get('optimizer.name') === 'adam') {
      return adamLook(Number(config.get('optimizer.learningRate')), rates);
    }
    counters.series++;
    const ink: Ink =
      counters.series <= SERIES_COUNT
        ? { kind: 'series', index: counters.series }
        : { kind: 'grey' };
    return { ink, dash: isLearned ? 'solid' : dashAt(counters.baseline++) };
  });
}

/** Distinct learning rates of the Adam runs, rising. */
function adamRates(runs: readonly Styled[]): number[] {
  const rates = runs
    .filter(({ config }) => config.get('optimizer.name') === 'adam')
    .map(({ config }) => Number(config.get('optimizer.learningRate')));
  return [...new Set(rates)].sort((a, b) => a - b);
}

function adamLook(rate: number, rates: readonly number[]): Look {
  if (rates.length < 2) return { ink: { kind: 'baseline' }, dash: 'dash' };
  const rank = Math.max(0, rates.indexOf(rate));
  return { ink: { kind: 'ramp', share: rank / (rates.length - 1) }, dash: dashAt(rank) };
}

function dashAt(index: number): Dash {
  return DASHES[index % DASHES.length]!;
}

/** The same dash in an SVG stroke of width 2. */
export function strokeDashes(dash: Dash): string {
  return {
    solid: '',
    dot: '2 2',
    dash: '5 3',
    longdash: '8 3',
    dashdot: '6 2 2 2',
    longdashdot: '9 2 2 2',
  }[dash];
}
