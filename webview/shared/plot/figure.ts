/**
 * From lines and axes to what plotly.js draws. A logarithmic y axis is a linear one of log10(y) with own ticks, like
 * the step axis, so that lines, shapes and texts share one unit. Margins are fixed: charts above each other align.
 */
import type { Range, Tick } from '../scales';
import { color, cssText, withAlpha } from '../theme';
import type { Gutters } from '../useSize';
import type {
  MarkerSymbol,
  PlotDash,
  PlotlyAnnotation,
  PlotlyLayout,
  PlotlyShape,
  PlotlyTrace,
} from './plotly';

export type { MarkerSymbol, PlotDash } from './plotly';

export interface PlotLine {
  readonly name: string;
  /** In units of the x axis (`scale.toAxis(step)`), rising. */
  readonly x: ArrayLike<number>;
  /** In units of the quantity; NaN is a gap. */
  readonly y: ArrayLike<number>;
  /** A token (`--velo-series1`) or any CSS colour. */
  readonly color: string;
  /** Pixels. */
  readonly width: number;
  readonly dash: PlotDash;
  readonly opacity?: number | undefined;
  readonly marker?:
    | {
        readonly symbol: MarkerSymbol;
        readonly size: number;
        readonly hollow?: boolean | undefined;
      }
    | undefined;
  /** With markers: without the line between them. */
  readonly markersOnly?: boolean | undefined;
  /** Holds each value until the next point. */
  readonly steps?: boolean | undefined;
  /** Fills down to the line before it, or to 0, at this opacity. */
  readonly fill?: { readonly to: 'previous' | 'zero'; readonly opacity: number } | undefined;
}

export type PlotShape =
  /** Over the full height, from and to in units of the x axis. */
  | {
      readonly kind: 'band';
      readonly from: number;
      readonly to: number;
      readonly color: string;
      readonly opacity: number;
    }
  /** A line over the full width at y, or over the full height at x. */
  | {
      readonly kind: 'horizontal';
      readonly y: number;
      readonly color: string;
      readonly width?: number | undefined;
      readonly dash?: PlotDash | undefined;
    }
  | {
      readonly kind: 'vertical';
      readonly x: number;
      readonly color: string;
      readonly width?: number | undefined;
      readonly dash?: PlotDash | undefined;
    };

export interface PlotText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly color: string;
  /** Side of the point on which the text begins. Default right. */
  readonly side?: 'left' | 'right' | 'above' | 'below' | undefined;
}

export interface PlotAxis {
  readonly kind: 'linear' | 'log';
  /** In units of the quantity, also when logarithmic. */
  readonly range: Range;
  readonly ticks: readonly Tick[];
}

export interface FigureOptions {
  readonly width: number;
  readonly height: number;
  readonly gutters: Gutters;
  readonly xRange: Range;
  readonly xTicks: readonly Tick[];
  readonly xTitle?: string | undefined;
  readonly y: PlotAxis;
  readonly lines: readonly PlotLine[];
  readonly shapes?: readonly PlotShape[] | undefined;
  readonly texts?: readonly PlotText[] | undefined;
}

export const PLOT_CONFIG = {
  staticPlot: true,
  displayModeBar: false,
  displaylogo: false,
  responsive: false,
  showTips: false,
} as const;

const AXIS_TEXT = 11;

/** Lines as traces, new arrays where plotly.js would otherwise see no change. */
export function tracesOf({ lines, y }: Pick<FigureOptions, 'lines' | 'y'>): PlotlyTrace[] {
  const toAxis = unitsOf(y);
  return lines.map((line) => {
    const css = color(line.color);
    const { marker } = line;
    return {
      type: 'scatter',
      mode:
        marker === undefined ? 'lines' : line.markersOnly === true ? 'markers' : 'lines+markers',
      name: line.name,
      x: line.x,
      y: y.kind === 'log' ? Float64Array.from(line.y, toAxis) : line.y,
      opacity: line.opacity ?? 1,
      line: {
        color: css,
        width: line.width,
        dash: line.dash,
        shape: line.steps === true ? 'hv' : 'linear',
      },
      hoverinfo: 'skip',
      ...(marker && {
        marker: {
          symbol: marker.hollow === true ? `${marker.symbol}-open` : marker.symbol,
          size: marker.size,
          color: css,
          line: { width: marker.hollow === true ? 1.5 : 0, color: css },
        },
      }),
      ...(line.fill && {
        fill: line.fill.to === 'previous' ? 'tonexty' : 'tozeroy',
        fillcolor: withAlpha(line.color, line.fill.opacity),
      }),
    };
  });
}

