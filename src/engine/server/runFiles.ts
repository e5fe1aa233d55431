/** What is done with a run's folder on request: shown, deleted, exported. */
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../base/index';
import { isEvaluation, lossUnit } from '../../protocol/index';
import type { EngineParams, EngineResult, Metric } from '../../protocol/index';
import {
  onDisk,
  readRunMetrics,
  requireUnlocked,
  runPaths,
  writeFileAtomic,
} from '../../storage/index';
import type { Trainings } from './trainings';

/** @throws UserError('run' | 'disk') */
export function describeRun(trainings: Trainings, runId: string): EngineResult<'run.describe'> {
  const { record } = trainings.require(runId);
  const entry = trainings.index.get(runId);
  if (entry === undefined) throw new UserError('run', `run ${runId} has just been deleted`);
  const { config } = runPaths(record.directory);
  const configText = onDisk('read', config, () => readFileSync(config, 'utf8'));
  return { entry, configText, lossUnit: lossUnit(record.config.task) };
}

/**
 * Deletes a run.
 * @throws UserError('run') while somebody writes it, UserError('disk')
 */
export function deleteRun(trainings: Trainings, runId: string): void {
  const { record } = trainings.require(runId);
  const job = trainings.jobs.get(runId);
  if (job !== undefined) {
    throw new UserError('run', `run ${runId} is ${job.state} and cannot be deleted`, {
      remedy: 'Stop it first.',
    });
  }
  requireUnlocked(runPaths(record.directory));
  deleteFolder(record.directory);
  trainings.forget(runId);
}

/** First out of the way under another name, so that it is gone as a whole or not at all. @throws UserError('disk') */
export function deleteFolder(directory: string): void {
  const aside = join(dirname(directory), `.deleted-${basename(directory)}`);
  onDisk('delete', directory, () => {
    rmSync(aside, { recursive: true, force: true });
    renameSync(directory, aside);
    rmSync(aside, { recursive: true, force: true });
  });
}

/** @throws UserError('usage') where the folder of the target is not there, UserError('run' | 'disk') */
export function exportRun(
  trainings: Trainings,
  { runId, format, target }: EngineParams<'run.export'>,
): void {
  const { record } = trainings.require(runId);
  if (!existsSync(dirname(target))) {
    throw new UserError('usage', `${dirname(target)} does not exist, expected a folder`);
  }
  const { metrics } = readRunMetrics(record.directory);
  const text =
    format === 'csv'
      ? csvOf(metrics)
      : `${JSON.stringify({ runId, config: record.config, summary: record.summary, metrics }, null, 1)}\n`;
  writeFileAtomic(target, text);
}

const COLUMNS = ['step', 'split', 'loss', 'accuracy', 'seconds'] as const;

/** One row a metric; a training loss has no split, what was not finite or not measured is empty. */
function csvOf(metrics: readonly Metric[]): string {
  const rows = metrics.map((metric) => {
    const { split, accuracy } = isEvaluation(metric) ? metric : { split: '', accuracy: undefined };
    return [metric.step, split, metric.loss ?? '', accuracy ?? '', metric.seconds ?? ''].join(',');
  });
  return `${[COLUMNS.join(','), ...rows].join('\n')}\n`;
}
