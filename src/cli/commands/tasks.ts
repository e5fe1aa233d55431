/** `velo tasks`: what a run config may ask for. */
import type { Command } from 'commander';
import pc from 'picocolors';
import { formatTable } from '../output';
import type { Output } from '../output';

export function addTasksCommand(program: Command, output: Output): void {
  program
    .command('tasks')
    .description('list the tasks, data sets and optimizers that a config can name')
    .option('--json', 'one JSON object per entry')
    .action(async () => {
      // The science is heavy to load and not needed for the help.
      const { BASELINES, TASK_FAMILIES, rangeOf } = await import('../../core/index');
      const { BUNDLED_DATASETS } = await import('../../engine/index');
      const { BUNDLED_TABLE_NAMES, taskOptionDocs } = await import('../../protocol/index');
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
        for (const option of options) {
          const fallback = option.default === undefined ? 'required' : `default ${option.default}`;
          output.print(`    ${option.name} (${option.type}; ${fallback}): ${option.summary}`);
        }
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
        `  for tabularMlp: ${BUNDLED_TABLE_NAMES.join(', ')}, or the path of a CSV file`,
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

function indentTable(...args: Parameters<typeof formatTable>): string {
  return formatTable(...args).replace(/^/gm, '  ');
}
