/** `velo train`: trains the run of each config, one after another, and compares them. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { UserError } from '../../base/index';
import { MOST_THREADS } from '../../engine/index';
import type { ThreadChoice, TrainResult } from '../../engine/index';
import { DEVICE_NAMES } from '../../protocol/index';
import type { RunConfig } from '../../protocol/index';
import { readConfigFile } from '../configFiles';
import type { ConfigOptions } from '../configFiles';
import { INTERRUPTED, withInterrupt } from '../interrupt';
import type { Output } from '../output';
import { comparison } from '../trainReport';
import { collect, runRoot } from './shared';
import type { TrainingFlags, TrainingJob } from '../trainJob';

interface TrainCommandOptions extends ConfigOptions, TrainingFlags {
  readonly out?: string;
}

export function addTrainCommand(program: Command, output: Output): void {
  program
    .command('train')
    .description('train one run for each config')
    .argument('<config...>', 'run configs, *.velo.json')
    .option('--set <a.b=c>', 'change a setting; may be given several times', collect, [])
    .option('--seed <n>', 'the same as --set seed=n')
    .option('--device <name>', `the same as --set device=name: ${DEVICE_NAMES.join(', ')}`)
    .option('--out <dir>', 'folder that the runs go under (default: the current one)')
    .addOption(threadsOption())
    .option('--strict', STRICT_FLAG)
    .option('--json', 'one JSON object per event')
    .action(async (files: string[], options: TrainCommandOptions) => {
      // Every config is read before the first run begins.
      const configs = files.map((file) => readConfigFile(file, options));
      await trainAll(configs, options, output);
    });
}

/** Of each command that trains; no number depends on it. */
export function threadsOption(): Option {
  return new Option('--threads <n>', 'threads that share a training (auto: whatever is fastest)')
    .default('auto')
    .argParser((value): ThreadChoice => {
      if (value === 'auto') return value;
      const threads = Number(value);
      if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return threads;
      throw new UserError(
        'usage',
        `--threads must be auto or an integer from 1 to ${MOST_THREADS}, got ${value}`,
      );
    });
}

/** In the help of each command that trains. */
export const STRICT_FLAG = 'fail where a task cannot be compiled, instead of running it slowly';

async function trainAll(
  configs: readonly RunConfig[],
  options: TrainCommandOptions,
  output: Output,
): Promise<void> {
  const root = runRoot(options.out);
  const { checkConfig, newTraining } = await import('../trainJob');
  if (configs.length > 1) for (const config of configs) await checkConfig(config);
  const finished: TrainResult[] = [];
  try {
    for (const config of configs) {
      const { wasInterrupted, run } = await trainOne(
        newTraining(config, root, output, options),
        output,
      );
      finished.push(run);
      if (wasInterrupted) break;
    }
  } finally {
    if (finished.length > 0) output.print(`\n${comparison(finished)}`);
  }
}

/** Runs a job under Ctrl-C and says how to go on where it was interrupted. */
export async function trainOne(
  job: TrainingJob,
  output: Output,
): Promise<{ readonly run: TrainResult; readonly wasInterrupted: boolean }> {
  const { result, wasInterrupted } = await withInterrupt(
    output,
    () => {
      job.stop();
    },
    () => job.run(),
  );
  const isUnfinished = result.summary.state === 'stopped' || result.summary.state === 'paused';
  if (wasInterrupted && isUnfinished) {
    process.exitCode = INTERRUPTED;
    output.note(`Go on with: velo resume ${result.runId}`);
  }
  return { run: result, wasInterrupted };
}
