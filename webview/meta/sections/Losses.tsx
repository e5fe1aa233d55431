/** The validation: loss over that of the start, over all tasks and by what they have in common. */
import { useMemo } from 'preact/hooks';
import { Legend, Section, Segmented } from '../../shared/components';
import type { LegendItem } from '../../shared/components';
import { num } from '../../shared/format';
import type { PlotLine, PlotShape, PlotText } from '../../shared/plot';
import { CursorValue } from '../../shared/track';
import { Chart } from '../components/Chart';
import { logAxis } from '../figures/iterations';
import { lossTable } from '../figures/tables';
import { curveOf, groupsOf, spreadOf, taskRatio, validationAt } from '../figures/validations';
import type { Curve, TaskGroup } from '../figures/validations';
import type { MetaData } from '../model';
import { sectionState } from '../panel';
import type { Panel } from '../panel';
import { toggled } from '../view';

const HEIGHT = 250;
const START: PlotShape = { kind: 'horizontal', y: 1, color: '--velo-baseline', dash: 'dash' };

export function Losses({ panel }: { readonly panel: Panel }) {
  const { data, choices, change } = panel;
  const groups = useMemo(
    () => groupsOf(data, choices.grouping),
    [data.validations, choices.grouping],
  );
  return (
    <Section
      title="Evaluation loss"
      unit="over the loss of the start, on fixed tasks"
      {...sectionState(panel, 'losses')}
      legend={
        <Legend
          items={legendItems(panel, groups)}
          onToggle={(id) => {
            change({ hidden: toggled(choices.hidden, id) });
          }}
        />
      }
      tools={
        <Segmented
          label="Curves of tasks with the same"
          options={[
            { value: 'length', label: 'Length', title: 'Tasks of the same inner length' },
            { value: 'family', label: 'Family', title: 'Tasks of the same family' },
            { value: 'task', label: 'Task', title: 'Each task' },
          ]}
          value={choices.grouping}
          onChange={(grouping) => {
            change({ grouping });
          }}
        />
      }
      table={() => lossTable(data, choices.grouping)}
    >
      <LossChart panel={panel} groups={groups} />
      <p class="chart-note dim small">
        Geometric means; the band is one standard error over the {data.tasks.length} tasks.
      </p>
    </Section>
  );
}

function LossChart({ panel, groups }: { readonly panel: Panel; readonly groups: TaskGroup[] }) {
  const { data, choices } = panel;
  const curves = useMemo(() => {
    const all = curveOf(data, [...data.tasks.keys()]);
    // Over all tasks it is as the engine has it: where a training diverged, that counts.
    const y = Float64Array.from(data.validations, ({ ratio }) => ratio);
    const around = (edge: Float64Array) => edge.map((value, i) => (value / all.y[i]!) * y[i]!);
    const band = { low: around(all.low), high: around(all.high) };
    return { all: { ...all, ...band, y }, groups: groups.map(({ tasks }) => curveOf(data, tasks)) };
  }, [data.validations, groups]);
  const figure = useMemo(() => {
    const isShown = (id: string) => !choices.hidden.includes(id);
    const shown = groups.flatMap((group, i) =>
      isShown(group.id) ? [groupLine(group, curves.groups[i]!)] : [],
    );
    const all = isShown('all') ? allLines(curves.all) : [];
    const lines = [...shown, ...all, ...bestMark(data, curves.all)];
    const y = logAxis([[1], ...lines.map((line) => line.y)]);
    return { lines, y, texts: bestText(data, curves.all) };
  }, [curves, choices.hidden]);
  return (
    <Chart {...{ panel, ...figure }} title="Evaluation loss" height={HEIGHT} shapes={SHAPES} flag />
  );
}

const SHAPES = [START];

function groupLine({ name, color, dash }: TaskGroup, { x, y }: Curve): PlotLine {
  return { ...{ name, color, dash, x, y }, width: 1.5 };
}

function allLines({ x, y, low, high }: Curve): PlotLine[] {
  const edge = { color: '--velo-fg', width: 0, dash: 'solid', x } as const;
  return [
    { ...edge, name: 'low', y: low },
    { ...edge, name: 'high', y: high, fill: { to: 'previous', opacity: 0.1 } },
    { name: 'all tasks', color: '--velo-fg', width: 2.25, dash: 'solid', x, y },
  ];
}

function bestMark(data: MetaData, { x, y }: Curve): PlotLine[] {
  const at = data.validations.findLastIndex(({ isBest }) => isBest);
  if (at <= 0) return [];
  const marker = { symbol: 'triangle-up', size: 9 } as const;
  const style = { name: 'best', color: '--velo-good', width: 1, dash: 'solid', marker } as const;
  return [{ ...style, markersOnly: true, x: [x[at]!], y: [y[at]!] }];
}

function bestText(data: MetaData, { x, y }: Curve): PlotText[] {
  const at = data.validations.findLastIndex(({ isBest }) => isBest);
  if (at <= 0) return [];
  const isAtEdge = x[at]! > 0.95 * x.at(-1)!;
  const side = isAtEdge ? 'left' : 'below';
  return [{ x: x[at]!, y: y[at]!, text: 'best', color: '--velo-fg-2', side }];
}

function legendItems({ data, choices, cursor }: Panel, groups: readonly TaskGroup[]): LegendItem[] {
  const readOf = (tasks: readonly number[]) => (step: number) => {
    const validation = validationAt(data, step);
    if (validation === undefined) return '–';
    return num(spreadOf(tasks.map((task) => taskRatio(data, validation, task))).mean);
  };
  const readAll = (step: number) => num(validationAt(data, step)?.ratio);
  return [
    {
      id: 'all',
      name: 'All tasks',
      color: '--velo-fg',
      hidden: choices.hidden.includes('all'),
      value: <CursorValue cursor={cursor} read={readAll} />,
    },
    ...groups.map(({ id, name, color, dash, tasks }) => ({
      ...{ id, name, color, dash, title: name },
      hidden: choices.hidden.includes(id),
      value: <CursorValue cursor={cursor} read={readOf(tasks)} />,
    })),
  ];
}
