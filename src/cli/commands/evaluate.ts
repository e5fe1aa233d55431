/** `velo evaluate`: optimizers against a tuned baseline on the tasks of a suite. */
import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import pc from 'picocolors';
import { UserError } from '../../base/index';
import type * as Engine from '../../engine/index';
import type { EvaluationOptions, EvaluationResult } from '../../engine/index';
import { DEVICE_NAMES } from '../../protocol/index';
import type { EvaluationConfig, ResolvedEvaluation } from '../../protocol/index';
import {
  dataDirectory,
  evaluationIds,
  findEvaluation,
  programVersion,
  readEvaluation,
  weightsDirectory,
} from '../../storage/index';
import { evaluationConfig } from '../evaluationFlags';
import type { EvaluationFlags } from '../evaluationFlags';
import { tellPlan } from '../evaluationPlan';
import { EvaluationReport, evaluationTable, reportTable } from '../evaluationReport';
import { INTERRUPTED, withInterrupt } from '../interrupt';
import type { Output } from '../output';
import { collect, runRoot, wholeNumber } from './shared';

interface EvaluateOptions extends EvaluationFlags {
  readonly workers?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly anew?: boolean;
  readonly reuse?: string;
  readonly dryRun?: boolean;
}

export function addEvaluateCommand(program: Command, output: Output): void {
  program
    .command('evaluate')
    .description('compare optimizers with a tuned baseline on many tasks')
    .argument(
      '[suite]',
      'name of a suite (quick-12, mini-83, velo-83, recipe-test), or a *.velo-eval.json file',
    )
    .option(
      '--optimizer <what>',
      'measured: velo, weights by name or file, a baseline (tuned like the baseline), or a run config (as it is); may be given several times',
      collect,
      [],
    )
    .option('--baseline <what>', 'what it is measured with: a name or a run config (default: adam)')
    .option('--seeds <n>', 'trainings of each setting')
    .option('--steps <n>', 'steps of a training')
    .option('--baseline-steps <n>', 'steps of a training of the baseline')
    .option(
      '--grid <grid>',
      'learning rates: 15, 14, log-uniform:N, random:N, or a list with commas',
    )
    .option('--schedules <list>', 'tried with each: constant, cosine, linear, warmupCosine')
    .option('--evaluate-every <n>', 'steps between two points of a curve')
    .option('--workers <n>', 'threads (default: one for each core); no number depends on it')
    .option('--device <name>', `what computes: ${DEVICE_NAMES.join(', ')}`)
    .option('--out <dir>', 'folder that evaluations go under (default: the current one)')
    .option('--resume <evaluation>', 'go on with one: its id or folder')
    .option(
      '--anew',
      'train everything: take no curves of the same trainings from other evaluations (of lengths) here',
    )
    .option(
      '--reuse <evaluation>',
      'take the curves of the same trainings from this one, its id or folder; seconds are then not scored',
    )
    .option('--dry-run', 'say what it would train and how long it would take, and start nothing')
    .option('--json', 'one JSON object per event')
    .action(async (suite: string | undefined, options: EvaluateOptions) => {
      const root = runRoot(options.out);
      const asked = suite === undefined ? undefined : evaluationConfig(suite, options);
      const workers = options.workers && wholeNumber('--workers', options.workers, 1);
      const engine = await import('../../engine/index');
      const config = asked && engine.resolveEvaluation(asked);
      const directory =
        options.resume === undefined
          ? unfinished(root, config, engine.hasSameTaskFiles)
          : named(root, options.resume, config);
      if (options.dryRun === true) {
        const record = directory === undefined ? undefined : readEvaluation(directory);
        const planned = {
          config: required(config ?? record?.config),
          services: services(),
          ...(workers ? { workers } : {}),
          ...(directory === undefined ? {} : { directory }),
        };
        tellPlan(await engine.planEvaluation(planned), output);
        return;
      }
      await evaluate(output, async (common) => {
        const all = { ...common, ...(workers ? { workers } : {}) };
        if (directory !== undefined) return engine.resumeEvaluation(directory, all);
        const anew = options.anew === true;
        const reuse = reusedOf(root, options);
        return engine.startEvaluation({ ...all, ...reuse, root, anew, config: required(config) });
      });
    });
}

