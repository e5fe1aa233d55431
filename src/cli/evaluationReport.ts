/** What a person, or a program that reads JSON lines, is told of an evaluation. */
import { relative } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import pc from 'picocolors';
import type { ReportTable } from '../core/index';
import type { EvaluationEvent } from '../engine/index';
import { labelOf } from '../protocol/index';
import type { EvaluationSummary } from '../protocol/index';
import { formatCount, formatLoss, formatSeconds, formatTable, listText } from './output';
import type { Output } from './output';

/** Time between plain lines. */
const LINE_EVERY_MS = 5000;

type Started = Extract<EvaluationEvent, { type: 'started' }>;
type Done = Extract<EvaluationEvent, { type: 'training' }>;

export class EvaluationReport {
  readonly #output: Output;
  #bar: SingleBar | undefined;
  #saidAt = performance.now();
  #diverged = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  onEvent(event: EvaluationEvent): void {
    if (event.type !== 'opened') this.#output.emit({ ...event });
    switch (event.type) {
      case 'opened':
        break;
      case 'started':
        this.#started(event);
        break;
      case 'training':
        this.#progress(event);
        break;
      case 'reused':
        this.#output.note(
          `${event.curves} curves were taken over from ${event.from.join(', ')} (--anew trains them again)`,
        );
        break;
      case 'failed':
        this.#output.note(`${pc.red('failed:')} ${event.training}: ${event.message}`);
        break;
      case 'warning':
        this.#output.note(`${pc.yellow('warning:')} ${event.text}`);
        break;
      case 'ended':
        this.close();
        break;
    }
  }

  /** Takes the bar away, also after an error. */
  close(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #started({ id, directory, config, device, budget }: Started): void {
    const output = this.#output;
    const { tasks, baseline, optimizers, seeds } = config;
    output.print(`${pc.bold(id)}  ${relative(process.cwd(), directory)}`);
    const { secondBaseline: second } = config;
    output.print(
      `  ${tasks.length} tasks, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}: ` +
        `${optimizers.map(labelOf).join(', ')} for ${lengthsText(config)} steps ` +
        `against ${labelOf(baseline)} for ${formatCount(baseline.steps)}` +
        (second === undefined ? '' : ` and ${labelOf(second)}`),
    );
    const done = budget.done === 0 ? '' : `, ${budget.done} of them done`;
    output.print(
      `  ${formatCount(budget.trainings)} trainings${done}; ${formatCount(budget.steps)} steps to make, ` +
        `about ${formatSeconds(budget.seconds)} on ${budget.workers} ${budget.workers === 1 ? 'worker' : 'workers'} (${device})`,
    );
    if (output.isInteractive) this.#startBar(budget.trainings, budget.done);
  }

  #startBar(total: number, done: number): void {
    this.#bar = new SingleBar(
      {
        format: '{bar} {value}/{total} trainings  {diverged}{left} left',
        stream: process.stderr,
        barsize: 24,
        fps: 10,
        hideCursor: true,
        clearOnComplete: true,
        gracefulExit: false,
      },
      Presets.shades_classic,
    );
    this.#bar.start(total, done, { diverged: '', left: '–' });
  }

  #progress({ done, trainings, secondsLeft, diverged }: Done): void {
    if (diverged) this.#diverged += 1;
    const left = formatSeconds(secondsLeft);
    const pruned = this.#diverged === 0 ? '' : `${this.#diverged} diverged, `;
    this.#bar?.update(done, { diverged: pruned, left });
    const now = performance.now();
    const isDue = now - this.#saidAt >= LINE_EVERY_MS;
    if (this.#output.json || this.#output.isInteractive || !isDue) return;
    this.#saidAt = now;
    this.#output.note(`${done}/${trainings} trainings, ${pruned}${left} left`);
  }
}

/** `1,000`; `100, 300 and 1,000` where there are several lengths. */
function lengthsText({ protocol, tasks, steps }: Started['config']): string {
  if (protocol !== 'lengths') return formatCount(steps);
  const lengths = new Set(tasks.flatMap((task) => task.lengths ?? []));
  return listText([...lengths].sort((a, b) => a - b));
}

/** A table of the report. */
export function reportTable({ columns, rows }: ReportTable): string {
  return formatTable(
    columns.map(({ title, align }) => [title, align]),
    rows.map((row) => [...row]),
  );
}

/** One row for each optimizer on each task, with the setting that was best. */
export function evaluationTable({ tasks }: EvaluationSummary): string {
  const rows = tasks.flatMap(({ name, optimizers }) =>
    optimizers.map((optimizer, index) => {
      const { best, settings, divergedSettings } = optimizer;
      const diverged = divergedSettings === 0 ? '' : `${divergedSettings} of ${settings}`;
      return [
        index === 0 ? name : '',
        optimizer.name,
        settings === 1 ? '' : (best?.setting ?? ''),
        formatLoss(best?.trainLoss),
        formatLoss(best?.heldOutLoss),
        diverged,
      ];
    }),
  );
  return formatTable(
    [
      ['task', 'left'],
      ['optimizer', 'left'],
      ['best', 'left'],
      ['train loss', 'right'],
      ['held-out', 'right'],
      ['diverged', 'right'],
    ],
    rows,
  );
}
