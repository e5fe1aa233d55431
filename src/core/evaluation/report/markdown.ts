/** The report as one Markdown text. */
import { numbersTable, protocolEntries, sweepTable } from './details';
import { displayName } from './input';
import type { ReportInput } from './input';
import { extentEntries } from './extent';
import { LENGTHS_EXPLAINED, lengthMeansTable, lengthRowsTable } from './lengthTables';
import { algoPerfTable, familyTable, findings, secondsTable, summaryTable } from './summary';
import { settingsTable, standingsTable } from './settingsTable';
import { factsTable } from './table';
import type { ReportTable } from './table';
import { speedupOrder } from './taskOrder';
import { intervalText, speedupText } from './format';

/** Tables and words; charts are in the HTML report. Ends with a line break. */
export function markdownReport(input: ReportInput): string {
  const seconds = secondsTable(input);
  const parts = [
    `# ${escape(input.title)}: speedup over a tuned baseline`,
    ...findings(input).map(escape),
    ...input.notes.map((note) => `> ${escape(note)}`),
    tableText(factsTable(extentEntries(input))),
    '```sh\n' + input.command + '\n```',
    ...lengthParts(input),
    '## Speedup in steps',
    tableText(summaryTable(input)),
    ...(seconds.rows.length > 0 ? ['## Speedup in seconds', tableText(seconds)] : []),
    '## Tasks by speedup',
    tableText(orderTable(input)),
    '## AlgoPerf score',
    'Area under the performance profile up to a factor of 4; 1 is the best on every task. It is relative to the optimizers compared here.',
    tableText(algoPerfTable(input)),
    '## By family',
    tableText(familyTable(input)),
    '## All numbers',
    tableText(numbersTable(input)),
    "## The baseline's sweep",
    "Loss (mean over seeds) at the optimizers' length.",
    tableText(sweepTable(input)),
    '## Settings over all tasks',
    'By the train loss at their own end, among the settings of an optimizer, over the tasks on which all of them are done.',
    tableText(standingsTable(input)),
    '## Every setting',
    '<details><summary>Every setting of every sweep on each task</summary>',
    tableText(settingsTable(input)),
    '</details>',
    '## Protocol',
    tableText(factsTable(protocolEntries(input))),
    ...input.facts.flatMap(({ title, entries }) => [
      `## ${escape(title)}`,
      tableText(factsTable(entries)),
    ]),
  ];
  return parts.join('\n\n') + '\n';
}

function lengthParts({ lengths }: ReportInput): string[] {
  if (lengths === undefined) return [];
  return [
    '## Means over rows',
    tableText(lengthMeansTable(lengths)),
    '## Losses and speedups by length',
    escape(LENGTHS_EXPLAINED),
    tableText(lengthRowsTable(lengths)),
  ];
}

/** Each optimizer's tasks sorted by its own speedup, as in the chart: one column an optimizer. */
function orderTable(input: ReportInput): ReportTable {
  const { optimizers, tasks } = input.score;
  const orders = optimizers.map(({ optimizer }) => speedupOrder(tasks, optimizer, 'steps'));
  const longest = Math.max(0, ...orders.map((order) => order.length));
  return {
    columns: [
      { title: 'Rank', align: 'right' },
      ...optimizers.map(({ optimizer }) => ({
        title: displayName(input, optimizer),
        align: 'left' as const,
      })),
    ],
    rows: Array.from({ length: longest }, (_, rank) => [
      String(rank + 1),
      ...orders.map((order) => {
        const placed = order[rank];
        if (placed === undefined) return '';
        return `${speedupText(placed.speedup)} ${intervalText(placed.interval)} ${placed.task}`;
      }),
    ]),
  };
}

function tableText({ columns, rows }: ReportTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escape).join(' | ')} |`;
  const rule = columns.map(({ align }) => (align === 'right' ? '---:' : '---'));
  return [
    line(columns.map(({ title }) => title)),
    `| ${rule.join(' | ')} |`,
    ...rows.map(line),
  ].join('\n');
}

/** Characters that Markdown would take for more than text. */
function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|#]/g, '\\$&').replace(/\s*\n\s*/g, ' ');
}
