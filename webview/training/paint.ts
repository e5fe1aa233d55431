/** From roles of a figure to colours of the theme, and from steps to units of the axis. */
import type { PlotLine } from '../shared/plot';
import type { StepScale } from '../shared/scales';
import { paletteColor, seriesToken } from '../shared/theme';
import type { LineSpec, Stroke } from './figures/paint';

/** A token or CSS colour, without the stroke's opacity. */
export function strokeColor(stroke: Stroke): string {
  if ('series' in stroke) return seriesToken(stroke.series);
  if ('token' in stroke) return stroke.token;
  return paletteColor('--velo-ramp', stroke.ramp);
}

/** A line as the plot module takes it. */
export function toPlotLine(spec: LineSpec, scale: StepScale): PlotLine {
  const { name, x, y, stroke, width, dash } = spec;
  return {
    name,
    x: Float64Array.from(x, scale.toAxis),
    y,
    color: strokeColor(stroke),
    opacity: stroke.alpha ?? 1,
    width,
    dash,
  };
}