/** Axes, margins, shapes and texts. */
export function layoutOf(options: FigureOptions): PlotlyLayout {
  const { width, height, gutters, xRange, xTicks, xTitle, y, shapes = [], texts = [] } = options;
  const toAxis = unitsOf(y);
  return {
    width,
    height,
    autosize: false,
    margin: { l: gutters.left, r: gutters.right, t: gutters.top, b: gutters.bottom, pad: 0 },
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font: { family: cssText('--vscode-font-family'), size: AXIS_TEXT, color: color('--velo-fg') },
    showlegend: false,
    hovermode: false,
    dragmode: false,
    xaxis: axisOf(xRange, xTicks, xTitle),
    yaxis: axisOf(
      [toAxis(y.range[0]), toAxis(y.range[1])],
      y.ticks.map(({ value, label }) => ({ value: toAxis(value), label })),
    ),
    shapes: shapes.map((shape) => shapeOf(shape, toAxis)),
    annotations: texts.map((text) => annotationOf(text, toAxis)),
  };
}

function unitsOf(y: PlotAxis): (value: number) => number {
  return y.kind === 'log' ? (value) => (value > 0 ? Math.log10(value) : NaN) : (value) => value;
}

function axisOf(range: Range, ticks: readonly Tick[], title?: string) {
  const line = color('--velo-axis');
  const text = { size: AXIS_TEXT, color: color('--velo-fg-2') };
  return {
    type: 'linear',
    range: [...range],
    fixedrange: true,
    automargin: false,
    zeroline: false,
    gridcolor: color('--velo-grid'),
    gridwidth: 1,
    showline: true,
    linecolor: line,
    linewidth: 1,
    ticks: ticks.length > 0 ? 'outside' : '',
    ticklen: 3,
    tickcolor: line,
    tickfont: text,
    tickangle: 0,
    tickmode: 'array',
    tickvals: ticks.map(({ value }) => value),
    ticktext: ticks.map(({ label }) => label),
    ...(title !== undefined && { title: { text: title, font: text, standoff: 4 } }),
  };
}

function shapeOf(shape: PlotShape, toAxis: (y: number) => number): PlotlyShape {
  if (shape.kind === 'band')
    return {
      type: 'rect',
      layer: 'below',
      xref: 'x',
      yref: 'paper',
      x0: shape.from,
      x1: shape.to,
      y0: 0,
      y1: 1,
      fillcolor: withAlpha(shape.color, shape.opacity),
      line: { color: 'rgba(0,0,0,0)', width: 0, dash: 'solid' },
    };
  const line = { color: color(shape.color), width: shape.width ?? 1, dash: shape.dash ?? 'solid' };
  if (shape.kind === 'vertical')
    return {
      type: 'line',
      layer: 'below',
      xref: 'x',
      yref: 'paper',
      x0: shape.x,
      x1: shape.x,
      y0: 0,
      y1: 1,
      line,
    };
  const y = toAxis(shape.y);
  return {
    type: 'line',
    layer: 'below',
    xref: 'paper',
    yref: 'y',
    x0: 0,
    x1: 1,
    y0: y,
    y1: y,
    line,
  };
}

const SIDES = {
  right: { xanchor: 'left', yanchor: 'middle', xshift: 6, yshift: 0 },
  left: { xanchor: 'right', yanchor: 'middle', xshift: -6, yshift: 0 },
  above: { xanchor: 'center', yanchor: 'bottom', xshift: 0, yshift: 4 },
  below: { xanchor: 'center', yanchor: 'top', xshift: 0, yshift: -4 },
} as const;

function annotationOf(text: PlotText, toAxis: (y: number) => number): PlotlyAnnotation {
  return {
    x: text.x,
    y: toAxis(text.y),
    text: escapeMarkup(text.text),
    showarrow: false,
    font: { size: AXIS_TEXT, color: color(text.color) },
    ...SIDES[text.side ?? 'right'],
  };
}

/** plotly.js reads a little HTML in texts; names of runs are not HTML. */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
