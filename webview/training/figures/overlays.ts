/** How runs that are laid over the loss look: learned optimizers by hue, baselines neutral and dashed. */
import type { RunEntry } from '../../../src/protocol/live/index';
import type { Dash, Stroke } from './paint';

export interface OverlayStyle {
  readonly runId: string;
  readonly name: string;
  readonly stroke: Stroke;
  readonly dash: Dash;
}

const BASELINE =
  /^(sgd|momentum|rmsprop|n?adamw?|adagrad|adabelief|yogi|radam|lamb|lars|fromage|sm3|adafactor|lion|sophia(Ef|H)|shampoo|soap|muon|scheduleFree|prodigy|dAdaptation)\b/i;
const BASELINE_DASHES: readonly Dash[] = ['dash', 'dashdot', 'longdash'];
const HUES = 4;

/** Whether a run's optimizer is a hand-designed one: the ruler that learned ones are held against. */
function isBaseline({ optimizer }: RunEntry): boolean {
  return BASELINE.test(optimizer);
}

/**
 * Styles in the order of the runs. Learned ones take series 2 to 5; what comes after them is grey and dotted, since
 * a sixth hue can't be told apart. The first baseline has the text's colour, others paler ones.
 */
export function overlayStyles(runs: readonly RunEntry[]): OverlayStyle[] {
  let learned = 0;
  let baselines = 0;
  return runs.map((entry) => {
    const { runId, name } = entry;
    if (isBaseline(entry)) {
      const rank = baselines++;
      const dash = BASELINE_DASHES[rank % BASELINE_DASHES.length] ?? 'dash';
      return { runId, name, stroke: baselineStroke(rank), dash };
    }
    const rank = learned++;
    return rank < HUES
      ? { runId, name, stroke: { series: rank + 2 }, dash: 'solid' }
      : { runId, name, stroke: { token: '--velo-fg-2', alpha: 0.7 }, dash: 'dot' };
  });
}

function baselineStroke(rank: number): Stroke {
  return rank === 0
    ? { token: '--velo-baseline' }
    : { token: '--velo-baseline', alpha: Math.max(0.5, 0.85 - 0.12 * rank) };
}
