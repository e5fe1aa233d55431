/** What was swept, in the words of the header. Pure. */
import type { EvaluationOverview, SweptOptimizer } from '../../../src/protocol/live/index';
import { integer } from '../../shared/format';

/** What an option of a sweep is called here. */
export function optionTitle(name: string): string {
  return name === 'learningRate' ? 'learning rate' : name;
}

type Protocol = EvaluationOverview['protocol'];

export function baselineSweep({ sweeps, baseline, learningRates }: Protocol): SweptOptimizer {
  const own = sweeps.find(({ isBaseline }) => isBaseline);
  const settings = learningRates.length;
  return own ?? { optimizer: baseline, isBaseline: true, settings, options: [] };
}

/** `7 learning rates`, or where more than these is varied, `48 settings` */
export function settingsText({ settings, options }: SweptOptimizer): string {
  const isRates = options.every(isLearningRate);
  const thing = isRates ? 'learning rate' : 'setting';
  return `${integer(settings)} ${thing}${settings === 1 ? '' : 's'}`;
}

/** Options of a sweep that the header names; their tooltip has all. */
const MOST_NAMED = 4;

/** What was varied, where that is more than the baseline's learning rate. */
export function sweptItem({ sweeps }: Protocol) {
  const swept = sweeps.filter(({ settings }) => settings > 1);
  const [first] = swept;
  const isPlain = first?.isBaseline === true && first.options.every(isLearningRate);
  if (first === undefined || (swept.length === 1 && isPlain)) return [];
  const names = new Set(swept.flatMap(({ options }) => options.map(({ name }) => name)));
  const settings = swept.reduce((sum, sweep) => sum + sweep.settings, 0);
  const all = `${integer(settings)} settings of ${swept.length} optimizers: `;
  return [
    {
      label: 'Swept',
      value: (swept.length === 1 ? '' : all) + optionsText([...names]),
      title: swept.map(sweepText).join('\n'),
    },
  ];
}

function isLearningRate({ name }: { readonly name: string }): boolean {
  return name === 'learningRate';
}

function optionsText(options: readonly string[]): string {
  const names = options.map(optionTitle);
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return names.slice(0, MOST_NAMED).join(', ') + more;
}

/** `AdamW, 48 settings: learning rate (4 values), schedule (2 values)` */
function sweepText({ optimizer, settings, options }: SweptOptimizer): string {
  const told = options.map(({ name, values }) => `${optionTitle(name)} (${values} values)`);
  return `${optimizer}, ${integer(settings)} settings: ${told.join(', ')}`;
}
