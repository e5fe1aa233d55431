/** Update/weight ratio of each row over time, on a logarithmic axis with a line at 10⁻³. */
import { useMemo } from 'preact/hooks';
import { LinePlot } from '../../shared/plot';
import type { PlotShape } from '../../shared/plot';
import { logTicks } from '../../shared/scales';
import type { Range } from '../../shared/scales';
import { useThemeVersion } from '../../shared/theme';
import { Track } from '../../shared/track';
import { ratioLines } from '../figures/distributions';
import type { LineSpec } from '../figures/paint';
import type { TensorGroup } from '../figures/tensors';
import type { Trace } from '../model/trace';
import { toPlotLine } from '../paint';
import { chosenTensor } from '../panel';
import type { Panel } from '../panel';

const HEIGHT = 150;
const REFERENCE: readonly PlotShape[] = [
  { kind: 'horizontal', y: 1e-3, color: '--velo-axis', dash: 'dash' },
];

interface Props {
  readonly panel: Panel;
  readonly trace: Trace;
  readonly groups: readonly TensorGroup[];
}

export function Ratio({ panel, trace, groups }: Props) {
  const { axis, track, data, view } = panel;
  const { scale } = axis;
  const theme = useThemeVersion();
  const chosen = chosenTensor(data, view);
  const specs = useMemo(
    () => ratioLines(trace, groups, chosen),
    [trace.rmsUpdates, trace.meta, groups, chosen],
  );
  const lines = useMemo(() => specs.map((spec) => toPlotLine(spec, scale)), [specs, scale, theme]);
  const y = useMemo(() => {
    const range = ratioRange(specs);
    return { kind: 'log' as const, range, ticks: logTicks(range[0], range[1]) };
  }, [specs]);
  const gutters = { ...axis.gutters, top: 10 };
  return (
    <Track
      {...track}
      title="Update/weight ratio"
      height={HEIGHT}
      top={gutters.top}
      bottom={gutters.bottom}
    >
      <LinePlot
        width={axis.width}
        height={HEIGHT}
        gutters={gutters}
        xRange={scale.axisRange}
        xTicks={axis.ticks}
        y={y}
        lines={lines}
        shapes={REFERENCE}
        urgent={chosen}
      />
    </Track>
  );
}

/** From the smallest to the largest ratio, 10⁻³ always inside. */
function ratioRange(lines: readonly LineSpec[]): Range {
  let low = 5e-4;
  let high = 2e-3;
  for (const { y } of lines)
    for (let i = 0; i < y.length; i++) {
      const value = y[i]!;
      if (!(value > 0) || value === Infinity) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  return [Math.max(low, 1e-12) / 1.2, high * 1.2];
}
