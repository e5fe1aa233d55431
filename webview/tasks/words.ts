/** Numbers of tasks in words. */
import type { ShownTask, TaskKind, TaskSampleEntry } from '../../src/protocol/live/index';
import { integer, num } from '../shared/format';

export const KIND_TITLES: Readonly<Record<TaskKind, string>> = {
  perceptrons: 'Perceptrons',
  convolutional: 'Convolutional',
  attention: 'Attention',
  autoencoders: 'Autoencoders',
  language: 'Language',
  tables: 'Tables',
  functions: 'Functions',
  wrapped: 'Wrapped',
};

const THIN_SPACE = '\u2009';
const STEPS = ['', 'k', 'M', 'G', 'T', 'P'] as const;

/** `20.7 MFLOP`, `2.53 MB`: a quantity with its unit, three digits. */
function scaled(value: number, unit: string): string {
  let size = value;
  let step = 0;
  while (size >= 999.5 && step < STEPS.length - 1) {
    size /= 1000;
    step += 1;
  }
  const digits = step === 0 ? integer(size) : num(size);
  return `${digits}${THIN_SPACE}${STEPS[step] ?? ''}${unit}`;
}

export function flopsText(flops: number): string {
  return scaled(flops, 'FLOP');
}

export function bytesText(bytes: number): string {
  return scaled(bytes, 'B');
}

/** `1 task`, `3 tasks` */
export function counted(count: number, thing: string): string {
  return `${integer(count)} ${thing}${count === 1 ? '' : 's'}`;
}

/** `fashion-mnist · batch 128` */
export function dataText({ dataset, batch }: Pick<ShownTask, 'dataset' | 'batch'>): string {
  const parts = [dataset === '' ? 'no data' : dataset, ...(batch > 0 ? [`batch ${batch}`] : [])];
  return parts.join(' · ');
}

/** What of the data is shown, in a sentence. */
export function sampleText(sample: TaskSampleEntry): string {
  switch (sample.kind) {
    case 'images': {
      const { labels, examples, classes, height, width, channels } = sample;
      const colours = channels === 3 ? 'colour' : 'grey';
      return `${labels.length} of ${integer(examples)} training images in ${classes} classes, ${height}×${width} ${colours}, as the task sees them.`;
    }
    case 'text': {
      const { documents, examples, vocabulary } = sample;
      const tokens = vocabulary === 259 ? 'bytes' : `byte pairs, ${integer(vocabulary)} kinds`;
      return `Beginnings of ${documents.length} of ${integer(examples)} training documents; shades change from token to token (${tokens}).`;
    }
    case 'table': {
      const { labels, examples, classes } = sample;
      return `${labels.length} of ${integer(examples)} training rows in ${classes} classes. The task sees each column with mean 0 and deviation 1.`;
    }
    case 'plane':
      return `The loss over the plane, each shade a fixed factor. ○ start (${sample.start.join(', ')}), × minimum (${sample.minimum.join(', ')}).`;
    case 'spectrum': {
      const { eigenvalues, dimension } = sample;
      const condition = (eigenvalues.at(-1) ?? 1) / (eigenvalues[0] ?? 1);
      return `Curvatures along the ${counted(dimension, 'axis').replace('axiss', 'axes')} of the bowl, sorted, on a logarithmic scale; the largest is ${num(condition)} times the smallest.`;
    }
  }
}

/** An option's value as a config would write it, short enough for a line. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'none';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(Number(value.toPrecision(7)));
  return JSON.stringify(value).replaceAll('"', '').replaceAll(',', ', ').replaceAll(':', ': ');
}
