/** An evaluation's config that leaves nothing to a suite or to defaults, as its record keeps it. */
import type { EvaluationConfig, EvaluationTask } from './evaluationConfig';

export interface ResolvedEvaluation extends Omit<EvaluationConfig, '$schema'> {
  readonly tasks: EvaluationTask[];
  /** With protocol `lengths` the longest one. */
  readonly steps: number;
  readonly seeds: number;
  readonly baseline: EvaluationConfig['baseline'] & { readonly steps: number };
}

/** The config as a resolved one; undefined where something is left open. */
export function asResolved(config: EvaluationConfig): ResolvedEvaluation | undefined {
  const { tasks, steps, seeds, baseline } = config;
  const known = tasks !== undefined && steps !== undefined && seeds !== undefined;
  if (!known || baseline.steps === undefined) return undefined;
  return { ...config, tasks, steps, seeds, baseline: { ...baseline, steps: baseline.steps } };
}

/** All optimizers that are measured by length: those that are asked for, and the second baseline. */
export function measuredOptimizers({
  optimizers,
  secondBaseline,
}: Pick<ResolvedEvaluation, 'optimizers' | 'secondBaseline'>): EvaluationConfig['optimizers'] {
  return secondBaseline === undefined ? optimizers : [...optimizers, secondBaseline];
}

/** What an optimizer of an evaluation is called. */
export function labelOf({
  name,
  optimizer,
}: Pick<EvaluationConfig['optimizers'][number], 'name' | 'optimizer'>): string {
  return name ?? optimizer.name;
}