/** @throws UserError('usage') where both are asked for, UserError('run') where there is no such evaluation */
function reusedOf(root: string, { anew, reuse }: EvaluateOptions): { readonly reuse?: string } {
  if (reuse === undefined) return {};
  if (anew !== true) return { reuse: findEvaluation(root, reuse) };
  throw new UserError('usage', '--reuse and --anew ask for opposite things, expected one of them');
}

function required(config: ResolvedEvaluation | undefined): ResolvedEvaluation {
  if (config !== undefined) return config;
  throw new UserError('usage', 'expected the name of a suite or a *.velo-eval.json file', {
    remedy:
      'The suites are quick-12, mini-83, velo-83 and recipe-test; --resume goes on with an evaluation.',
  });
}

/** @throws UserError('run') where the one that was named was asked something else */
function named(root: string, reference: string, config: ResolvedEvaluation | undefined): string {
  const directory = findEvaluation(root, reference);
  if (config === undefined || isSame(readEvaluation(directory).config, config)) return directory;
  throw new UserError('run', `${directory} is the folder of an evaluation with another config`, {
    remedy: 'Leave out everything but --resume to go on with it, or leave --resume out.',
  });
}

/** The newest that was asked the same, of tasks that are the same, and has not come to its end. */
function unfinished(
  root: string,
  config: ResolvedEvaluation | undefined,
  hasSameTasks: typeof Engine.hasSameTaskFiles,
): string | undefined {
  if (config === undefined) return undefined;
  const known = evaluationIds(root).map((id) => findEvaluation(root, id));
  return known.findLast((directory) => {
    const record = readable(directory);
    if (record === undefined || record.state === 'finished') return false;
    return isSame(record.config, config) && hasSameTasks(config, record.environment);
  });
}

function isSame(a: EvaluationConfig, b: EvaluationConfig): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
}

/** Another one that is broken is no reason to refuse a new one. */
function readable(directory: string): ReturnType<typeof readEvaluation> | undefined {
  try {
    return readEvaluation(directory);
  } catch (thrown) {
    if (thrown instanceof UserError) return undefined;
    throw thrown;
  }
}

function services(): EvaluationOptions['services'] {
  return {
    dataDir: dataDirectory(),
    weightsDir: weightsDirectory(),
    version: programVersion(),
  };
}

async function evaluate(
  output: Output,
  run: (options: EvaluationOptions) => Promise<EvaluationResult>,
): Promise<void> {
  const controller = new AbortController();
  const report = new EvaluationReport(output);
  const options: EvaluationOptions = {
    services: services(),
    signal: controller.signal,
    onEvent: (event) => {
      report.onEvent(event);
    },
  };
  const stop = (): void => {
    report.close();
    controller.abort();
  };
  try {
    const { result } = await withInterrupt(output, stop, () => run(options), 'Stopping');
    tellEnd(result, output);
    await tellScore(result, output);
  } finally {
    report.close();
  }
}

function tellEnd({ id, config, summary }: EvaluationResult, output: Output): void {
  const { state, done, trainings, diverged, failures } = summary;
  const pruned = diverged === 0 ? '' : `, ${diverged} of them diverged and ended there`;
  // With several lengths the report's own table comes instead.
  if (config.protocol !== 'lengths') output.print(`\n${evaluationTable(summary)}`);
  output.print(`\n${pc.bold(state)}: ${done} of ${trainings} trainings${pruned}`);
  if (failures.length > 0) process.exitCode = 1;
  if (state === 'finished') return;
  if (state === 'stopped') process.exitCode = INTERRUPTED;
  output.note(`Go on with: velo evaluate --resume ${id}`);
}

/** What the curves that are there say, and where to read more. */
async function tellScore({ directory }: EvaluationResult, output: Output): Promise<void> {
  const { reportEvaluation } = await import('../../engine/index');
  const report = reportEvaluation(directory);
  if (report === undefined) return;
  const { lengths } = report;
  if (lengths !== undefined)
    output.print(`\n${reportTable(lengths.rows)}\n\n${reportTable(lengths.means)}`);
  output.print(`\n${report.findings.join('\n')}`);
  output.print(`\nReport\n  ${report.html}\n  ${report.markdown}`);
}
