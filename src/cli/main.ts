/** The command line `velo`: reads the arguments, runs one command, sets the exit code. */
import { Command, CommanderError } from 'commander';
import { UserError } from '../base/index';
import { programVersion } from '../storage/index';
import { addCheckTaskCommand } from './commands/checkTask';
import { addDataCommand } from './commands/data';
import { addDoctorCommand } from './commands/doctor';
import { addEvaluateCommand } from './commands/evaluate';
import { addMetatrainCommand } from './commands/metatrain';
import { addNewCommand } from './commands/new';
import { addParityCommand } from './commands/parity';
import { addPlanCommand } from './commands/plan';
import { addResumeCommand } from './commands/resume';
import { addRunsCommand } from './commands/runs';
import { addShowCommand } from './commands/show';
import { addTasksCommand } from './commands/tasks';
import { addTrainCommand } from './commands/train';
import { addWeightsCommand } from './commands/weights';
import { createOutput, reportError } from './output';

/** Runs the program with the arguments after its name. */
async function main(args: readonly string[]): Promise<void> {
  const output = createOutput(args.includes('--json'));
  const program = createProgram();
  addTrainCommand(program, output);
  addResumeCommand(program, output);
  addEvaluateCommand(program, output);
  addMetatrainCommand(program, output);
  addRunsCommand(program, output);
  addShowCommand(program, output);
  addTasksCommand(program, output);
  addNewCommand(program, output);
  addCheckTaskCommand(program, output);
  addDataCommand(program, output);
  addWeightsCommand(program, output);
  addPlanCommand(program, output);
  addParityCommand(program, output);
  addDoctorCommand(program, output);
  try {
    if (args.length === 0) program.help();
    await program.parseAsync([...args], { from: 'user' });
  } catch (thrown) {
    const error = thrown instanceof CommanderError ? usageError(thrown) : thrown;
    if (error !== undefined) process.exitCode = reportError(error, output);
  }
}

function createProgram(): Command {
  const program = new Command('velo')
    .description('Train networks with VeLO, the learned optimizer.')
    .version(programVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help for a command')
    .showSuggestionAfterError()
    .exitOverride()
    // Errors are reported once, by us.
    .configureOutput({ writeErr: () => undefined })
    .option('--json', 'results as JSON lines');
  return program;
}

/** What commander threw, as a mistake of the person; undefined for help and version, which are none. */
function usageError(error: CommanderError): UserError | undefined {
  if (error.exitCode === 0) return undefined;
  const [first = '', ...hints] = error.message.replace(/^error: /, '').split('\n');
  const hint = hints.join(' ').trim();
  const message = hint === '' ? first : `${first} ${hint}`;
  return new UserError('usage', message, { remedy: 'See "velo --help".', cause: error });
}

// `velo runs | head` closes our output early; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

void main(process.argv.slice(2));
