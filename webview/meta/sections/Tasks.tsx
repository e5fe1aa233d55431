/** The validation tasks of one theta, slowest to fastest, with where each began: the speedup chart in small. */
import { useMemo } from 'preact/hooks';
import type { MetaValidationEntry } from '../../../src/protocol/live/index';
import { Section } from '../../shared/components';
import { integer, num, times } from '../../shared/format';
import { LinePlot } from '../../shared/plot';
import type { PlotAxis, PlotLine, PlotShape } from '../../shared/plot';
import { useCursorStep } from '../../shared/track';
import { logAxis } from '../figures/iterations';
import { taskTable } from '../figures/tables';
import {
  groupsOf,
  hasSpeedups,
  shownSpeedup,
  speedupAxis,
  taskRatio,
  validationAt,
} from '../figures/validations';
import type { MetaData } from '../model';
import { sectionState } from '../panel';
import type { Panel } from '../panel';

const HEIGHT = 196;
const GUTTERS = { left: 44, right: 24, top: 8, bottom: 24 };
const SHAPES: PlotShape[] = [{ kind: 'horizontal', y: 1, color: '--velo-baseline', dash: 'dash' }];

export function Tasks({ panel }: { readonly panel: Panel }) {
  const { data } = panel;
  const now = validationAt(data, useCursorStep(panel.cursor));
  const isSpeedup = hasSpeedups(data);
  return (
    <Section
      title={isSpeedup ? 'Tasks by speedup' : 'Tasks by loss'}
      unit={
        now === undefined
          ? undefined
          : `at step ${integer(now.iteration)}; thin line: since the start`
      }
      {...sectionState(panel, 'tasks')}
      table={now === undefined ? undefined : () => taskTable(data, now)}
    >
      {now === undefined ? (
        <p class="chart-note dim">They come with the first validation.</p>
      ) : (
        <TaskChart {...{ panel, now, isSpeedup }} />
      )}
    </Section>
  );
}

interface ChartProps {
  readonly panel: Panel;
  readonly now: MetaValidationEntry;
  readonly isSpeedup: boolean;
}

function TaskChart({ panel, now, isSpeedup }: ChartProps) {
  const { data, sideWidth } = panel;
  const figure = useMemo(() => figureOf(data, now, isSpeedup), [data.validations, now, isSpeedup]);
  const { order, values, lines, y } = figure;
  const [worst, best] = [order[0], order.at(-1)];
  const words = isSpeedup ? times : num;
  const label =
    worst === undefined || best === undefined
      ? 'No task has a result'
      : `${data.tasks[best]!.name}: ${words(values[best])}; ${data.tasks[worst]!.name}: ${words(values[worst])}`;
  return (
    <LinePlot
      {...{ lines, y, label, gutters: GUTTERS, height: HEIGHT, width: sideWidth }}
      xRange={[-0.5, Math.max(0, order.length - 1) + 0.5]}
      xTicks={[]}
      xTitle={isSpeedup ? 'tasks, slowest to fastest' : 'tasks, worst to best'}
      shapes={SHAPES}
      urgent={now.iteration}
    />
  );
}

interface Figure {
  readonly order: readonly number[];
  readonly values: readonly number[];
  readonly lines: readonly PlotLine[];
  readonly y: PlotAxis;
}

function figureOf(data: MetaData, now: MetaValidationEntry, isSpeedup: boolean): Figure {
  const start = data.validations[0] ?? now;
  const of = (validation: MetaValidationEntry) =>
    data.tasks.map((_, i) =>
      isSpeedup ? shownSpeedup(validation.speedups[i]!) : taskRatio(data, validation, i),
    );
  const [values, before] = [of(now), of(start)];
  const order = [...values.keys()]
    .filter((i) => Number.isFinite(values[i]))
    .sort((a, b) => (isSpeedup ? 1 : -1) * (values[a]! - values[b]!));
  const moves = order.map((task, rank): PlotLine => {
    const style = { name: 'since the start', color: '--velo-fg', width: 1, dash: 'solid' } as const;
    return { ...style, opacity: 0.45, x: [rank, rank], y: [before[task]!, values[task]!] };
  });
  const marks = groupsOf(data, 'length').map(({ name, color, tasks }): PlotLine => {
    const own = order.flatMap((task, rank) =>
      tasks.includes(task) ? [[rank, task] as const] : [],
    );
    const marker = { symbol: 'circle', size: 8 } as const;
    return {
      ...{ name, color, width: 1, dash: 'solid', marker, markersOnly: true },
      x: own.map(([rank]) => rank),
      y: own.map(([, task]) => values[task]!),
    };
  });
  const all = [...values, ...before].filter(Number.isFinite);
  const y = isSpeedup ? speedupAxis(all) : logAxis([[1], all], 1.2);
  return { order, values, lines: [...moves, ...marks], y };
}
