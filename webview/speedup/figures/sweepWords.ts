/** What the sweep says in words. Pure. */
import type { EvaluationOverview, SweptSetting } from '../../../src/protocol/live/index';
import type { SweepAxis } from './sweepAxes';

export interface SweepInWords {
  readonly shown: { readonly overview: EvaluationOverview };
  readonly task: number | undefined;
  readonly optimizer: string | null;
  readonly settings: readonly SweptSetting[];
  readonly brushed: readonly SweptSetting[];
  readonly color: SweepAxis;
}

/** `72 settings of AdamW on digits8: 12 inside of the brushes, 3 diverged, best train loss 0.0187 with lr=0.01` */
export function describeSweep(sweep: SweepInWords): string {
  const { settings, brushed } = sweep;
  const inside =
    brushed.length < settings.length ? `${brushed.length} inside of the brushes, ` : '';
  return `${sweepTitle(sweep)}: ${inside}${divergedText(settings)}${bestText(sweep)}`;
}

/** `72 settings of AdamW on digits8` */
function sweepTitle({ shown, task, optimizer, settings }: SweepInWords): string {
  const name =
    task === undefined ? 'over all tasks' : `on ${shown.overview.tasks[task]?.name ?? ''}`;
  const of = optimizer === null ? '' : ` of ${optimizer}`;
  return `${settings.length} ${settings.length === 1 ? 'setting' : 'settings'}${of} ${name}`;
}

/** `; varied: learning rate, schedule, beta1` */
export function variedText(axes: readonly Pick<SweepAxis, 'isOutcome' | 'title'>[]): string {
  const names = axes.filter(({ isOutcome }) => !isOutcome).map(({ title }) => title);
  return names.length === 0 ? '' : `; varied: ${names.join(', ')}`;
}

/** Counted also when none. */
export function divergedText(settings: readonly SweptSetting[]): string {
  return `${settings.filter(({ diverged }) => diverged > 0).length} diverged`;
}

function bestText({ brushed, color }: SweepInWords): string {
  const known = brushed.filter((setting) => !Number.isNaN(color.valueOf(setting)));
  const sign = color.better === 'low' ? 1 : -1;
  const [best] = known.toSorted((a, b) => sign * (color.valueOf(a) - color.valueOf(b)));
  if (best === undefined) return '';
  return `, best ${color.title} ${color.textOf(best)} with ${best.setting}`;
}

/** `lr=0.01 beta1=0.9: train loss 0.0187, held-out loss 0.12, …` */
export function settingText(setting: SweptSetting, outcomes: readonly SweepAxis[]): string {
  const told = outcomes.map((axis) => `${axis.title} ${axis.textOf(setting)}`);
  return `${setting.optimizer}, ${setting.setting}: ${told.join(', ')}.`;
}
