/** What noise on each group of theta does, as marks on shared axes, in words and as a table. Pure. */
import type { MetaSensitivity, NoiseEffectEntry } from '../../../src/protocol/live/index';
import type { TableContent } from '../../shared/components';
import { num, tickLabel } from '../../shared/format';

export type NoiseGroup = MetaSensitivity['groups'][number];

export const VERDICTS: Readonly<Record<NoiseGroup['verdict'], string>> = {
  good: '',
  loud: 'too loud',
  quiet: 'too quiet',
  lost: 'costs, and is not seen',
  idle: 'changes nothing',
};

/** A logarithmic axis across a column of the table. */
export interface NoiseAxis {
  /** Place of a value in 0 … 1; of one beyond the axis its nearer end. */
  readonly at: (value: number) => number;
  /** Values with a line through all rows, and what they are called. */
  readonly lines: readonly { readonly value: number; readonly label: string }[];
}

/** The axes of the three columns. */
export interface NoiseAxes {
  readonly rise: NoiseAxis;
  readonly difference: NoiseAxis;
  readonly scale: NoiseAxis;
}

/** Rises that are smaller than this share of the target are as good as none. */
const SMALL = 1 / 100;

export function noiseAxes({ groups, all, floor, targetRise }: MetaSensitivity): NoiseAxes {
  const effects = [...groups, all];
  const scales = groups.flatMap((group) => [group.now, proposed(group)]);
  return {
    rise: logAxis(
      [SMALL * targetRise, 10 * targetRise, ...effects.map(({ rise }) => rise)],
      [{ value: targetRise, label: tickLabel(targetRise) }],
    ),
    difference: logAxis(
      [floor, ...effects].flatMap((effect) => [effect.differenceMedian, effect.differenceRms]),
      [{ value: floor.differenceMedian, label: 'chaos' }],
    ),
    scale: logAxis([0.5, 2, ...scales], [{ value: 1, label: tickLabel(1) }]),
  };
}

/** Around the values above 0, with some room. */
function logAxis(values: readonly number[], lines: NoiseAxis['lines']): NoiseAxis {
  const logs = values.filter((value) => value > 0).map(Math.log);
  const room = 0.04 * (Math.max(...logs) - Math.min(...logs)) + 1e-9;
  const [low, high] = [Math.min(...logs) - room, Math.max(...logs) + room];
  return {
    at: (value) =>
      value > 0 ? Math.min(1, Math.max(0, (Math.log(value) - low) / (high - low))) : 0,
    lines: lines.filter(({ value }) => value > 0),
  };
}

/** What `optimizer.scales` is to give the group. */
export function proposed({ now, factor }: NoiseGroup): number {
  return now * factor;
}

/** Those that cost most first. */
export function inOrder({ groups }: MetaSensitivity): readonly NoiseGroup[] {
  return groups.toSorted((a, b) => b.rise - a.rise);
}

export function hasProposal({ groups }: MetaSensitivity): boolean {
  return groups.some(({ factor }) => factor !== 1);
}

/** `2 groups are too loud, 1 is too quiet`; undefined where all can stay. */
export function findingOf({ groups }: MetaSensitivity): string | undefined {
  const parts = (['loud', 'lost', 'quiet'] as const).flatMap((verdict) => {
    const n = groups.filter((group) => group.verdict === verdict).length;
    if (n === 0) return [];
    const words =
      verdict === 'lost'
        ? n === 1
          ? 'costs and is not seen'
          : 'cost and are not seen'
        : `${n === 1 ? 'is' : 'are'} ${VERDICTS[verdict]}`;
    return [`${n} ${words}`];
  });
  const [first, ...rest] = parts;
  if (first === undefined) return undefined;
  const [number, ...words] = first.split(' ');
  return [`${number} ${number === '1' ? 'group' : 'groups'} ${words.join(' ')}`, ...rest].join(
    ', ',
  );
}

/** `+0.0312 ± 0.0040` */
export function riseText({ rise, riseError }: NoiseEffectEntry): string {
  const sign = rise < 0 ? '' : '+';
  return `${sign}${num(rise)} ± ${num(riseError, 2)}`;
}

/** As it stands in a config: `"scales": { "LSTM": 0.5 }`. */
export function scalesText({ scales }: MetaSensitivity): string {
  const fields = Object.entries(scales).map(([name, value]) => `${JSON.stringify(name)}: ${value}`);
  return fields.length === 0 ? '"scales": {}' : `"scales": { ${fields.join(', ')} }`;
}

const COLUMNS = [
  ...['Group', 'Numbers', 'Rise', 'Standard error', 'RMS of |L⁺ − L⁻|', 'Median'],
  ...['Diverged', 'Scale now', 'Scale proposed', 'Expected rise', 'Verdict'],
].map((label) => ({ label }));

export function sensitivityTable(sensitivity: MetaSensitivity): TableContent {
  const { all, floor } = sensitivity;
  const cells = (effect: NoiseEffectEntry) => [
    ...[effect.rise, effect.riseError, effect.differenceRms, effect.differenceMedian],
    effect.diverged,
  ];
  const rows = inOrder(sensitivity).map((group) => [
    ...[group.name, group.size, ...cells(group)],
    ...[group.now, proposed(group), group.expectedRise, VERDICTS[group.verdict]],
  ]);
  const whole = (name: string, effect: NoiseEffectEntry) => [
    ...[name, undefined, ...cells(effect)],
    ...[undefined, undefined, undefined, ''],
  ];
  return {
    title: 'Sensitivity of θ',
    columns: COLUMNS,
    rows: [...rows, whole('All groups', all), whole('Chaos alone', floor)],
  };
}
