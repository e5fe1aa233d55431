/** What the view says in words: speedups, findings, counts. Pure. */
import type { EvaluatedTask, EvaluationOverview, Speedup } from '../../../src/protocol/live/index';
import { count, duration, integer, num, times } from '../../shared/format';
import { countTasks, finishedTasks } from '../ranking';
import type { Unit } from '../view';
import { baselineSweep, settingsText, sweptItem } from './swept';

const SMALLEST = 0.001;

/** `1.36×`, `≥ 10×`, `failed`, `–`. */
export function speedupText({ kind, value }: Speedup): string {
  switch (kind) {
    case 'measured':
      return factorText(value);
    case 'censored':
      return `≥ ${factorText(value)}`;
    case 'failed':
      return 'failed';
    case 'pending':
      return '–';
  }
}

/** A speedup; what rounds to nothing is said so. */
export function factorText(value: number): string {
  if (value === 0) return '0×';
  return value > 0 && value < SMALLEST ? `< ${SMALLEST}×` : times(value);
}

/** `1.36× (seeds 1.20× to 1.41×)` */
export function speedupWithSeeds(speedup: Speedup): string {
  const { kind, low, high } = speedup;
  const isRange = (kind === 'measured' || kind === 'censored') && low < high;
  const seeds = isRange ? ` (seeds ${factorText(low)} to ${factorText(high)})` : '';
  return speedupText(speedup) + seeds;
}

export interface Division {
  /** What the baseline needs, and what the optimizer spent: steps or seconds. */
  readonly reached: number;
  readonly spent: number;
  readonly unit: Unit;
  readonly isOpen: boolean;
}

/** `543 ÷ 400 = 1.36×` */
export function divisionText({ reached, spent, unit, isOpen }: Division): string {
  const amount = (value: number) => (unit === 'steps' ? integer(value) : secondsText(value));
  const atLeast = isOpen ? 'at least ' : '';
  return `${atLeast}${amount(reached)} ÷ ${amount(spent)} = ${factorText(reached / spent)}`;
}

/** Seconds with three digits, under a second in milliseconds, under one of these in microseconds. */
export function secondsText(seconds: number): string {
  if (seconds < 1e-3) return `${num(seconds * 1e6)}\u2009µs`;
  return seconds < 1 ? `${num(seconds * 1000)}\u2009ms` : `${num(seconds)}\u2009s`;
}

/** `tuned Adam` */
export function baselineName({ protocol }: EvaluationOverview): string {
  return `tuned ${protocol.baseline}`;
}

/** `tuned Adam: the best of 7 learning rates at every step` */
export function rulerText({ protocol }: EvaluationOverview): string {
  const { baseline } = protocol;
  const sweep = baselineSweep(protocol);
  if (sweep.settings < 2) return `${baseline} at its one learning rate`;
  return `tuned ${baseline}: the best of ${settingsText(sweep)} at every step`;
}

/** Label and value of the header. */
export function headerItems(overview: EvaluationOverview) {
  const { protocol, progress, tasks, state } = overview;
  const { baseline, learningRates, seeds, numSteps, baselineSteps } = protocol;
  const settings = settingsText(baselineSweep(protocol));
  const isLive = state === 'running' || state === 'starting';
  const left = isLive ? progress.secondsLeft : undefined;
  return [
    { label: 'Tasks', value: `${finishedTasks(overview)} of ${tasks.length}` },
    {
      label: 'Baseline',
      value: `${baseline}, ${settings} × ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`,
      title: `Learning rates: ${learningRates.map((rate) => num(rate)).join(', ')}`,
    },
    ...sweptItem(protocol),
    {
      label: 'Steps each',
      value: `${integer(numSteps)} (${baseline} to ${integer(baselineSteps)})`,
    },
    { label: 'Runs', value: `${integer(progress.done)} of ${integer(progress.total)}` },
    ...(left === undefined ? [] : [{ label: 'Time left', value: `about ${duration(left)}` }]),
  ];
}

/** What the marks of the front optimizer leave out; counted also when 0. */
export function countsText(overview: EvaluationOverview, front: number, unit: Unit): string[] {
  const optimizer = overview.optimizers[front];
  if (optimizer === undefined) return [];
  const { iqm, low, high } = optimizer[unit];
  const { pending, done } = countTasks(overview, front);
  const range = Number.isFinite(low) ? ` (${factorText(low)} to ${factorText(high)})` : '';
  return [
    ...(pending > 0 ? [`pending: ${pending}, not drawn`] : []),
    ...(done > 0 ? [`IQM of ${optimizer.label}: ${factorText(iqm)}${range}`] : []),
  ];
}

/** One sentence with the finding, for a reader who does not see the chart. */
export function describeChart(overview: EvaluationOverview, unit: Unit, front: number): string {
  const { optimizers, protocol, tasks } = overview;
  const parts = optimizers.map(({ label, [unit]: aggregate }) => {
    const atLeast = aggregate.atLeast.find(({ factor }) => factor === 1)?.tasks ?? 0;
    const failed = aggregate.failed > 0 ? `, ${aggregate.failed} failed` : '';
    return `${label} median ${factorText(aggregate.median)}, at least 1× on ${atLeast} of ${aggregate.tasks}${failed}`;
  });
  const name = optimizers[front]?.label ?? 'no optimizer';
  return `Speedup over tuned ${protocol.baseline} by ${unit} on ${tasks.length} tasks, ${name} in front: ${parts.join('; ')}`;
}

/** What the task is, in a sentence or two. */
export function taskText({ family, summary, numParams, standsFor }: EvaluatedTask): string {
  const stand = standsFor === undefined ? '' : ` Its data are a stand-in for ${standsFor}.`;
  const end = /[.!?]$/.test(summary) ? '' : '.';
  return `${family}: ${summary}${end} ${count(numParams)} parameters.${stand}`;
}

/** How the front optimizer's number came about, in words. */
export function findingText(
  overview: EvaluationOverview,
  task: EvaluatedTask,
  front: number,
): string {
  const { baseline, numSteps, baselineSteps } = overview.protocol;
  const label = overview.optimizers[front]?.label ?? 'The optimizer';
  const result = task.results[front];
  if (result === undefined || result.steps.kind === 'pending')
    return `${label} has not been trained on this task yet.`;
  const loss = num(result.finalTrain);
  const { kind, value } = result.steps;
  if (kind === 'failed')
    return Number.isFinite(result.finalTrain)
      ? `${label} ends at ${loss}, not under the first loss: it counts as a failure.`
      : `The loss of ${label} is not finite: it counts as a failure.`;
  if (kind === 'censored')
    return `${label} ends at ${loss}, under anything that ${baseline} reaches in ${integer(baselineSteps)} steps: at least ${factorText(value)}.`;
  const steps = divisionText({
    reached: value * numSteps,
    spent: numSteps,
    unit: 'steps',
    isOpen: false,
  });
  return `${label} ends at ${loss}; the best of ${baseline} needs ${integer(value * numSteps)} steps for the same smoothed loss: ${steps}.`;
}

/** The same by seconds: `0.31× by seconds: 1.2 ms a step against 0.35 ms.` */
export function secondsFinding(
  { protocol }: EvaluationOverview,
  speedup: Speedup,
  perStep: { readonly own: number; readonly baseline: number },
): string | undefined {
  if (!Number.isFinite(perStep.own) || !Number.isFinite(perStep.baseline)) return undefined;
  const own = secondsText(perStep.own);
  return `By seconds ${speedupText(speedup)}: ${own} a step against ${secondsText(perStep.baseline)} of ${protocol.baseline}.`;
}
