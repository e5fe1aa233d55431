/** Distributions as ridges: a small picture for each row, newest in front, the snapshot at the cursor filled. */
import { useMemo } from 'preact/hooks';
import { Canvas } from '../../shared/canvas';
import { integer } from '../../shared/format';
import { color, paletteColor, withAlpha } from '../../shared/theme';
import { useCursorStep } from '../../shared/track';
import { groupCounts, ridgeOf, ridgeSnapshots } from '../figures/distributions';
import type { DistributionFigure } from '../figures/distributions';
import type { BinRange } from '../figures/histograms';
import { snapshotAt } from '../figures/multiplier';
import type { TensorGroup } from '../figures/tensors';
import type { Distribution, Trace } from '../model/trace';
import type { Panel } from '../panel';
import { RowLabel } from './RowLabels';
import { drawSignedAxis } from './signedAxis';

interface Props {
  readonly panel: Panel;
  readonly trace: Trace;
  readonly groups: readonly TensorGroup[];
  readonly figure: DistributionFigure | undefined;
}

/** Pixels of the highest ridge, and of the axis below. */
const PEAK = 27;
const HEIGHT = 104;
const AXIS = 16;

export function Ridges({ panel, trace, groups, figure }: Props) {
  const { axis } = panel;
  const most = axis.breakpoint === 'narrow' ? 2 : axis.width > 1100 ? 4 : 3;
  const lines = Math.max(1, Math.ceil(groups.length / most));
  const columns = Math.max(1, Math.ceil(groups.length / lines));
  const width = Math.floor((axis.width - 24 - (columns - 1) * 14) / columns);
  return (
    <ul class="ridges" style={{ gridTemplateColumns: `repeat(${columns}, ${width}px)` }}>
      {groups.map((group) => (
        <li key={group.key}>
          <RowLabel panel={panel} trace={trace} group={group} />
          {figure && trace.distribution && (
            <Ridge
              panel={panel}
              trace={trace}
              group={group}
              distribution={trace.distribution}
              bins={figure.bins}
              width={width}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

interface RidgeProps extends Pick<Props, 'panel' | 'trace'> {
  readonly group: TensorGroup;
  readonly distribution: Distribution;
  readonly bins: BinRange;
  readonly width: number;
}

function Ridge({ panel, trace, group, distribution, bins, width }: RidgeProps) {
  const curves = useMemo(() => {
    const shown = ridgeSnapshots(distribution.length);
    const ridges = shown.map((snapshot) =>
      ridgeOf(groupCounts(distribution, trace.meta, group, snapshot), bins),
    );
    return { ridges, largest: Math.max(1, ...ridges.map((ridge) => Math.max(...ridge))) };
  }, [distribution, group, bins]);
  return (
    <div class="ridge">
      <Canvas
        width={width}
        height={HEIGHT}
        label={`Distribution of ${group.label} over time: ${curves.ridges.length} of ${integer(distribution.length)} snapshots as ridges`}
        draw={(context) => {
          curves.ridges.forEach((ridge, index) => {
            const depth = curves.ridges.length < 2 ? 1 : index / (curves.ridges.length - 1);
            drawRidge(
              context,
              ridge,
              { width, depth, largest: curves.largest },
              {
                fill: withAlpha('--velo-bg', 0.82),
                stroke: paletteColor('--velo-ramp', depth),
                lineWidth: 1,
              },
            );
          });
          drawSignedAxis(context, bins, { width, y: HEIGHT - AXIS });
        }}
        urgent={[width, bins.from, bins.to, group]}
        live={[curves]}
      />
      <CursorRidge
        panel={panel}
        trace={trace}
        group={group}
        distribution={distribution}
        bins={bins}
        width={width}
        largest={curves.largest}
      />
    </div>
  );
}

/** The snapshot at the cursor, on a layer of its own so that moving it draws nothing else. */
function CursorRidge(props: RidgeProps & { readonly largest: number }) {
  const { panel, trace, group, distribution, bins, width, largest } = props;
  const step = useCursorStep(panel.cursor);
  const snapshot = Math.min(distribution.length - 1, snapshotAt(trace.steps, step));
  return (
    <Canvas
      width={width}
      height={HEIGHT}
      draw={(context) => {
        if (snapshot < 0) return;
        const ridge = ridgeOf(groupCounts(distribution, trace.meta, group, snapshot), bins);
        const depth = distribution.length < 2 ? 1 : snapshot / (distribution.length - 1);
        drawRidge(
          context,
          ridge,
          { width, depth, largest },
          {
            fill: withAlpha('--velo-cursor', 0.35),
            stroke: color('--velo-cursor'),
            lineWidth: 2,
          },
        );
      }}
      urgent={[snapshot, width, bins.from, bins.to, group]}
      live={[distribution, largest]}
    />
  );
}

interface RidgePlace {
  readonly width: number;
  /** 0: oldest, at the back; 1: newest, in front. */
  readonly depth: number;
  readonly largest: number;
}

interface RidgeInk {
  readonly fill: string;
  readonly stroke: string;
  readonly lineWidth: number;
}

function drawRidge(
  context: CanvasRenderingContext2D,
  ridge: Float32Array,
  { width, depth, largest }: RidgePlace,
  ink: RidgeInk,
): void {
  const base = PEAK + 2 + (HEIGHT - AXIS - PEAK - 2) * depth;
  const xOf = (index: number) => ((index + 0.5) / ridge.length) * width;
  const path = () => {
    context.beginPath();
    ridge.forEach((count, index) => {
      context.lineTo(xOf(index), base - PEAK * Math.min(1.1, count / largest));
    });
  };
  path();
  context.lineTo(xOf(ridge.length - 1), base);
  context.lineTo(xOf(0), base);
  context.closePath();
  context.fillStyle = ink.fill;
  context.fill();
  path();
  context.strokeStyle = ink.stroke;
  context.lineWidth = ink.lineWidth;
  context.stroke();
}
