/** `velo runs`: what has been trained in this folder. */
import type { Command } from 'commander';
import { describeOptimizer, describeTask } from '../../protocol/index';
import type { RunRecord } from '../../storage/index';
import { listRuns, runsDirectory } from '../../storage/index';
import { formatLoss, formatShare, formatTable } from '../output';
import type { Output } from '../output';
import { runRoot } from './shared';

interface RunsOptions {
  readonly out?: string;
}

export function addRunsCommand(program: Command, output: Output): void {
  program
    .command('runs')
    .description('list the runs of this folder')
    .option('--out <dir>', 'folder that the runs are under (default: the current one)')
    .option('--json', 'one JSON object per run')
    .action((options: RunsOptions) => {
      printRuns(runRoot(options.out), output);
    });
}

function printRuns(root: string, output: Output): void {
  const { runs, warnings } = listRuns(root);
  for (const run of runs) {
    const { id, directory, state, summary, environment, config } = run;
    output.emit({ type: 'run', id, folder: directory, state, summary, environment, config });
  }
  if (runs.length === 0) output.print(`No runs in ${runsDirectory(root)}.`);
  else output.print(formatRuns(runs));
  for (const warning of warnings) output.warn(warning);
}

function formatRuns(runs: readonly RunRecord[]): string {
  const rows = runs.map(({ id, state, config, summary }) => [
    id,
    state,
    describeTask(config.task),
    describeOptimizer(config.optimizer),
    `${summary?.step ?? 0}/${config.numSteps}`,
    formatLoss(summary?.step === 0 ? undefined : summary?.trainLoss),
    formatLoss(summary?.heldOut?.loss),
    formatShare(summary?.heldOut?.accuracy),
  ]);
  return formatTable(
    [
      ['run', 'left'],
      ['state', 'left'],
      ['task', 'left'],
      ['optimizer', 'left'],
      ['steps', 'right'],
      ['train loss', 'right'],
      ['held-out', 'right'],
      ['accuracy', 'right'],
    ],
    rows,
  );
}
