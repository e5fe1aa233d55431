/** `velo new task`: writes a task that trains, to be changed. */
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { TASK_KINDS, createTaskFiles, programRoot, shortName } from '../../storage/index';
import type { TaskKind } from '../../storage/index';
import type { Output } from '../output';

export function addNewCommand(program: Command, output: Output): void {
  const task = new Command('task')
    .description('write a task of your own with its types and a run config')
    .argument('[name]', 'what its files are called', 'my-task')
    .addOption(
      new Option(
        '--kind <kind>',
        'a loss in tfjs, a model of tf.layers, or a list of layers without code',
      )
        .choices(TASK_KINDS)
        .default('loss'),
    )
    .option('--out <dir>', 'folder that they go to', '.')
    .option('--json', 'the paths as a JSON line')
    .action((name: string, { kind, out }: { kind: TaskKind; out: string }) => {
      const paths = createTaskFiles({
        programRoot: programRoot(),
        folder: resolve(out),
        name,
        kind,
      });
      output.emit({ type: 'newTask', kind, ...paths });
      const [file, config] = [shortName(paths.task), shortName(paths.config)];
      output.print(`Wrote ${file} and ${config}`);
      output.print(`Look at it:  velo check-task ${file}\nTrain it:    velo train ${config}`);
    });
  const parent = program.command('new').description('write new files: a task').addCommand(task);
  for (const command of [parent, task])
    command.exitOverride().configureOutput({ writeErr: () => undefined });
}
