/** What `velo evaluate --dry-run` says: the settings of each optimizer, and what all of it would take. */
import pc from 'picocolors';
import type { EvaluationPlan } from '../engine/index';
import { formatCount, formatSeconds, listText } from './output';
import type { Output } from './output';

export function tellPlan(plan: EvaluationPlan, output: Output): void {
  output.emit({ type: 'plan', ...plan });
  for (const { name, isBaseline, steps, settings } of plan.optimizers) {
    const role = isBaseline ? ', the baseline' : '';
    output.print(
      `${pc.bold(name)}${role}: ${counted(settings.length, 'setting')}, ${listText(steps)} steps each`,
    );
    for (const setting of settings) output.print(`  ${setting}`);
  }
  for (const { training, message } of plan.failures)
    output.note(`${pc.yellow('cannot be trained:')} ${training}: ${message}`);
  output.print(`\n${budgetText(plan)}`);
  output.print('Nothing was started.');
}

function budgetText({ optimizers, tasks, seeds, budget, device }: EvaluationPlan): string {
  const settings = optimizers.reduce((sum, one) => sum + one.settings.length, 0);
  const hasLengths = optimizers.some(({ steps }) => steps.length > 1);
  const lengths = hasLengths ? ' at their lengths' : '';
  const done = budget.done === 0 ? '' : `, ${budget.done} of them done`;
  return (
    `${counted(settings, 'setting')} × ${counted(seeds, 'seed')} × ${counted(tasks, 'task')}${lengths} = ` +
    `${counted(budget.trainings, 'training')}${done}; ${formatCount(budget.steps)} steps to make, ` +
    `about ${formatSeconds(budget.seconds)} on ${counted(budget.workers, 'worker')} (${device})`
  );
}

function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
}
