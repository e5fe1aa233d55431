/** Lines over outer iterations: a plot inside a track. */
import type { PlotAxis, PlotLine, PlotShape, PlotText } from '../../shared/plot';
import { LinePlot } from '../../shared/plot';
import { Track } from '../../shared/track';
import type { Panel } from '../panel';
import { withoutTicks } from '../panel';

export interface ChartProps {
  readonly panel: Panel;
  /** Names the slider. */
  readonly title: string;
  readonly height: number;
  readonly y: PlotAxis;
  readonly lines: readonly PlotLine[];
  readonly shapes?: readonly PlotShape[];
  readonly texts?: readonly PlotText[];
  /** Without ticks below where another chart of the section follows. */
  readonly hasTicks?: boolean;
  /** Whether the cursor carries its step; on the uppermost chart only. */
  readonly flag?: boolean;
}

const NO_TICKS = [] as const;

export function Chart({ panel, title, height, hasTicks = true, flag, ...drawn }: ChartProps) {
  const { axis, track, choices } = panel;
  const gutters = hasTicks ? axis.gutters : withoutTicks(axis.gutters);
  return (
    <Track {...track} {...{ title, height, flag }} top={gutters.top} bottom={gutters.bottom}>
      <LinePlot
        {...drawn}
        {...{ height, gutters }}
        width={axis.width}
        xRange={axis.scale.axisRange}
        xTicks={hasTicks ? axis.ticks : NO_TICKS}
        urgent={`${choices.smoothing} ${choices.grouping} ${choices.hidden.join()}`}
      />
    </Track>
  );
}
