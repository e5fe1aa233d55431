/** The signal that the gradient is made of, against its noise. */
import { useMemo } from 'preact/hooks';
import { Legend, Section } from '../../shared/components';
import type { LegendItem } from '../../shared/components';
import { indexAt } from '../../shared/curves';
import { integer, num } from '../../shared/format';
import type { PlotShape } from '../../shared/plot';
import { CursorValue } from '../../shared/track';
import { Chart } from '../components/Chart';
import { entryLooks, pairFigure } from '../figures/pairs';
import type { EntryLook, PairFigure } from '../figures/pairs';
import { pairTable } from '../figures/tables';
import { sectionState } from '../panel';
import type { Panel } from '../panel';

const HEIGHT = 170;
const SHAPES: PlotShape[] = [{ kind: 'horizontal', y: 0, color: '--velo-axis' }];

export function Pairs({ panel }: { readonly panel: Panel }) {
  const { data, choices, axis } = panel;
  const looks = useMemo(() => entryLooks(data), [data.iterations]);
  const figure = useMemo(
    () => pairFigure(data.iterations, looks, { scale: axis.scale, smoothing: choices.smoothing }),
    [data.iterations, looks, axis.scale, choices.smoothing],
  );
  const { lines, y, every } = figure;
  const thinned = every > 1 ? `, every ${integer(every)}th step` : '';
  return (
    <Section
      title="Antithetic pairs"
      unit={`L⁺ − L⁻ of each pair: the signal the gradient is made of${thinned}`}
      {...sectionState(panel, 'pairs')}
      legend={<Legend items={legendItems(panel, looks, figure)} />}
      table={() => pairTable(data, looks)}
    >
      <Chart {...{ panel, lines, y }} title="Antithetic pairs" height={HEIGHT} shapes={SHAPES} />
    </Section>
  );
}

function legendItems(
  { data, cursor }: Panel,
  looks: readonly EntryLook[],
  { rms }: PairFigure,
): LegendItem[] {
  const { iteration } = data.iterations;
  const read = (step: number) => num(rms[indexAt(iteration, step)]);
  return [
    {
      ...{ id: 'rms', name: 'RMS', color: '--velo-fg' },
      value: <CursorValue cursor={cursor} read={read} />,
    },
    ...looks.map(({ name, color, hollow }, i) => ({
      ...{ id: String(i), name, color, title: name },
      dash: hollow ? ('dot' as const) : ('solid' as const),
    })),
  ];
}
