/** The large chart, sorted or as profiles, with the chips above and the counts below it. */
import type { RefObject } from 'preact';
import { Section, Swatch } from '../../shared/components';
import { profileTable, speedupTable } from '../exports';
import { countsText, rulerText } from '../figures/words';
import { Chips } from './Chips';
import type { Shown } from './useShown';
import { MarkIcon } from './MarkIcon';
import { ProfileChart } from './ProfileChart';
import { SortedChart } from './SortedChart';

export interface ChartSectionProps {
  readonly shown: Shown;
  /** The element that an export takes its picture of. */
  readonly frame: RefObject<HTMLDivElement | null>;
}

export function ChartSection({ shown, frame }: ChartSectionProps) {
  const { overview, choices, isOpen, toggle } = shown;
  const { unit, chart } = choices;
  const isProfile = chart === 'profile';
  return (
    <Section
      title={`Speedup over tuned ${overview.protocol.baseline}`}
      unit={
        isProfile
          ? 'share of tasks within a factor of the best optimizer'
          : `by ${unit}, each optimizer’s tasks sorted by its own speedup`
      }
      table={() => (isProfile ? profileTable(overview, unit) : speedupTable(overview, unit))}
      open={isOpen('chart')}
      onToggle={toggle('chart')}
    >
      <Chips shown={shown} />
      {isProfile ? (
        <ProfileChart shown={shown} frame={frame} />
      ) : (
        <SortedChart shown={shown} frame={frame} />
      )}
      {isProfile ? <ProfileNote shown={shown} /> : <Counts shown={shown} />}
    </Section>
  );
}

/** What the marks mean, and how many of the exceptional ones there are, also when none. */
function Counts({ shown }: { readonly shown: Shown }) {
  const { overview, looks, choices, chosen } = shown;
  const { seeds, baseline } = overview.protocol;
  const aggregate = overview.optimizers[chosen.front]?.[choices.unit];
  const look = looks[chosen.front];
  if (aggregate === undefined || look === undefined) return null;
  const mean = seeds > 1 ? `mean of ${seeds} seeds, bar: interval over them` : 'one seed';
  return (
    <ul class="chart-counts dim small">
      <li>
        <Swatch color="--velo-baseline" dash="dash" /> {rulerText(overview)}
      </li>
      <li>
        <MarkIcon {...look} /> {mean}
      </li>
      <li title={`Better than ${baseline} ever was: at least so much`}>
        <MarkIcon mark="censored" color={look.color} hollow /> censored, at least this:{' '}
        {aggregate.censored}
      </li>
      <li title="Not finite, or never under the first loss">
        <MarkIcon mark="failed" color={look.color} /> failed: {aggregate.failed}
      </li>
      {countsText(overview, chosen.front, choices.unit).map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

function ProfileNote({ shown }: { readonly shown: Shown }) {
  const { overview, choices, chosen } = shown;
  const optimizer = overview.optimizers[chosen.front];
  const score = optimizer?.[choices.unit].algoPerf;
  return (
    <p class="chart-note dim small">
      Share of tasks, of {optimizer?.[choices.unit].tasks ?? 0}. A profile is relative: it changes
      when an optimizer is added or removed.
      {score !== undefined && ` AlgoPerf score of ${optimizer?.label ?? ''}: ${score.toFixed(2)}.`}
    </p>
  );
}
