/** What the gradient is estimated from: the signal of pairs against its noise, or the losses of trainings. */
import { useMemo } from 'preact/hooks';
import { Legend, Section } from '../../shared/components';
import type { LegendItem } from '../../shared/components';
import { indexAt } from '../../shared/curves';
import { integer, num } from '../../shared/format';
import type { PlotShape } from '../../shared/plot';
import { CursorValue } from '../../shared/track';
import { Chart } from '../components/Chart';
import { entryLooks, pairFigure, problemFigure } from '../figures/pairs';
import type { EntryLook, MarkFigure } from '../figures/pairs';
import { pairTable } from '../figures/tables';
import { sectionState } from '../panel';
import type { Panel } from '../panel';

const HEIGHT = 170;

interface Kind {
  readonly title: string;
  readonly unit: string;
  /** Of the line over the marks. */
  readonly summary: string;
  readonly figure: typeof pairFigure;
  readonly shapes: readonly PlotShape[];
}

const PAIRS: Kind = {
  title: 'Antithetic pairs',
  unit: 'L⁺ − L⁻ of each pair: the signal the gradient is made of',
  summary: 'RMS',
  figure: pairFigure,
  shapes: [{ kind: 'horizontal', y: 0, color: '--velo-axis' }],
};
const TRAININGS: Kind = {
  title: 'Losses of trainings',
  unit: 'meta-loss of each training: the gradient goes back through them',
  summary: 'Mean',
  figure: problemFigure,
  shapes: [],
};

export function Pairs({ panel }: { readonly panel: Panel }) {
  const { data, choices, axis } = panel;
  const { title, unit, summary, figure: make, shapes } = data.about.playsPairs ? PAIRS : TRAININGS;
  const looks = useMemo(() => entryLooks(data), [data.iterations]);
  const figure = useMemo(
    () => make(data.iterations, looks, { scale: axis.scale, smoothing: choices.smoothing }),
    [data.iterations, looks, axis.scale, choices.smoothing],
  );
  const { lines, y, every } = figure;
  const thinned = every > 1 ? `, every ${integer(every)}th step` : '';
  return (
    <Section
      title={title}
      unit={`${unit}${thinned}`}
      {...sectionState(panel, 'pairs')}
      legend={<Legend items={legendItems(panel, looks, { summary, figure })} />}
      table={() => pairTable(data, looks)}
    >
      <Chart {...{ panel, title, lines, y, shapes }} height={HEIGHT} />
    </Section>
  );
}

function legendItems(
  { data, cursor }: Panel,
  looks: readonly EntryLook[],
  { summary, figure }: { readonly summary: string; readonly figure: MarkFigure },
): LegendItem[] {
  const { iteration } = data.iterations;
  const read = (step: number) => num(figure.summary[indexAt(iteration, step)]);
  return [
    {
      ...{ id: 'summary', name: summary, color: '--velo-fg' },
      value: <CursorValue cursor={cursor} read={read} />,
    },
    ...looks.map(({ name, color, hollow }, i) => ({
      ...{ id: String(i), name, color, title: name },
      dash: hollow ? ('dot' as const) : ('solid' as const),
    })),
  ];
}
