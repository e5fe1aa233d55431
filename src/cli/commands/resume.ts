/** `velo resume`: goes on with a run that was stopped or whose process vanished. */
import type { Command } from 'commander';
import { findRun } from '../../storage/index';
import type { Output } from '../output';
import { comparison } from '../trainReport';
import { runRoot } from './shared';
import type { TrainingFlags } from '../trainJob';
import { STRICT_FLAG, threadsOption, trainOne } from './train';

interface ResumeOptions extends TrainingFlags {
  readonly out?: string;
}

export function addResumeCommand(program: Command, output: Output): void {
  program
    .command('resume')
    .description('go on with a run from its latest checkpoint')
    .argument('<run>', 'id, the beginning of an id, or the folder of the run')
    .option('--out <dir>', 'folder that the runs are under (default: the current one)')
    .addOption(threadsOption())
    .option('--strict', STRICT_FLAG)
    .option('--json', 'one JSON object per event')
    .action(async (reference: string, options: ResumeOptions) => {
      const directory = findRun(runRoot(options.out), reference);
      const { resumedTraining } = await import('../trainJob');
      const { run } = await trainOne(resumedTraining(directory, output, options), output);
      output.print(`\n${comparison([run])}`);
    });
}
