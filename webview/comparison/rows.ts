/** From what the host sent to what chart and table show of each run. Pure. */
import type { RunEntry } from '../../src/protocol/live/index';
import { nameRuns } from './configs';
import { assignLooks } from './looks';
import type { Look } from './looks';
import type { ComparedRun } from './model';
import { bestOf, curveOf, smallest, suggestTarget, summarise } from './summaries';
import type { Curve, MarkedColumn, Summary } from './summaries';
import type { Quantity, ViewChoices } from './view';

export interface ComparedRow {
  readonly entry: RunEntry;
  readonly name: string;
  readonly optimizer: string;
  readonly setting: string;
  /** At the end of the line; unique. */
  readonly label: string;
  /** `diverged at step 82`, `running 412 of 1,000`. */
  readonly stateText: string;
  readonly look: Look;
  readonly curve: Curve;
  /** The training losses before smoothing; undefined for held-out losses. */
  readonly raw?: Curve;
  readonly summary: Summary;
  /** The summary's numbers again, for sorting. */
  readonly finalTrain: number | null;
  readonly finalHeldOut: number | null;
  readonly bestHeldOut: number | null;
  readonly bestStep: number | null;
  readonly stepsToTarget: number | null;
  readonly secondsToTarget: number | null;
  readonly msPerStep: number | null;
  readonly state: string;
}

export interface Comparison {
  readonly quantity: Quantity;
  /** Undefined while no run has a loss. */
  readonly target: number | undefined;
  /** In the order of the tree. */
  readonly rows: readonly ComparedRow[];
  readonly best: Partial<Record<MarkedColumn, number>>;
  /** Whether any run was evaluated on held-out data. */
  readonly hasHeldOut: boolean;
}

export function compareRuns(runs: readonly ComparedRun[], choices: ViewChoices): Comparison {
  const hasHeldOut = runs.some(({ series }) => (series?.heldOutLosses.length ?? 0) > 0);
  const quantity = choices.quantity ?? (hasHeldOut ? 'heldOut' : 'train');
  const namings = nameRuns(runs);
  const looks = assignLooks(runs);
  const curves = runs.map(({ series }) => curveOf(series, quantity, choices.smoothing));
  const target = choices.target ?? suggestTarget(curves);
  const rows = runs.map((run, i): ComparedRow => {
    const curve = curves[i]!;
    const { optimizer, setting, label } = namings[i]!;
    const { entry } = run;
    const summary = summarise(run, curve, target ?? -Infinity);
    const raw = quantity === 'train' ? { raw: curveOf(run.series, 'train', 0) } : {};
    const naming = { name: entry.name, optimizer, setting, label };
    const state = { state: entry.state, stateText: describeState(entry) };
    return { entry, ...naming, ...state, look: looks[i]!, curve, ...raw, summary, ...summary };
  });
  return { quantity, target, rows, best: bestOf(rows), hasHeldOut };
}

function describeState({ state, step, numSteps }: RunEntry): string {
  const at = step.toLocaleString('en-US');
  const total = numSteps.toLocaleString('en-US');
  switch (state) {
    case 'running':
    case 'paused':
    case 'stopped':
    case 'interrupted':
      return `${state} at ${at} of ${total}`;
    case 'diverged':
    case 'failed':
      return `${state} at step ${at}`;
    case 'queued':
    case 'starting':
    case 'finished':
      return state;
  }
}

/** One sentence with the finding, for a reader who does not see the chart. */
export function describeComparison({ rows, quantity, target }: Comparison): string {
  const what = quantity === 'heldOut' ? 'Held-out' : 'Train';
  const lows = rows.map(({ curve }) => curve.values[smallest(curve.values)] ?? Infinity);
  const winner = smallest(lows);
  const count = `${what} loss of ${rows.length} ${rows.length === 1 ? 'run' : 'runs'}`;
  const row = rows[winner];
  if (row === undefined) return `${count}: no values yet`;
  const { steps, values } = row.curve;
  const at = smallest(values);
  const lowest = `lowest ${values[at]!.toPrecision(3)} by ${row.label} at step ${steps[at]}`;
  const reached = rows.filter(({ stepsToTarget }) => stepsToTarget !== null).length;
  const goal =
    target === undefined ? '' : `; ${reached} of ${rows.length} reach ${target.toPrecision(3)}`;
  const failed = rows.filter(({ state }) => state === 'diverged').length;
  return `${count}: ${lowest}${goal}${failed > 0 ? `; ${failed} diverged` : ''}`;
}
