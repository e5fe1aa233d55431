/** The config that "New Evaluation" writes: a suite, the optimizers, seeds. Everything else keeps its default. */
import { formatJson } from './configFiles';
import { optimizerConfig } from './newConfig';
import type { ChosenOptimizer } from './newConfig';

export interface NewEvaluation {
  readonly suite: string;
  readonly optimizers: readonly ChosenOptimizer[];
  readonly seeds: number;
  /** Folder that the config goes to, absolute. */
  readonly folder: string;
}

/** What the optimizers are measured with where a config does not say otherwise. */
const BASELINE = 'adam';

export function newEvaluationText({ suite, optimizers, seeds, folder }: NewEvaluation): string {
  const veloCount = optimizers.filter(({ source }) => source !== 'baseline').length;
  const entries = optimizers.map((optimizer) => entryOf(optimizer, folder, veloCount));
  return formatJson({ suite, optimizers: entries, seeds });
}

/** A config that measures VeLO on one task. @param weights  name of the shipped ones */
export function taskEvaluationText(
  { name, task }: { readonly name: string; readonly task: Readonly<Record<string, unknown>> },
  weights: string,
): string {
  const optimizer = { name: 'velo', weights };
  return formatJson({ tasks: [{ name, task }], optimizers: [{ optimizer }], seeds: 2 });
}

/** A baseline is tuned as the baseline of all is; that one itself is measured as it comes. */
function entryOf(
  optimizer: ChosenOptimizer,
  folder: string,
  veloCount: number,
): Record<string, unknown> {
  const { source, name } = optimizer;
  const config = optimizerConfig(optimizer, folder);
  if (source !== 'baseline')
    return veloCount > 1 ? { name, optimizer: config } : { optimizer: config };
  if (name === BASELINE) return { name: `${name}, untuned`, optimizer: config };
  return { optimizer: config, sweep: {} };
}
