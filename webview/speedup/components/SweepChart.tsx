/** The sweep behind "tuned": the baseline's loss at each learning rate, diverged ones as crosses. */
import { useMemo, useRef } from 'preact/hooks';
import type { TaskCurves } from '../../../src/protocol/live/index';
import { LinePlot } from '../../shared/plot';
import { useSize } from '../../shared/useSize';
import { sweepFigure } from '../figures/sweep';
import type { Shown } from './useShown';

export interface SweepChartProps {
  readonly shown: Shown;
  readonly curves: TaskCurves;
}

const HEIGHT = 118;
const GUTTERS = { left: 56, right: 16, top: 10, bottom: 36 };

export function SweepChart({ shown, curves }: SweepChartProps) {
  const { overview } = shown;
  const room = useRef<HTMLDivElement>(null);
  const { width } = useSize(room);
  const figure = useMemo(() => sweepFigure(overview, curves.sweep), [overview, curves]);
  const diverged = curves.sweep.filter((arm) => arm.diverged).length;
  return (
    <div ref={room} class="chart-room">
      {width > 0 && figure && (
        <LinePlot
          {...figure}
          {...{ width, height: HEIGHT, gutters: GUTTERS }}
          urgent={curves.task}
        />
      )}
      {diverged > 0 && (
        <p class="chart-note dim small">
          Crosses: {diverged} of {curves.sweep.length} diverged.
        </p>
      )}
    </div>
  );
}
