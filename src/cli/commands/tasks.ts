/** `velo tasks`: what a run config may ask for; `velo tasks show`: one family in full. */
import type { Command } from 'commander';
import pc from 'picocolors';
import { UserError, messageOf } from '../../base/index';
import type { ReadyTask, TaskFamilyEntry } from '../../protocol/live/index';
import { dataDirectory } from '../../storage/index';
import { formatTable } from '../output';
import type { Output } from '../output';
import { costText, examplesText, familyLines, optionLines } from '../taskText';

export function addTasksCommand(program: Command, output: Output): void {
  const tasks = program
    .command('tasks')
    .description('list the tasks, data sets and optimizers that a config can name')
    .option('--json', 'one JSON object per entry')
    .action(() => listAll(output));
  tasks
    .command('show')
    .description("show a family's options, and what a step of each of its tasks costs")
    .argument('<family>', 'task.family of a config')
    .option('--json', 'one JSON object per task')
    .action((family: string) => showFamily(family, output));
}

async function listAll(output: Output): Promise<void> {
  const gallery = await openGallery();
  const families = await gallery.families();
  const { taskOptionDocs } = await import('../../protocol/index');
  for (const { family, kind, title, summary, options, tasks } of families) {
    output.emit({ type: 'task', family, kind, title, summary, options, tasks });
  }
  output.print(pc.bold('Tasks (task.family), with some that are ready to train'));
  for (const family of families) for (const line of familyLines(family)) output.print(line);
  const own = {
    family: 'user',
    summary: 'A task of your own, from a file; "velo new task" makes one.',
  };
  output.emit({ type: 'task', ...own, options: taskOptionDocs().get('user') ?? [] });
  output.print(`  ${pc.bold(own.family)}: ${own.summary}`);
  output.print('Options of a family, and costs of its tasks: velo tasks show FAMILY');
  await listDatasets(output);
  await listOptimizers(output);
}

// The science is heavy to load and not needed for the help.
async function openGallery() {
  const { TaskGallery } = await import('../../engine/index');
  return new TaskGallery(dataDirectory());
}

async function listDatasets(output: Output): Promise<void> {
  const { BUNDLED_DATASETS } = await import('../../engine/index');
  const { BUNDLED_TABLE_NAMES, BUNDLED_TEXT_NAMES } = await import('../../protocol/index');
  for (const dataset of BUNDLED_DATASETS) output.emit({ type: 'dataset', ...dataset });
  output.print(`\n${pc.bold('Data sets (task.dataset)')}`);
  const rows = BUNDLED_DATASETS.map(({ name, summary, licence }) => [name, summary, licence]);
  output.print(
    indentTable(
      [
        ['name', 'left'],
        ['what', 'left'],
        ['licence', 'left'],
      ],
      rows,
    ),
  );
  output.print(
    '  or one of your cache (velo data list), or the path of a folder with files in idx format',
  );
  output.print(
    `  for tabularMlp: ${BUNDLED_TABLE_NAMES.join(', ')}, one of your cache, or the path of a CSV file`,
  );
  output.print(
    `  for language models: ${BUNDLED_TEXT_NAMES.join(', ')}, one of your cache, or the path of a text file`,
  );
}

async function listOptimizers(output: Output): Promise<void> {
  const { BASELINES, rangeOf } = await import('../../core/index');
  for (const { name, summary, paper } of BASELINES) {
    output.emit({ type: 'optimizer', name, summary, paper });
  }
  output.print(`\n${pc.bold('Optimizers (optimizer.name)')}`);
  output.print(`  ${pc.bold('velo')}: the learned optimizer; needs no learning rate`);
  for (const { name, summary, paper, options } of BASELINES) {
    output.print(`  ${pc.bold(name)}: ${summary} (${paper})`);
    for (const [key, option] of Object.entries(options)) {
      const range = option.kind === 'schedule' ? '' : `${rangeOf(option)}; `;
      const fallback = option.kind === 'schedule' ? option.default.kind : String(option.default);
      output.print(`    ${key} (${range}default ${fallback}): ${option.summary}`);
    }
  }
}

async function showFamily(name: string, output: Output): Promise<void> {
  const gallery = await openGallery();
  const families = await gallery.families();
  const family = families.find((each) => each.family === name);
  if (family === undefined) throw unknownFamily(name, families);
  output.print(`${pc.bold(family.family)}: ${family.title}. ${family.summary}\n`);
  output.print(pc.bold('Options'));
  for (const line of optionLines(family)) output.print(line);
  output.print(`\n${pc.bold('Tasks')}`);
  for (const task of family.tasks) {
    const { cost, problem } = await costOf(task, gallery);
    const examples = examplesText(await gallery.sample(task.task));
    output.emit({ type: 'task', ...task, ...cost, ...(problem === undefined ? {} : { problem }) });
    output.print(`  ${pc.bold(task.name)}: ${task.summary}`);
    output.print(`    ${costText(task, cost)}${examples === undefined ? '' : `; ${examples}`}`);
    if (problem !== undefined) output.print(`    not planned: ${problem}`);
    output.print(`    ${pc.dim(JSON.stringify(task.task))}`);
  }
}

async function costOf({ task }: ReadyTask, gallery: Awaited<ReturnType<typeof openGallery>>) {
  try {
    return { cost: await gallery.cost(task) };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return { problem: messageOf(thrown) };
  }
}

function unknownFamily(name: string, families: readonly TaskFamilyEntry[]): UserError {
  const known = families.map(({ family }) => family).join(', ');
  return new UserError('usage', `no task family is called "${name}", expected ${known}`);
}

function indentTable(...args: Parameters<typeof formatTable>): string {
  return formatTable(...args).replace(/^/gm, '  ');
}
