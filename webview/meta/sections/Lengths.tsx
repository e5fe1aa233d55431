/** How long inner trainings were, and how many of them diverged. */
import { useMemo } from 'preact/hooks';
import { Legend, Section } from '../../shared/components';
import { indexAt } from '../../shared/curves';
import { integer, percent } from '../../shared/format';
import { CursorValue } from '../../shared/track';
import { Chart } from '../components/Chart';
import { divergedShares, lengthsOf, lineOf, logAxis, zeroAxis } from '../figures/iterations';
import { iterationTable } from '../figures/tables';
import { sidesOf } from '../model';
import { sectionState } from '../panel';
import type { Panel } from '../panel';

const MEDIAN = { name: 'median', color: '--velo-series1', width: 1.25, dash: 'solid' } as const;
const EDGE = { name: 'edge', color: '--velo-series1', width: 0, dash: 'solid' } as const;
const DIVERGED = {
  name: 'diverged',
  color: '--velo-bad',
  width: 1,
  dash: 'solid',
  steps: true,
  fill: { to: 'zero', opacity: 0.35 },
} as const;

export function Lengths({ panel }: { readonly panel: Panel }) {
  const { data, axis, cursor } = panel;
  const { scale } = axis;
  const { iteration } = data.iterations;
  const found = useMemo(
    () => ({
      lengths: lengthsOf(data.iterations),
      shares: divergedShares(data.iterations, sidesOf(data)),
    }),
    [data.iterations],
  );
  const lengths = useMemo(() => {
    const { low, median, high } = found.lengths;
    const lines = [
      lineOf(iteration, low, scale, EDGE),
      lineOf(iteration, high, scale, { ...EDGE, fill: { to: 'previous', opacity: 0.18 } }),
      lineOf(iteration, median, scale, MEDIAN),
    ];
    return { lines, y: logAxis(lines.map(({ y }) => y)) };
  }, [found, scale]);
  const diverged = useMemo(() => {
    const { kind, range } = zeroAxis(found.shares, 0.05);
    const ticks = [0, range[1]].map((value) => ({ value, label: percent(value) }));
    const lines = [lineOf(iteration, found.shares, scale, DIVERGED)];
    return { lines, y: { kind, range, ticks } };
  }, [found, scale]);
  const at = (values: Float32Array, step: number) => values[indexAt(iteration, step)];
  return (
    <Section
      title="Inner lengths"
      unit="steps of the trainings: median, shortest to longest; the share that diverged"
      {...sectionState(panel, 'lengths')}
      legend={
        <Legend
          items={[
            {
              ...{ id: 'median', name: 'Median', color: MEDIAN.color },
              value: (
                <CursorValue
                  cursor={cursor}
                  read={(step) => integer(at(found.lengths.median, step))}
                />
              ),
            },
            {
              ...{ id: 'diverged', name: 'Diverged', color: DIVERGED.color },
              value: (
                <CursorValue cursor={cursor} read={(step) => percent(at(found.shares, step))} />
              ),
            },
          ]}
        />
      }
      table={() => iterationTable(data, 'Inner lengths')}
    >
      <Chart {...{ panel, ...lengths }} title="Inner lengths" height={84} hasTicks={false} />
      <Chart {...{ panel, ...diverged }} title="Share that diverged" height={58} />
    </Section>
  );
}
