/**
 * Lines over a common x axis, drawn by plotly.js. Live data are drawn at most four times a second; a new size, range,
 * theme or `urgent` value in the next frame. Nothing is drawn at width 0. Pointer and cursor are not its business.
 */
import { useEffect, useRef } from 'preact/hooks';
import { sizePx } from '../px';
import type { Gutters } from '../useSize';
import { trackGutters } from '../useSize';
import { useThemeVersion } from '../theme';
import { useDraw } from '../useThrottled';
import { type FigureOptions, PLOT_CONFIG, layoutOf, tracesOf } from './figure';
import { plotly } from './plotly';

export interface LinePlotProps extends Omit<FigureOptions, 'gutters'> {
  /** Default: those of a wide track. */
  readonly gutters?: Gutters | undefined;
  /** One sentence that states the finding, for charts outside a Track; inside one the track speaks. */
  readonly label?: string | undefined;
  /** Whatever else a person changes, as the smoothing: when this changes the drawing doesn't wait. */
  readonly urgent?: string | number | boolean | undefined;
}

const WIDE = trackGutters('wide');

/** Give `lines`, `shapes`, `texts`, `y` and ticks a stable identity (useMemo): what is the same is not drawn again. */
export function LinePlot(props: LinePlotProps) {
  const { width, height, gutters = WIDE, xRange, xTicks, y, lines, shapes, texts, label } = props;
  const node = useRef<HTMLDivElement>(null);
  const theme = useThemeVersion();
  const draw = () => {
    if (node.current === null || width <= 0 || height <= 0) return;
    const figure = { ...props, gutters };
    void plotly().react(node.current, tracesOf(figure), layoutOf(figure), PLOT_CONFIG);
  };
  useDraw(
    draw,
    [
      width,
      height,
      theme,
      xRange[0],
      xRange[1],
      xTicks.length,
      y.kind,
      gutters.left,
      gutters.bottom,
      props.urgent,
    ],
    [lines, shapes, texts, y, xTicks],
  );
  useEffect(() => {
    const element = node.current;
    return () => {
      if (element !== null && 'data' in element) plotly().purge(element);
    };
  }, []);
  return (
    <div
      class="plot"
      style={sizePx(width, height)}
      {...(label === undefined
        ? { 'aria-hidden': 'true' as const }
        : { role: 'img' as const, 'aria-label': label })}
    >
      <div ref={node} class="plot-figure" />
    </div>
  );
}
