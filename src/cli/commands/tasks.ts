/** `velo tasks`: what a run config may ask for. */
import type { Command } from 'commander';
import pc from 'picocolors';
import type { TaskOptionDoc } from '../../protocol/index';
import { dataDirectory } from '../../storage/index';
import { formatCount, formatTable } from '../output';
import type { Output } from '../output';

export function addTasksCommand(program: Command, output: Output): void {
  program
    .command('tasks')
    .description('list the tasks, data sets and optimizers that a config can name')
    .argument('[family]', 'one family: its options, and what a step of its default task costs')
    .option('--json', 'one JSON object per entry')
    .action(async (family: string | undefined) => {
      if (family !== undefined) {
        await printFamily(family, output);
        return;
      }
      // The science is heavy to load and not needed for the help.
      const { BASELINES, TASK_FAMILIES, rangeOf } = await import('../../core/index');
      const { BUNDLED_DATASETS } = await import('../../engine/index');
      const { BUNDLED_TABLE_NAMES, BUNDLED_TEXT_NAMES, taskOptionDocs } =
        await import('../../protocol/index');
      const docs = taskOptionDocs();
      const families = TASK_FAMILIES.map(({ name: family, summary }) => ({
        family,
        summary,
        options: docs.get(family) ?? [],
      }));
      families.push({
        family: 'user',
        summary: 'A task of your own, from a file: "velo new task" makes one.',
        options: docs.get('user') ?? [],
      });
      const order = [...docs.keys()];
      families.sort((a, b) => order.indexOf(a.family) - order.indexOf(b.family));
      for (const doc of families) output.emit({ type: 'task', ...doc });
      for (const dataset of BUNDLED_DATASETS) output.emit({ type: 'dataset', ...dataset });
      for (const { name, summary, paper } of BASELINES) {
        output.emit({ type: 'optimizer', name, summary, paper });
      }
      output.print(pc.bold('Tasks (task.family)'));
      for (const { family, summary, options } of families) {
        output.print(`  ${pc.bold(family)}: ${summary}`);
        printOptions(options, output);
      }
      output.print(`\n${pc.bold('Data sets (task.dataset)')}`);
      const datasets = BUNDLED_DATASETS.map(({ name, summary, licence }) => [
        name,
        summary,
        licence,
      ]);
      output.print(
        indentTable(
          [
            ['name', 'left'],
            ['what', 'left'],
            ['licence', 'left'],
          ],
          datasets,
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
      output.print(`\n${pc.bold('Optimizers (optimizer.name)')}`);
      output.print(`  ${pc.bold('velo')}: the learned optimizer; needs no learning rate`);
      for (const { name, summary, paper, options } of BASELINES) {
        output.print(`  ${pc.bold(name)}: ${summary} (${paper})`);
        for (const [key, option] of Object.entries(options)) {
          const range = option.kind === 'schedule' ? '' : `${rangeOf(option)}; `;
          const fallback =
            option.kind === 'schedule' ? option.default.kind : String(option.default);
          output.print(`    ${key} (${range}default ${fallback}): ${option.summary}`);
        }
      }
    });
}

async function printFamily(family: string, output: Output): Promise<void> {
  const { formatBytes, formatFlops } = await import('../../core/index');
  const { familyDetail } = await import('../../engine/index');
  const detail = await familyDetail(family, dataDirectory());
  output.emit({ type: 'task', ...detail });
  const { summary, options, example } = detail;
  output.print(`${pc.bold(family)}: ${summary}`);
  printOptions(options, output);
  const { parameters, flops, bytes } = example;
  output.print(
    `With the defaults: ${formatCount(parameters)} parameters, ${formatFlops(flops)} for a batch's loss and gradient, ${formatBytes(bytes)} of memory.`,
  );
  output.print(example.summary);
}

function printOptions(options: readonly TaskOptionDoc[], output: Output): void {
  for (const option of options) {
    const fallback = option.default === undefined ? 'required' : `default ${option.default}`;
    output.print(`    ${option.name} (${option.type}; ${fallback}): ${option.summary}`);
  }
}

function indentTable(...args: Parameters<typeof formatTable>): string {
  return formatTable(...args).replace(/^/gm, '  ');
}
