/** What a person, or a program that reads JSON lines, is told of a meta-training. */
import { relative } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import pc from 'picocolors';
import type { DetailedForecast, MetaEvent, MetaForecast } from '../engine/index';
import { playsPairs } from '../protocol/index';
import type { MetaSummary, MetaValidation, MetaValidationTask } from '../protocol/index';
import { formatCount, formatLoss, formatSeconds, formatShare, formatTable } from './output';
import type { Output } from './output';

/** Time between plain lines. */
const LINE_EVERY_MS = 10_000;
/** Of the bar, which shows a share. */
const BAR_STEPS = 1000;

type Started = Extract<MetaEvent, { type: 'started' }>;
type Iterated = Extract<MetaEvent, { type: 'iteration' }>;

export class MetaReport {
  readonly #output: Output;
  #bar: SingleBar | undefined;
  #saidAt = performance.now();
  #begun: { readonly seconds: number; readonly innerSteps: number } | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  onEvent(event: MetaEvent): void {
    this.#output.emit({ ...event });
    switch (event.type) {
      case 'forecast':
        this.#output.print(`${formatForecast(event.forecast)}\n`);
        break;
      case 'started':
        this.#started(event);
        break;
      case 'validationTasks':
        this.#baseline(event.tasks);
        break;
      case 'iteration':
        this.#progress(event);
        break;
      case 'validation':
        this.#validated(event.validation);
        break;
      case 'warning':
        this.#output.note(`${pc.yellow('warning:')} ${event.text}`);
        break;
      case 'opened':
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

  #started({ id, directory, config, environment, summary }: Started): void {
    const output = this.#output;
    const { estimator, tasks } = config;
    const { thetaSize, learning, start, device, workers } = environment;
    this.#begun = { seconds: summary.seconds, innerSteps: summary.innerSteps };
    output.print(`${pc.bold(id)}  ${relative(process.cwd(), directory)}`);
    output.print(
      `  ${formatCount(learning)} of ${formatCount(thetaSize)} numbers of theta learn, from ${start}`,
    );
    output.print(
      `  ${estimator.kind}, ${playsPairs(estimator) ? `${estimator.pairs} antithetic pairs` : `${estimator.problems} problems`}; tasks: ${typeof tasks === 'string' ? tasks : tasks.name}; ` +
        `${workers} ${workers === 1 ? 'worker' : 'workers'} (${device})`,
    );
    if (!output.isInteractive) return;
    this.#bar = new SingleBar(
      {
        format: '{bar} {iteration}  loss {loss}  {rate} inner steps/s  {left} left',
        stream: process.stderr,
        barsize: 24,
        fps: 4,
        hideCursor: true,
        clearOnComplete: true,
        gracefulExit: false,
      },
      Presets.shades_classic,
    );
    this.#bar.start(BAR_STEPS, 0, { iteration: '', loss: '–', rate: '–', left: '–' });
  }

  #baseline(tasks: readonly MetaValidationTask[]): void {
    if (this.#output.json) return;
    const adam = tasks[0]?.baseline === undefined ? '' : '; Adam at 9 learning rates beside them';
    this.#output.print(`  validated on ${tasks.length} tasks that are never trained on${adam}`);
  }

  #progress({ iteration, summary, progress, secondsLeft }: Iterated): void {
    const seconds = summary.seconds - (this.#begun?.seconds ?? 0);
    const rate = (summary.innerSteps - (this.#begun?.innerSteps ?? 0)) / Math.max(1e-3, seconds);
    const texts = {
      iteration: `iteration ${iteration.iteration + 1}`,
      loss: formatLoss(iteration.loss),
      rate: formatCount(Math.round(rate)),
      left: formatSeconds(secondsLeft),
    };
    this.#bar?.update(Math.round(progress * BAR_STEPS), texts);
    const now = performance.now();
    const isDue = now - this.#saidAt >= LINE_EVERY_MS;
    if (this.#output.json || this.#output.isInteractive || !isDue) return;
    this.#saidAt = now;
    this.#output.note(
      `${texts.iteration}  loss ${texts.loss}  ${texts.rate} inner steps/s  ${texts.left} left`,
    );
  }

  #validated({ iteration, ratio, speedup, isBest, rows }: MetaValidation): void {
    const diverged = rows.filter((row) => row.diverged).length;
    const faster = speedup === undefined ? '' : `, ${speedup.toFixed(2)}x as fast as tuned Adam`;
    const bad = diverged === 0 ? '' : pc.yellow(`, ${diverged} diverged`);
    this.#output.print(
      `  ${String(iteration).padStart(6)}  loss ${ratio.toFixed(3)} of the start's${faster}${bad}${isBest ? pc.green('  best') : ''}`,
    );
  }
}

/** `420 outer iterations, 22,000,000 inner steps in 5 min 10 s` */
export function formatSummary({ iterations, innerSteps, seconds, best }: MetaSummary): string {
  const kept = best === undefined ? '' : `; best at ${best.iteration}: ${best.ratio.toFixed(3)}`;
  return (
    `${formatCount(iterations)} outer iterations, ${formatCount(innerSteps)} inner steps ` +
    `in ${formatSeconds(seconds)}${kept}`
  );
}

/** `an outer iteration: about 51,000 inner steps in 0.8 s; 1,400 iterations in 20 min 03 s; 85 MB` */
function formatForecast(forecast: MetaForecast): string {
  const { innerSteps, secondsPerIteration, iterations, seconds } = forecast;
  const bytes = forecast.memberBytes + forecast.workerBytes + forecast.sharedBytes;
  return (
    `An outer iteration: about ${formatCount(innerSteps)} inner steps in ${formatSeconds(secondsPerIteration)}; ` +
    `${formatCount(iterations)} iterations in ${formatSeconds(seconds)}; ${formatCount(Math.ceil(bytes / 2 ** 20))} MB`
  );
}

/** With a table of what each entry of the distribution costs, the dearest first, where there are several. */
export function formatDetails(forecast: DetailedForecast): string {
  const { entries } = forecast;
  const text = formatForecast(forecast);
  if (entries.length < 2) return text;
  const rows = entries
    .toSorted((a, b) => b.time - a.time)
    .map(({ name, pairs, steps, secondsPerStep, time }) => [
      name,
      formatShare(pairs),
      formatCount(Math.round(steps)),
      `${formatCount(Math.round(1e6 * secondsPerStep))} us`,
      formatShare(time),
    ]);
  return `${text}\n\n${formatTable(COLUMNS, rows)}`;
}

const COLUMNS = [
  ['tasks', 'left'],
  ['of the pairs', 'right'],
  ['mean steps', 'right'],
  ['a step', 'right'],
  ['of the time', 'right'],
] as const;
