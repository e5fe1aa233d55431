/** How many times fewer steps than tuned Adam, task by task, as it has grown. */
import { useMemo } from 'preact/hooks';
import { Button, Legend, Section } from '../../shared/components';
import type { LegendItem } from '../../shared/components';
import { times } from '../../shared/format';
import type { PlotLine, PlotShape } from '../../shared/plot';
import { CursorValue } from '../../shared/track';
import { Chart } from '../components/Chart';
import { speedupTable } from '../figures/tables';
import {
  evenly,
  groupsOf,
  hasSpeedups,
  shownSpeedup,
  speedupAxis,
  validationAt,
} from '../figures/validations';
import type { TaskGroup } from '../figures/validations';
import type { MetaData } from '../model';
import { sectionState } from '../panel';
import type { Panel } from '../panel';

const HEIGHT = 170;
/** More marks than those of so many say no more, and take long to draw. */
const MOST_VALIDATIONS = 120;
const SHAPES: PlotShape[] = [{ kind: 'horizontal', y: 1, color: '--velo-baseline', dash: 'dash' }];

export function Speedup({ panel }: { readonly panel: Panel }) {
  const { data } = panel;
  const groups = useMemo(() => groupsOf(data, 'length'), [data.validations]);
  const isMeasured = hasSpeedups(data);
  return (
    <Section
      title="Speedup over tuned Adam"
      unit={isMeasured ? `in steps; a mark is a task, the line their geometric mean` : undefined}
      {...sectionState(panel, 'speedup')}
      legend={isMeasured ? <Legend items={legendItems(panel, groups)} /> : undefined}
      table={isMeasured ? () => speedupTable(data) : undefined}
    >
      {isMeasured ? <SpeedupChart {...{ panel, groups }} /> : <NotMeasured panel={panel} />}
    </Section>
  );
}

function NotMeasured({ panel }: { readonly panel: Panel }) {
  const isComing = panel.data.tasks.length === 0;
  return (
    <p class="chart-note dim">
      {isComing
        ? 'Adam is being tuned on the validation tasks.'
        : 'Not measured: "validation": { "baseline": true } in the config tunes Adam on the validation tasks first. '}
      {!isComing && (
        <Button
          kind="link"
          onClick={() => {
            panel.post({ type: 'openConfig' });
          }}
        >
          Open the config
        </Button>
      )}
    </p>
  );
}

function SpeedupChart({ panel, groups }: { readonly panel: Panel; readonly groups: TaskGroup[] }) {
  const { data } = panel;
  const figure = useMemo(() => {
    const lines = [...groups.map((group) => marksOf(data, group)), meanLine(data)];
    return { lines, y: speedupAxis(lines.flatMap(({ y }) => [...(y as Float64Array)])) };
  }, [data.validations, groups]);
  const title = 'Speedup over tuned Adam';
  return <Chart {...{ panel, title, ...figure }} height={HEIGHT} shapes={SHAPES} />;
}

function marksOf({ validations }: MetaData, { name, color, tasks }: TaskGroup): PlotLine {
  const points = evenly(validations, MOST_VALIDATIONS).flatMap(({ iteration, speedups }) =>
    tasks.flatMap((task) => {
      const speedup = speedups[task]!;
      return Number.isFinite(speedup) ? [[iteration, shownSpeedup(speedup)] as const] : [];
    }),
  );
  const marker = { symbol: 'circle', size: 5 } as const;
  return {
    ...{ name, color, width: 1, dash: 'solid', opacity: 0.7, marker, markersOnly: true },
    x: Float64Array.from(points, ([x]) => x),
    y: Float64Array.from(points, ([, y]) => y),
  };
}

function meanLine({ validations }: MetaData): PlotLine {
  return {
    ...{ name: 'mean', color: '--velo-fg', width: 2.25, dash: 'solid' },
    x: Float64Array.from(validations, ({ iteration }) => iteration),
    y: Float64Array.from(validations, ({ speedup }) => shownSpeedup(speedup ?? NaN)),
  };
}

function legendItems({ data, cursor }: Panel, groups: readonly TaskGroup[]): LegendItem[] {
  const read = (step: number) => times(validationAt(data, step)?.speedup);
  return [
    {
      ...{ id: 'mean', name: 'Mean', color: '--velo-fg' },
      value: <CursorValue cursor={cursor} read={read} />,
    },
    ...groups.map(({ id, name, color }) => ({ id, name, color, dash: 'dot' as const })),
  ];
}
