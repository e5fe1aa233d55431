/** What the entries of a distribution of tasks are called in charts. */
import type { TaskDistribution } from '../../core/index';

/** In their order, each another one: `imageMlp`, or with what all its tasks have in common, `imageMlp, mnist`. */
export function entryNames({ metaTrain }: TaskDistribution): string[] {
  const names = metaTrain.map(({ task }) => {
    const { dataset, family } = task;
    return [family, dataset].filter((part) => typeof part === 'string').join(', ');
  });
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length;
    return names.filter((other) => other === name).length > 1 ? `${name} ${before + 1}` : name;
  });
}
