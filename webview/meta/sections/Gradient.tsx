/** How large the estimates are, and whether successive ones point the same way. */
import { useMemo } from 'preact/hooks';
import { Legend, Section } from '../../shared/components';
import { indexAt, smooth } from '../../shared/curves';
import { num } from '../../shared/format';
import type { PlotShape } from '../../shared/plot';
import { CursorValue } from '../../shared/track';
import { Chart } from '../components/Chart';
import { evenAxis, logAxis, smoothedLines } from '../figures/iterations';
import { iterationTable } from '../figures/tables';
import { sectionState } from '../panel';
import type { Panel } from '../panel';

const NORM = { name: 'norm', color: '--velo-series1', width: 1.75, dash: 'solid' } as const;
const COSINE = { name: 'cosine', color: '--velo-series2', width: 1.75, dash: 'solid' } as const;
const SHAPES: PlotShape[] = [{ kind: 'horizontal', y: 0, color: '--velo-axis' }];

export function Gradient({ panel }: { readonly panel: Panel }) {
  const { data, cursor, choices } = panel;
  const { iteration, gradientRms, cosine } = data.iterations;
  const reader = (values: Float32Array) => (step: number) =>
    num(smooth(values, choices.smoothing)[indexAt(iteration, step)]);
  return (
    <Section
      title="Gradient"
      unit="norm of the estimate; cosine to the one before: 0 is noise"
      {...sectionState(panel, 'gradient')}
      legend={
        <Legend
          items={[
            {
              ...{ id: 'norm', name: 'Norm', color: NORM.color },
              value: <CursorValue cursor={cursor} read={reader(gradientRms)} />,
            },
            {
              ...{ id: 'cosine', name: 'Cosine', color: COSINE.color },
              value: <CursorValue cursor={cursor} read={reader(cosine)} />,
            },
          ]}
        />
      }
      table={() => iterationTable(data, 'Gradient')}
    >
      <GradientCharts panel={panel} />
    </Section>
  );
}

function GradientCharts({ panel }: { readonly panel: Panel }) {
  const { data, axis, choices } = panel;
  const { iteration, gradientRms, cosine } = data.iterations;
  const { smoothing } = choices;
  const { scale } = axis;
  const norm = useMemo(() => {
    const lines = smoothedLines(iteration, gradientRms, { scale, smoothing, look: NORM });
    return { lines, y: logAxis(lines.map(({ y }) => y)) };
  }, [data.iterations, scale, smoothing]);
  const turn = useMemo(() => {
    const lines = smoothedLines(iteration, cosine, { scale, smoothing, look: COSINE });
    return { lines, y: evenAxis(cosine) };
  }, [data.iterations, scale, smoothing]);
  return (
    <>
      <Chart {...{ panel, ...norm }} title="Norm of the gradient" height={84} hasTicks={false} />
      <Chart
        {...{ panel, ...turn }}
        title="Cosine to the gradient before"
        height={84}
        shapes={SHAPES}
      />
    </>
  );
}
