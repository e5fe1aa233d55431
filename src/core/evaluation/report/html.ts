/** The report as one HTML file: no scripts, no network, charts as inline SVG, light or dark as the reader's system is. */
import { numbersTable, protocolEntries, sweepTable } from './details';
import { extentEntries } from './extent';
import { baselineName, displayName } from './input';
import type { ReportInput } from './input';
import { LENGTHS_EXPLAINED, lengthMeansTable, lengthRowsTable } from './lengthTables';
import { legend, markLegend } from './legend';
import { profileChart } from './profileChart';
import { settingsTable, standingsTable } from './settingsTable';
import { REPORT_STYLE } from './style';
import { algoPerfTable, familyTable, findings, secondsTable, summaryTable } from './summary';
import { element, escapeHtml } from './svg';
import { speedupChart } from './speedupChart';
import { factsTable } from './table';
import type { ReportTable } from './table';
import { taskTable } from './taskTable';

/** A whole document. */
export function htmlReport(input: ReportInput): string {
  const title = `${input.title}: speedup over tuned ${baselineName(input)}`;
  const sections = [
    head(input, title),
    ...lengthSections(input),
    ...speedupSections(input),
    ...detailSections(input),
  ];
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escapeHtml(title)}</title><style>${REPORT_STYLE}</style></head>`,
    `<body><main>${sections.join('\n')}</main></body></html>`,
    '',
  ].join('\n');
}

function head(input: ReportInput, title: string): string {
  return [
    element('h1', {}, escapeHtml(title)),
    ...findings(input).map((text) => paragraph(text, 'finding')),
    ...input.notes.map((text) => paragraph(text, 'note')),
    htmlTable(factsTable(extentEntries(input)), 'What was run', 'facts'),
    element('pre', {}, escapeHtml(input.command)),
  ].join('\n');
}

function lengthSections({ lengths }: ReportInput): string[] {
  if (lengths === undefined) return [];
  return [
    section(
      'Losses and speedups by length',
      LENGTHS_EXPLAINED,
      htmlTable(lengthMeansTable(lengths), 'Means over rows'),
      scrolled(htmlTable(lengthRowsTable(lengths), 'Losses and speedups'), 'Losses and speedups'),
    ),
  ];
}

function speedupSections(input: ReportInput): string[] {
  const steps = speedupChart(input, 'steps');
  const seconds = speedupChart(input, 'seconds');
  const secondsRows = secondsTable(input);
  return [
    section(
      'Speedup in steps',
      'How many times fewer steps than the tuned baseline needs for the same loss. Each optimizer’s tasks are sorted by its own speedup.',
      legend(input, 'steps'),
      scrolled(steps ?? paragraph('No task has a result yet.'), 'Speedup chart, steps'),
      markLegend(input),
      htmlTable(summaryTable(input), 'Summary, steps'),
    ),
    ...(seconds === undefined || secondsRows.rows.length === 0
      ? []
      : [
          section(
            'Speedup in seconds',
            'The same with the time of a step, optimizer included, on the machine of this report. Tasks rank differently from steps.',
            legend(input, 'seconds'),
            scrolled(seconds, 'Speedup chart, seconds'),
            htmlTable(secondsRows, 'Summary, seconds'),
          ),
        ]),
    profileSection(input),
    section(
      'Tasks',
      'Smoothed loss over steps, on a log axis: optimizers and, dashed, the best setting of the baseline. “Its loss” is the baseline’s after as many steps as the optimizers had. A bar to the right is faster than the baseline, and half a bar is 16×. Intervals of all are below.',
      scrolled(taskTable(input), 'Tasks'),
    ),
  ];
}

function profileSection(input: ReportInput): string {
  const { profiles, optimizers } = input.score;
  const names = [
    `tuned ${baselineName(input)}`,
    ...optimizers.map(({ optimizer }) => displayName(input, optimizer)),
  ];
  return section(
    'Performance profiles',
    `Share of ${profiles.stepsForFinalLoss[0]!.tasks} tasks on which an optimizer is within a factor of the best one, by steps for its final loss. A profile is relative: it changes when an optimizer is added or removed. The AlgoPerf score is the area up to 4×.`,
    scrolled(profileChart(profiles.stepsForFinalLoss, names) ?? '', 'Profile chart'),
    htmlTable(algoPerfTable(input), 'AlgoPerf scores'),
  );
}

function detailSections(input: ReportInput): string[] {
  return [
    section('By family', '', htmlTable(familyTable(input), 'By family')),
    section(
      'All numbers',
      '',
      folded(
        'Every task and optimizer: losses, targets, intervals, other baselines',
        numbersTable(input),
      ),
      folded(
        'The baseline’s sweep: loss of each setting at the optimizers’ length',
        sweepTable(input),
      ),
      folded(
        'Every setting over all tasks: mean rank, and loss by the best one, at their own end',
        standingsTable(input),
      ),
      folded(
        'Every setting of every sweep on each task, with what it came to',
        settingsTable(input),
      ),
    ),
    section('Protocol', '', htmlTable(factsTable(protocolEntries(input)), 'Protocol', 'facts')),
    ...input.facts.map(({ title, entries }) =>
      section(title, '', htmlTable(factsTable(entries), title, 'facts')),
    ),
  ];
}

function section(title: string, explanation: string, ...content: string[]): string {
  const explained = explanation === '' ? [] : [paragraph(explanation, 'dim')];
  return element('section', {}, element('h2', {}, escapeHtml(title)), ...explained, ...content);
}

function paragraph(text: string, className?: string): string {
  return element('p', { class: className }, escapeHtml(text));
}

/** What may be wider than a window scrolls by itself, with the keyboard, too. */
function scrolled(content: string, name: string): string {
  return element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': name },
    content,
  );
}

function folded(title: string, table: ReportTable): string {
  return element('details', {}, element('summary', {}, escapeHtml(title)), htmlTable(table, title));
}

function htmlTable({ columns, rows }: ReportTable, name: string, className?: string): string {
  const classOf = (column: number): string | undefined =>
    columns[column]!.align === 'right' ? 'r' : undefined;
  const titled = columns.some(({ title }) => title !== '');
  const header = columns.map(({ title }, i) =>
    element('th', { scope: 'col', class: classOf(i) }, escapeHtml(title)),
  );
  const body = rows.map((cells) =>
    element(
      'tr',
      {},
      ...cells.map((cell, i) => element('td', { class: classOf(i) }, escapeHtml(cell))),
    ),
  );
  return scrolled(
    element(
      'table',
      { class: className },
      ...(titled ? [element('thead', {}, element('tr', {}, ...header))] : []),
      element('tbody', {}, ...body),
    ),
    name,
  );
}
