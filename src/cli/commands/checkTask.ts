/** `velo check-task`: looks at a task file before it is trained. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { UserError } from '../../base/index';
import { DEVICE_NAMES, decodeTask, innermostTask } from '../../protocol/index';
import { dataDirectory, weightsDirectory } from '../../storage/index';
import { readConfigFile } from '../configFiles';
import type { Output } from '../output';
import { wholeNumber } from './shared';

interface CheckTaskOptions {
  readonly options?: string;
  readonly seed: string;
  readonly device: string;
  readonly members?: string;
}

export function addCheckTaskCommand(program: Command, output: Output): void {
  program
    .command('check-task')
    .description('look at a task of your own: shapes, loss, gradient, speed')
    .argument(
      '<file>',
      'task file (.ts, .js, .mjs, .velo-task.json), or the *.velo.json that names it',
    )
    .option('--options <json>', "the task's options, as the config would have them")
    .option('--seed <n>', 'seed of the initial parameters and the order of the data', '0')
    .option('--device <name>', `what computes: ${DEVICE_NAMES.join(', ')}`, 'auto')
    .option('--members <n>', 'say what so many trainings at once would take, too')
    .option('--json', 'one JSON object per finding')
    .action(async (file: string, options: CheckTaskOptions) => {
      const config = taskOf(file, options.options);
      const seed = wholeNumber('--seed', options.seed, 0);
      const members = options.members && wholeNumber('--members', options.members, 1);
      const name = DEVICE_NAMES.find((known) => known === options.device);
      if (name === undefined) {
        throw new UserError(
          'usage',
          `--device must be one of ${DEVICE_NAMES.join(', ')}, got ${options.device}`,
        );
      }
      const { checkTask, pickDevice } = await import('../../engine/index');
      const { device } = await pickDevice(name);
      const files = { dataDir: dataDirectory(), weightsDir: weightsDirectory() };
      const asked = { config, device, seed, ...files, ...(members ? { members } : {}) };
      for await (const finding of checkTask(asked)) {
        output.emit({ type: 'finding', ...finding });
        const mark = finding.isWarning === true ? pc.yellow('note') : pc.green('ok  ');
        output.print(`${mark}  ${finding.what.padEnd(11)} ${finding.text}`);
      }
      output.print(
        `\nTrain it with: velo train CONFIG, where the config's task is { "family": "user", "file": … }`,
      );
    });
}

type UserTaskConfig = Extract<ReturnType<typeof innermostTask>, { family: 'user' }>;

function taskOf(file: string, options: string | undefined): UserTaskConfig {
  if (/\.velo\.jsonc?$/i.test(file)) {
    const task = innermostTask(readConfigFile(file).task);
    if (task.family === 'user') return task;
    throw new UserError('usage', `${file} trains ${task.family}, expected a task of your own`);
  }
  const task = decodeTask({
    family: 'user',
    file: resolve(file),
    options: parsed(options ?? '{}'),
  });
  if (task.family === 'user') return task;
  throw new UserError('usage', `${file} is no task file`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new UserError('usage', `--options must be JSON, got ${text}`, { cause });
  }
}
