/** Task families and what is ready to train of each, as lines of text. */
import pc from 'picocolors';
import type {
  ReadyTask,
  TaskCostEntry,
  TaskFamilyEntry,
  TaskSampleEntry,
} from '../protocol/live/index';
import { formatTable } from './output';

/** A line for the family, and one for each of its tasks. */
export function familyLines({ family, title, summary, tasks }: TaskFamilyEntry): string[] {
  const rows = tasks.map(({ name, parameters, dataset, batch, lossUnit }) => [
    name,
    parameters.toLocaleString('en-US'),
    dataset,
    batch === 0 ? '' : String(batch),
    lossUnit,
  ]);
  const table = formatTable(
    [
      ['task', 'left'],
      ['parameters', 'right'],
      ['data', 'left'],
      ['batch', 'right'],
      ['loss', 'left'],
    ],
    rows,
  );
  return [`${pc.bold(family)}: ${title}. ${summary}`, ...indented(table)];
}

/** The options of a family, a line each. */
export function optionLines({ options }: TaskFamilyEntry): string[] {
  return options.map((option) => {
    const fallback = option.default === undefined ? 'required' : `default ${option.default}`;
    return `  ${option.name} (${option.type}; ${fallback}): ${option.summary}`;
  });
}

/** `8,000 training images in 10 classes`; undefined for tasks without data. */
export function examplesText(sample: TaskSampleEntry): string | undefined {
  const total = 'examples' in sample ? sample.examples.toLocaleString('en-US') : '';
  switch (sample.kind) {
    case 'images':
      return `${total} training images of ${sample.height}x${sample.width}x${sample.channels} in ${sample.classes} classes`;
    case 'table':
      return `${total} training rows of ${sample.columns.length} numbers in ${sample.classes} classes`;
    case 'text':
      return `${total} training documents`;
    case 'plane':
    case 'spectrum':
      return undefined;
  }
}

/** `118,282 parameters, 65.1 MFLOP and 2.5 MB a step without the optimizer` */
export function costText({ parameters }: ReadyTask, cost: TaskCostEntry | undefined): string {
  const count = `${parameters.toLocaleString('en-US')} parameters`;
  if (cost === undefined) return count;
  const [mflop, megabytes] = [cost.flops, cost.bytes].map((size) => (size / 1e6).toPrecision(3));
  return `${count}, ${Number(mflop)} MFLOP and ${Number(megabytes)} MB a step without the optimizer`;
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => `  ${line}`);
}
