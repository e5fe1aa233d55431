/** How fast it goes, and whether the workers wait. */
import { useMemo } from 'preact/hooks';
import { Legend, Section } from '../../shared/components';
import { indexAt, smooth } from '../../shared/curves';
import { count, percent } from '../../shared/format';
import { CursorValue } from '../../shared/track';
import { Chart } from '../components/Chart';
import { smoothedLines, speedsOf, zeroAxis } from '../figures/iterations';
import { iterationTable } from '../figures/tables';
import { sectionState } from '../panel';
import type { Panel } from '../panel';

const SPEED = { name: 'speed', color: '--velo-series1', width: 1.75, dash: 'solid' } as const;
const BUSY = { name: 'busy', color: '--velo-series2', width: 1.75, dash: 'solid' } as const;
const BUSY_AXIS = {
  kind: 'linear',
  range: [0, 1.05],
  ticks: [0, 0.5, 1].map((value) => ({ value, label: percent(value) })),
} as const;

export function Throughput({ panel }: { readonly panel: Panel }) {
  const { data, axis, choices, cursor } = panel;
  const { scale } = axis;
  const { smoothing } = choices;
  const { iteration, busy } = data.iterations;
  const speeds = useMemo(() => speedsOf(data.iterations), [data.iterations]);
  const speed = useMemo(() => {
    const lines = smoothedLines(iteration, speeds, { scale, smoothing, look: SPEED });
    return { lines, y: zeroAxis(speeds, 1) };
  }, [speeds, scale, smoothing]);
  const work = useMemo(
    () => ({
      lines: smoothedLines(iteration, busy, { scale, smoothing, look: BUSY }),
      y: BUSY_AXIS,
    }),
    [data.iterations, scale, smoothing],
  );
  const readSpeed = (step: number) => {
    const value = smooth(speeds, smoothing)[indexAt(iteration, step)];
    return value === undefined || Number.isNaN(value) ? '–' : count(Math.round(value));
  };
  const readBusy = (step: number) => percent(smooth(busy, smoothing)[indexAt(iteration, step)]);
  return (
    <Section
      title="Throughput"
      unit="inner steps a second, dips are validations; share of the time that workers compute"
      {...sectionState(panel, 'throughput')}
      legend={
        <Legend
          items={[
            {
              ...{ id: 'speed', name: 'Steps/s', color: SPEED.color },
              value: <CursorValue cursor={cursor} read={readSpeed} />,
            },
            {
              ...{ id: 'busy', name: 'Busy', color: BUSY.color },
              value: <CursorValue cursor={cursor} read={readBusy} />,
            },
          ]}
        />
      }
      table={() => iterationTable(data, 'Throughput')}
    >
      <Chart {...{ panel, ...speed }} title="Inner steps a second" height={84} hasTicks={false} />
      <Chart {...{ panel, ...work }} title="Busy workers" height={74} />
    </Section>
  );
}
