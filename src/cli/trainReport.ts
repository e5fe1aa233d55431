/** What a person, or a program that reads JSON lines, is told of a training while it goes and when it is over. */
import { relative } from 'node:path';
import pc from 'picocolors';
import type { TrainEvent, TrainResult } from '../engine/index';
import { describeOptimizer } from '../protocol/index';
import type { RunEnvironment, RunSummary } from '../protocol/index';
import { formatCount, formatLoss, formatSeconds, formatShare, formatTable } from './output';
import type { JsonEvent, Output } from './output';
import { createProgress } from './progress';
import type { Progress } from './progress';

export class TrainReport {
  readonly #output: Output;
  #progress: Progress | undefined;
  #runId = '';

  constructor(output: Output) {
    this.#output = output;
  }

  /** Id of the run, once it has one. */
  get runId(): string {
    return this.#runId;
  }

  onEvent(event: TrainEvent): void {
    switch (event.type) {
      case 'started':
        this.#started(event);
        break;
      case 'warning':
        this.#output.warn(event.text);
        break;
      case 'step':
        this.#progress?.step(event.step, event.loss);
        this.#emit(event);
        break;
      case 'evaluation':
      case 'checkpoint':
        this.#emit(event);
        break;
      case 'progress':
      case 'held':
      case 'trace':
        break;
      case 'ended':
        this.#progress?.end();
        this.#ended(event.summary);
        break;
    }
  }

  /** Takes the bar away, also after an error. */
  close(): void {
    this.#progress?.end();
  }

  #started(event: Extract<TrainEvent, { type: 'started' }>): void {
    const output = this.#output;
    this.#runId = event.runId;
    this.#emit(event);
    const from = event.step === 0 ? '' : `, from step ${event.step}`;
    output.print(`${pc.bold(event.runId)}  ${event.task}`);
    output.print(`  ${formatCount(event.parameters)} parameters, ${event.numSteps} steps${from}`);
    output.print(`  optimizer ${event.optimizer}${weightsClause(event.weights)}`);
    if (event.accumulate > 1) {
      output.print(`  one update for every ${event.accumulate} batches`);
    }
    output.print(`  device ${event.why}`);
    this.#progress = createProgress(output, event.numSteps, event.step);
  }

  #ended(summary: RunSummary): void {
    const { state, step, numSteps, seconds } = summary;
    this.#emit({ type: 'ended', summary });
    const time = formatSeconds(seconds);
    if (state === 'diverged') {
      this.#output.print(`  ${pc.yellow(`diverged at step ${step}`)} after ${time}`);
      return;
    }
    const why = {
      numSteps: '',
      targetLoss: ', target loss reached',
      earlyStop: ', no more progress',
    };
    const reason = summary.endedBy === undefined ? '' : why[summary.endedBy];
    this.#output.print(`  ${state} after ${step} of ${numSteps} steps, ${time}${reason}`);
  }

  #emit(event: JsonEvent): void {
    this.#output.emit({ run: this.#runId, ...event });
  }
}

function weightsClause(weights: RunEnvironment['weights']): string {
  if (weights === undefined) return '';
  return weights.handMade
    ? ` with ${weights.name} ${pc.yellow('(weights made by hand, not meta-trained)')}`
    : ` with ${weights.name}`;
}

/** One row for each run, to compare them, and below in the same order where each is: short enough for a narrow terminal. */
export function comparison(runs: readonly TrainResult[]): string {
  const rows = runs.map(({ config, summary }) => [
    describeOptimizer(config.optimizer),
    summary.state === 'diverged' ? `diverged at ${summary.step}` : String(summary.step),
    formatLoss(summary.trainLoss),
    formatLoss(summary.heldOut?.loss),
    formatShare(summary.heldOut?.accuracy),
    summary.seconds.toFixed(1),
    summary.msPerStep === null ? '–' : summary.msPerStep.toPrecision(3),
  ]);
  const table = formatTable(
    [
      ['optimizer', 'left'],
      ['steps', 'right'],
      ['train loss', 'right'],
      ['held-out', 'right'],
      ['accuracy', 'right'],
      ['seconds', 'right'],
      ['ms/step', 'right'],
    ],
    rows,
  );
  const folders = runs.map(({ directory }) => `  ${relative(process.cwd(), directory)}`);
  return [table, '', runs.length === 1 ? 'Run folder' : 'Run folders', ...folders].join('\n');
}
