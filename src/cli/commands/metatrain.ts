/** `velo metatrain`: trains a learned optimizer. */
import type { Command } from 'commander';
import pc from 'picocolors';
import { UserError } from '../../base/index';
import type { MetaOptions, MetaResult } from '../../engine/index';
import type { MetaConfig } from '../../protocol/index';
import {
  dataDirectory,
  findMetaTraining,
  programVersion,
  readMetaConfigFile,
  weightsDirectory,
} from '../../storage/index';
import { INTERRUPTED, withInterrupt } from '../interrupt';
import { MetaReport, formatDetails, formatSummary } from '../metaReport';
import type { Output } from '../output';
import { tellSensitivity } from '../sensitivityReport';
import { collect, positiveNumber, runRoot, wholeNumber } from './shared';

interface MetatrainOptions {
  readonly set: readonly string[];
  readonly seed?: string;
  readonly device?: string;
  readonly budget?: string;
  readonly init?: string;
  readonly workers?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly dryRun?: true;
  readonly sensitivity?: true;
  readonly problems?: string;
  readonly sigma?: string;
  readonly target?: string;
}

export function addMetatrainCommand(program: Command, output: Output): void {
  program
    .command('metatrain')
    .description('train a learned optimizer')
    .argument('[config]', 'a *.velo.json of kind "metatrain"')
    .option('--set <a.b=c>', 'change a setting; may be given several times', collect, [])
    .option('--seed <n>', 'the same as --set seed=n')
    .option('--device <name>', 'the same as --set device=name')
    .option(
      '--budget <time>',
      'ends after this time: 90s, 20m, 2.5h; the same as --set budget=time',
    )
    .option(
      '--init <weights>',
      'starts from these weights; the same as --set optimizer.start=weights',
    )
    .option('--workers <n>', 'threads (default: one for each core); no number depends on it')
    .option('--out <dir>', 'folder that meta-trainings go under (default: the current one)')
    .option('--resume <meta-training>', 'go on with one: its id or folder')
    .option('--dry-run', 'says what it would take, and starts nothing')
    .option('--sensitivity', 'measures what noise on each group of theta does, and trains nothing')
    .option('--problems <n>', 'of --sensitivity: inner problems for each group (default: 24)')
    .option('--sigma <n>', 'of --sensitivity: its noise (default: that of the estimator)')
    .option('--target <n>', 'of --sensitivity: what a group may cost (default: 0.04)')
    .option('--json', 'one JSON object per event')
    .action(async (file: string | undefined, options: MetatrainOptions) => {
      const root = runRoot(options.out);
      refuseStrays(options);
      const workers = options.workers && wholeNumber('--workers', options.workers, 1);
      const engine = await import('../../engine/index');
      const directory = options.resume && findMetaTraining(root, options.resume);
      const config = directory ? undefined : asked(file, options);
      const threads = workers ? { workers } : {};
      if (options.sensitivity) {
        const of = config === undefined ? { directory: directory! } : { config };
        await tellSensitivity(output, {
          of,
          ...threads,
          ...sensitivityFlags(options),
          ...services(),
        });
        return;
      }
      if (options.dryRun) {
        const forecast = await engine.forecastMetaTraining(config!, { ...threads, ...services() });
        if (forecast === undefined) {
          output.print('It can be begun; what it takes cannot be told beforehand.');
          return;
        }
        output.emit({ type: 'forecast', forecast });
        output.print(formatDetails(forecast));
        return;
      }
      await metatrain(output, async (common) => {
        const all = { ...common, ...threads };
        if (config !== undefined) return engine.startMetaTraining({ ...all, root, config });
        return engine.goOnMetaTraining(directory!, all);
      });
    });
}

const OF_SENSITIVITY = ['problems', 'sigma', 'target'] as const;

/** @throws UserError('usage') on a flag that would say nothing here */
function refuseStrays(options: MetatrainOptions): void {
  if (options.dryRun && (options.resume ?? options.sensitivity) !== undefined)
    throw new UserError('usage', '--dry-run is for a meta-training that is to start');
  if (options.sensitivity) return;
  const stray = OF_SENSITIVITY.find((flag) => options[flag] !== undefined);
  if (stray !== undefined) throw new UserError('usage', `--${stray} is only for --sensitivity`);
}

function sensitivityFlags({ problems, sigma, target }: MetatrainOptions) {
  return {
    ...(problems === undefined ? {} : { problems: wholeNumber('--problems', problems, 1) }),
    ...(sigma === undefined ? {} : { sigma: positiveNumber('--sigma', sigma) }),
    ...(target === undefined ? {} : { targetRise: positiveNumber('--target', target) }),
  };
}

function services(): Pick<MetaOptions, 'services'> {
  const [dataDir, weightsDir] = [dataDirectory(), weightsDirectory()];
  return { services: { dataDir, weightsDir, version: programVersion() } };
}

function asked(file: string | undefined, options: MetatrainOptions): MetaConfig {
  if (file === undefined) {
    throw new UserError('usage', 'expected the config of a meta-training, or --resume', {
      remedy: 'Examples are in examples/metatrain-*.velo.json.',
    });
  }
  const { set, seed, device, budget, init } = options;
  const flags = { seed, device, budget, 'optimizer.start': init };
  const overrides = Object.entries(flags).flatMap(([field, value]) =>
    value === undefined ? [] : [`${field}=${value}`],
  );
  return readMetaConfigFile(file, [...set, ...overrides]);
}

async function metatrain(
  output: Output,
  run: (options: MetaOptions) => Promise<MetaResult>,
): Promise<void> {
  const controller = new AbortController();
  const report = new MetaReport(output);
  const options: MetaOptions = {
    ...services(),
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
    const { result } = await withInterrupt(output, stop, () => run(options));
    output.print(`\n${pc.bold(result.summary.state)}: ${formatSummary(result.summary)}`);
    output.print(`  ${result.directory}`);
    if (result.summary.state === 'finished') return;
    process.exitCode = INTERRUPTED;
    output.note(`Go on with: velo metatrain --resume ${result.id}`);
  } finally {
    report.close();
  }
}
