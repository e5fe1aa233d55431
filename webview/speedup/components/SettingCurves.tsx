/** The curves behind the brushed settings: each seed on a task, or over all tasks the loss by the best of each. */
import { useMemo, useRef } from 'preact/hooks';
import { Section } from '../../shared/components';
import { LinePlot } from '../../shared/plot';
import { px } from '../../shared/px';
import { fitText } from '../../shared/text';
import { color, useThemeVersion } from '../../shared/theme';
import { useSize } from '../../shared/useSize';
import { idOf } from '../figures/parallel';
import { goodness } from '../figures/sweepAxes';
import { groupAt, sweepCurves } from '../figures/sweepCurves';
import type { CurveGroup } from '../figures/sweepCurves';
import { settingText } from '../figures/sweepWords';
import { markPath } from '../looks';
import { curvesTable } from '../sweepTable';
import { lineColor } from './ParallelLines';
import { frontOf } from './useSweep';
import type { SweepShown } from './useSweep';

const HEIGHT = 300;
const NO_LINES = [] as const;

export function SettingCurves({ sweep }: { readonly sweep: SweepShown }) {
  const { shown, task, outcomes, brushed } = sweep;
  const { overview, isOpen, toggle } = shown;
  const front = frontOf(sweep);
  const name = task === undefined ? undefined : overview.tasks[task]?.name;
  return (
    <Section
      title={name ?? 'Task by task'}
      unit={name === undefined ? 'loss by that of the best setting' : 'train loss, every seed'}
      table={() => curvesTable(overview, task, front === undefined ? brushed : [front])}
      open={isOpen('curves')}
      onToggle={toggle('curves')}
    >
      <Curves sweep={sweep} />
      <p class="detail-text sweep-front">
        {front === undefined ? (
          <span class="dim">Point at a setting to see its curves; a click keeps it.</span>
        ) : (
          settingText(front, outcomes)
        )}
      </p>
    </Section>
  );
}

const TASK_WIDTH = 70;

function Curves({ sweep }: { readonly sweep: SweepShown }) {
  const { shown, task, brushed, hovered, choices, color: axis, hover, act } = sweep;
  const { tasks } = shown.overview;
  const room = useRef<HTMLDivElement>(null);
  const { width } = useSize(room);
  const theme = useThemeVersion();
  const figure = useMemo(() => {
    const every = Math.ceil(tasks.length / 8);
    const fit = Math.min(TASK_WIDTH * 2, (width - 90) / Math.ceil(tasks.length / every) - 6);
    return width > 0
      ? sweepCurves({
          ...{ settings: brushed, width, height: HEIGHT },
          tasks: tasks.map(({ name }) => fitText(name, fit)),
        })
      : undefined;
  }, [brushed, tasks, width, theme]);
  const strokes = useMemo(
    () =>
      new Map(
        brushed.map((setting) => [
          idOf(setting),
          lineColor({ isDiverged: setting.diverged > 0, share: goodness(axis, setting) }),
        ]),
      ),
    [brushed, axis, theme],
  );
  if (figure === undefined)
    return (
      <div ref={room} class="chart-room">
        {width > 0 && <p class="detail-text dim">No setting is inside of the brushes.</p>}
      </div>
    );
  const find = (event: MouseEvent & { readonly currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    return groupAt(figure, { x: event.clientX - box.left, y: event.clientY - box.top })?.id;
  };
  const front = figure.groups.find(({ id }) => id === (hovered ?? choices.setting));
  return (
    <div ref={room} class="chart-room">
      <div
        class="chart"
        style={{ height: px(HEIGHT) }}
        onPointerMove={(event) => {
          hover(find(event));
        }}
        onPointerLeave={() => {
          hover(undefined);
        }}
        onClick={(event) => {
          const id = find(event);
          if (id !== undefined) act({ type: 'choose', changes: { setting: id } });
        }}
      >
        <LinePlot
          {...{ width, height: HEIGHT }}
          gutters={figure.gutters}
          xRange={figure.xRange}
          xTicks={figure.xTicks}
          xTitle={figure.xTitle}
          y={figure.y}
          lines={NO_LINES}
          label={`Curves of ${brushed.length} settings`}
          urgent={`${task ?? 'all'} ${brushed.length}`}
        />
        <svg class="annotations" width={width} height={HEIGHT} aria-hidden="true">
          {figure.groups.map((group) => (
            <Group
              key={group.id}
              {...{ group }}
              stroke={strokes.get(group.id) ?? ''}
              opacity={front === undefined ? 0.6 : 0.3}
            />
          ))}
          {front && <FrontGroup group={front} stroke={strokes.get(front.id) ?? ''} />}
        </svg>
      </div>
    </div>
  );
}

interface GroupProps {
  readonly group: CurveGroup;
  readonly stroke: string;
}

function Group({ group, stroke, opacity }: GroupProps & { readonly opacity: number }) {
  return (
    <g data-curves={group.id} opacity={opacity}>
      <path d={group.path} fill="none" stroke={stroke} />
      <Ends {...{ group, stroke }} />
    </g>
  );
}

function FrontGroup({ group, stroke }: GroupProps) {
  return (
    <g data-front-curves={group.id}>
      <path d={group.path} fill="none" stroke={color('--velo-bg')} stroke-width="5" />
      <path d={group.path} fill="none" stroke={stroke} stroke-width="2.25" />
      <Ends {...{ group, stroke }} />
    </g>
  );
}

/** Where it diverged. */
function Ends({ group, stroke }: GroupProps) {
  return (
    <>
      {group.crosses.map(({ x, y }) => (
        <path
          key={`${x} ${y}`}
          d={markPath('failed', 7)}
          transform={`translate(${x} ${y})`}
          stroke={stroke}
          stroke-width="1.5"
        />
      ))}
    </>
  );
}
