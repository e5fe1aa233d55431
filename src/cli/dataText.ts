/** How data sets are named to people. */
import type { DataCard } from '../engine/index';
import { formatCount } from './output';

/** `60,000 + 10,000 images`. */
export function samplesText({ kind, samples }: Pick<DataCard, 'kind' | 'samples'>): string {
  const test = samples.test === undefined ? '' : ` + ${formatCount(samples.test)}`;
  const unit = { images: 'images', text: 'bytes', table: 'rows' }[kind];
  return `${formatCount(samples.train)}${test} ${unit}`;
}

/** How a config names it. */
export function usage({ name }: Pick<DataCard, 'name'>): string {
  return `"dataset": "${name}".`;
}
