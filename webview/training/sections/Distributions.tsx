/** Distributions of updates, gradients or parameters over time; the header with its choices, and which body is shown. */
import { useMemo } from 'preact/hooks';
import { ColorBar, Section, Segmented, Select } from '../../shared/components';
import { distributionFigure } from '../figures/distributions';
import { distributionTable, ratioTable } from '../figures/tables';
import { effectiveGrouping, groupTensors } from '../figures/tensors';
import type { TensorGroup } from '../figures/tensors';
import type { Trace } from '../model/trace';
import { sectionState } from '../panel';
import type { Panel } from '../panel';
import type { DistributionView, Grouping, ShownQuantity, View } from '../view';
import { DistributionRows } from './DistributionRows';
import { Ratio } from './Ratio';
import { Ridges } from './Ridges';

interface Props {
  readonly panel: Panel;
  readonly trace: Trace;
}

const QUANTITY_OPTIONS: readonly { readonly value: ShownQuantity; readonly label: string }[] = [
  { value: 'update', label: 'Update' },
  { value: 'gradient', label: 'Gradient' },
  { value: 'parameter', label: 'Parameter' },
  { value: 'ratio', label: 'Update/weight' },
];
const VIEW_OPTIONS: readonly { readonly value: DistributionView; readonly label: string }[] = [
  { value: 'heat', label: 'Heat-map' },
  { value: 'ridge', label: 'Ridge' },
  { value: 'bands', label: 'Bands' },
];
const GROUP_OPTIONS: readonly {
  readonly value: Exclude<Grouping, 'auto'>;
  readonly label: string;
}[] = [
  { value: 'none', label: 'Each tensor' },
  { value: 'layer', label: 'By layer' },
  { value: 'kind', label: 'By kind' },
];

export function Distributions({ panel, trace }: Props) {
  const { view, axis, cursor } = panel;
  const { tensors } = trace.meta;
  const groups = useMemo(
    () => groupTensors(tensors, view.grouping, view.opened),
    [tensors, view.grouping, view.opened],
  );
  const table = () => {
    const { distribution } = trace;
    return view.quantity === 'ratio' || distribution === undefined
      ? ratioTable(trace, groups)
      : distributionTable(trace, distribution, groups, cursor.step);
  };
  return (
    <Section
      title="Distributions"
      unit={axis.breakpoint === 'narrow' ? undefined : unitOf(view)}
      {...sectionState(panel, 'distributions')}
      tools={<Tools panel={panel} tensorCount={tensors.length} />}
      table={table}
    >
      {view.quantity === 'ratio' ? (
        <Ratio panel={panel} trace={trace} groups={groups} />
      ) : (
        <Histograms panel={panel} trace={trace} groups={groups} />
      )}
    </Section>
  );
}

function unitOf({ quantity, distributionView }: View): string {
  if (quantity === 'ratio') return 'RMS update ÷ RMS parameter; 10⁻³ is a usual size';
  if (distributionView === 'ridge')
    return `signed ${quantity}, symmetric logarithmic axis; front: newest, back: oldest`;
  return distributionView === 'heat'
    ? `|${quantity}|, share of elements in each half-octave`
    : `|${quantity}| ≠ 0, percentiles 0 7 16 31 50 69 84 93 100`;
}

function Tools({ panel, tensorCount }: { readonly panel: Panel; readonly tensorCount: number }) {
  const { view, change, axis } = panel;
  const isHistogram = view.quantity !== 'ratio';
  return (
    <>
      {isHistogram && view.distributionView === 'heat' && axis.breakpoint === 'wide' && (
        <ColorBar token="--velo-seq" from="0" to="≥ 12 %" />
      )}
      <Select
        label="Quantity"
        options={QUANTITY_OPTIONS}
        value={view.quantity}
        onChange={(quantity) => {
          change({ quantity });
        }}
      />
      {tensorCount > 1 && (
        <Select
          label="Rows"
          options={GROUP_OPTIONS}
          value={effectiveGrouping(tensorCount, view.grouping)}
          onChange={(grouping) => {
            change({ grouping });
          }}
        />
      )}
      {isHistogram && (
        <Segmented
          label="View of the distributions"
          options={VIEW_OPTIONS}
          value={view.distributionView}
          onChange={(distributionView) => {
            change({ distributionView });
          }}
        />
      )}
    </>
  );
}

interface HistogramsProps extends Props {
  readonly groups: readonly TensorGroup[];
}

function Histograms({ panel, trace, groups }: HistogramsProps) {
  const { view } = panel;
  const { distribution, meta } = trace;
  const figure = useMemo(
    () =>
      distribution?.quantity === view.quantity
        ? distributionFigure(distribution, meta, groups)
        : undefined,
    [distribution, meta, groups, view.quantity],
  );
  return view.distributionView === 'ridge' ? (
    <Ridges panel={panel} trace={trace} groups={groups} figure={figure} />
  ) : (
    <DistributionRows panel={panel} trace={trace} groups={groups} figure={figure} />
  );
}
