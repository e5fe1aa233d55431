/** A row for each group of theta: what its noise costs, how far its signal stands out, and its scale before and after. */
import type { ComponentChildren } from 'preact';
import type { MetaSensitivity, NoiseEffectEntry } from '../../../src/protocol/live/index';
import { integer, num } from '../../shared/format';
import { VERDICTS, inOrder, noiseAxes, proposed, riseText } from '../figures/sensitivity';
import type { NoiseAxes, NoiseAxis, NoiseGroup } from '../figures/sensitivity';

export interface NoiseTableProps {
  readonly sensitivity: MetaSensitivity;
  readonly isNarrow: boolean;
}

export function NoiseTable({ sensitivity, isNarrow }: NoiseTableProps) {
  const axes = noiseAxes(sensitivity);
  const { all, floor } = sensitivity;
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Sensitivity of θ: rows">
      <table class="table noise-table">
        <thead>
          <tr>
            <th scope="col">Group</th>
            {!isNarrow && <th scope="col">Numbers</th>}
            <Head title="Rise of the meta-loss" axis={axes.rise} />
            <Head title="Size of L⁺ − L⁻" axis={axes.difference} />
            <Head title="Scale, now and proposed" axis={axes.scale} />
            <th scope="col" class="left">
              Finding
            </th>
          </tr>
        </thead>
        <tbody>
          {inOrder(sensitivity).map((group) => (
            <GroupRow key={group.name} {...{ group, axes, isNarrow }} />
          ))}
          <WholeRow name="All groups" effect={all} {...{ axes, isNarrow }} />
          <WholeRow name="Chaos alone" effect={floor} {...{ axes, isNarrow }} />
        </tbody>
      </table>
    </div>
  );
}

function Head({ title, axis }: { readonly title: string; readonly axis: NoiseAxis }) {
  return (
    <th scope="col" class="left">
      {title}
      <span class="noise-ticks" aria-hidden="true">
        {axis.lines.map(({ value, label }) => (
          <span key={label} style={{ left: percentOf(axis.at(value)) }}>
            {label}
          </span>
        ))}
      </span>
    </th>
  );
}

interface GroupRowProps {
  readonly group: NoiseGroup;
  readonly axes: NoiseAxes;
  readonly isNarrow: boolean;
}

function GroupRow({ group, axes, isNarrow }: GroupRowProps) {
  const { name, size, now, factor, verdict, expectedRise, diverged } = group;
  const isCostly = verdict === 'loud' || verdict === 'lost';
  const words = [
    ...(VERDICTS[verdict] === '' ? [] : [VERDICTS[verdict]]),
    ...(diverged > 0 ? [`${num(100 * diverged, 2)}\u2009% diverged`] : []),
  ].join(', ');
  return (
    <tr>
      <th scope="row" class="left ellipsis" title={name}>
        {name}
      </th>
      {!isNarrow && <td class="dim">{integer(size)}</td>}
      <Rise effect={group} axis={axes.rise} isCostly={isCostly} />
      <Difference effect={group} axis={axes.difference} />
      <Cell
        axis={axes.scale}
        text={factor === 1 ? num(now, 2) : `${num(now, 2)} → ${num(proposed(group), 2)}`}
        title={factor === 1 ? undefined : `then a rise of about ${num(expectedRise)}`}
      >
        <Span axis={axes.scale} from={now} to={proposed(group)} color="--velo-axis" isThin />
        {now > 0 && <Mark axis={axes.scale} at={now} isHollow={factor !== 1} />}
        {factor !== 1 && <Mark axis={axes.scale} at={proposed(group)} />}
      </Cell>
      <td class={`left ${isCostly ? 'warn-text' : 'dim'}`}>{words}</td>
    </tr>
  );
}

interface WholeRowProps {
  readonly name: string;
  readonly effect: NoiseEffectEntry;
  readonly axes: NoiseAxes;
  readonly isNarrow: boolean;
}

function WholeRow({ name, effect, axes, isNarrow }: WholeRowProps) {
  return (
    <tr class="noise-whole">
      <th scope="row" class="left">
        {name}
      </th>
      {!isNarrow && <td />}
      <Rise effect={effect} axis={axes.rise} isCostly={false} />
      <Difference effect={effect} axis={axes.difference} />
      <td />
      <td />
    </tr>
  );
}

interface EffectProps {
  readonly effect: NoiseEffectEntry;
  readonly axis: NoiseAxis;
}

/** A bar, and a line over one standard error to either side. */
function Rise({ effect, axis, isCostly }: EffectProps & { readonly isCostly: boolean }) {
  const { rise, riseError } = effect;
  return (
    <Cell axis={axis} text={riseText(effect)}>
      <Span axis={axis} from={0} to={rise} color={isCostly ? '--velo-warn' : '--velo-series1'} />
      <Span axis={axis} from={rise - riseError} to={rise + riseError} color="--velo-fg" isThin />
    </Cell>
  );
}

/** The median full, the root mean square hollow. */
function Difference({ effect, axis }: EffectProps) {
  const { differenceMedian, differenceRms } = effect;
  if (differenceRms === 0) return <td class="left dim">none</td>;
  return (
    <Cell
      axis={axis}
      text={num(differenceMedian)}
      title={`median ${num(differenceMedian)}, root mean square ${num(differenceRms)}`}
    >
      <Span axis={axis} from={differenceMedian} to={differenceRms} color="--velo-axis" isThin />
      <Mark axis={axis} at={differenceRms} isHollow />
      <Mark axis={axis} at={differenceMedian} />
    </Cell>
  );
}

interface CellProps {
  readonly axis: NoiseAxis;
  readonly text: string;
  readonly title?: string | undefined;
  readonly children: ComponentChildren;
}

function Cell({ axis, text, title, children }: CellProps) {
  return (
    <td class="left" title={title}>
      <span class="noise-cell">
        <span class="noise-bar" aria-hidden="true">
          {axis.lines.map(({ value, label }) => (
            <span key={label} class="noise-line" style={{ left: percentOf(axis.at(value)) }} />
          ))}
          {children}
        </span>
        <span class="noise-text">{text}</span>
      </span>
    </td>
  );
}

interface SpanProps {
  readonly axis: NoiseAxis;
  readonly from: number;
  readonly to: number;
  readonly color: string;
  readonly isThin?: boolean;
}

function Span({ axis, from, to, color, isThin = false }: SpanProps) {
  const [left, right] = [axis.at(from), axis.at(to)].toSorted((a, b) => a - b) as [number, number];
  return (
    <span
      class={isThin ? 'noise-span thin' : 'noise-span'}
      style={{
        left: percentOf(left),
        width: percentOf(right - left),
        background: `var(${color})`,
      }}
    />
  );
}

interface MarkProps {
  readonly axis: NoiseAxis;
  readonly at: number;
  readonly isHollow?: boolean;
}

function Mark({ axis, at, isHollow = false }: MarkProps) {
  return (
    <span
      class={isHollow ? 'noise-mark hollow' : 'noise-mark'}
      style={{ left: percentOf(axis.at(at)) }}
    />
  );
}

function percentOf(share: number): string {
  return `${(100 * share).toFixed(2)}%`;
}
