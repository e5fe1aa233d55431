/** The settings inside of the brushes, with their curves in small; rows are linked to the lines of the charts. */
import { useRef } from 'preact/hooks';
import type { SweptSetting } from '../../../src/protocol/live/index';
import { SortHeader, rowAfter } from '../../shared/components';
import { useThemeVersion } from '../../shared/theme';
import { idOf } from '../figures/parallel';
import { goodness } from '../figures/sweepAxes';
import type { SweepAxis } from '../figures/sweepAxes';
import { aboveZero, sparkPaths } from '../figures/spark';
import { lineColor } from './ParallelLines';
import { RatioBars } from './RatioBars';
import type { SweepShown } from './useSweep';

const SPARK = { width: 92, height: 20 } as const;

export function SettingTable({ sweep }: { readonly sweep: SweepShown }) {
  const { brushed, choices, axes, act } = sweep;
  // The ramp's colours are numbers by the time that they are drawn.
  useThemeVersion();
  const body = useRef<HTMLTableSectionElement>(null);
  const at = brushed.findIndex((setting) => idOf(setting) === choices.setting);
  const sparks = sparkPaths(
    aboveZero(brushed.map(({ onTask }) => onTask?.spark ?? new Float32Array())),
    SPARK,
  );
  if (brushed.length === 0)
    return <p class="chart-note dim">No setting is inside of all brushes.</p>;
  return (
    <div class="table-scroll task-scroll">
      <table class="table task-table setting-table" role="grid" aria-label="Settings">
        <Head sweep={sweep} />
        <tbody
          ref={body}
          onKeyDown={(event) => {
            const row = rowAfter(event, Math.max(0, at), brushed.length);
            if (row === undefined) return;
            const to = Math.min(brushed.length - 1, Math.max(0, row));
            act({ type: 'choose', changes: { setting: idOf(brushed[to]!) } });
            body.current?.rows[to]?.focus();
            event.preventDefault();
            event.stopPropagation();
          }}
        >
          {brushed.map((setting, index) => (
            <Row
              key={idOf(setting)}
              {...{ sweep, setting, axes }}
              spark={sparks[index] ?? ''}
              isFocusable={index === Math.max(0, at)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ sweep }: { readonly sweep: SweepShown }) {
  const { axes, choices, color, task, act } = sweep;
  const sort = choices.sort ?? { key: color.key, descending: color.better === 'high' };
  return (
    <thead>
      <tr>
        {axes.map(({ key, title, isOutcome, scale, better }) => (
          <SortHeader
            key={key}
            column={{ key, label: title, isText: !isOutcome && scale === 'category' }}
            sort={sort}
            descendingFirst={better === 'high'}
            onSort={(next) => {
              act({ type: 'choose', changes: { sort: next } });
            }}
          />
        ))}
        <th scope="col">Diverged</th>
        <th scope="col">{task === undefined ? 'Task by task' : 'Curve'}</th>
      </tr>
    </thead>
  );
}

interface RowProps {
  readonly sweep: SweepShown;
  readonly setting: SweptSetting;
  readonly axes: readonly SweepAxis[];
  readonly spark: string;
  readonly isFocusable: boolean;
}

function Row({ sweep, setting, axes, spark, isFocusable }: RowProps) {
  const { choices, hovered, hover, act, color } = sweep;
  const id = idOf(setting);
  const { diverged, trainings, overTasks } = setting;
  const stroke = lineColor({ isDiverged: diverged > 0, share: goodness(color, setting) });
  return (
    <tr
      class={id === hovered ? 'hovered' : undefined}
      tabIndex={isFocusable ? 0 : -1}
      aria-selected={id === choices.setting}
      onPointerEnter={() => {
        hover(id);
      }}
      onPointerLeave={() => {
        hover(undefined);
      }}
      onClick={() => {
        act({ type: 'choose', changes: { setting: id } });
      }}
    >
      {axes.map((axis) => (
        <td key={axis.key} class={!axis.isOutcome && axis.scale === 'category' ? 'left' : ''}>
          <Cell {...{ axis, setting }} />
        </td>
      ))}
      <td class={diverged > 0 ? 'bad' : 'dim'}>
        {diverged} of {trainings}
      </td>
      <td>
        {overTasks === undefined ? (
          <svg class="sparkline" {...SPARK} aria-hidden="true">
            <path
              d={spark}
              fill="none"
              stroke={stroke}
              stroke-width="1.5"
              stroke-dasharray={diverged > 0 ? '3 2' : undefined}
            />
          </svg>
        ) : (
          <RatioBars ratios={overTasks.logRatios} stroke={stroke} />
        )}
      </td>
    </tr>
  );
}

function Cell({ axis, setting }: { readonly axis: SweepAxis; readonly setting: SweptSetting }) {
  const isBeyond = axis.isOutcome && Number.isNaN(axis.valueOf(setting));
  const text = axis.textOf(setting);
  if (!isBeyond) return <>{text}</>;
  return <span class={axis.beyond === 'diverged' ? 'bad' : 'dim'}>{text}</span>;
}
