/** What we use of plotly.js, which comes as a script of its own and a global; typed by hand, as narrow as that use. */

export type PlotDash = 'solid' | 'dot' | 'dash' | 'longdash' | 'dashdot' | 'longdashdot';
export type MarkerSymbol = 'circle' | 'square' | 'diamond' | 'triangle-up' | 'x' | 'cross';

export interface PlotlyTrace {
  readonly type: 'scatter';
  readonly mode: 'lines' | 'markers' | 'lines+markers';
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly opacity: number;
  readonly line: {
    readonly color: string;
    readonly width: number;
    readonly dash: PlotDash;
    readonly shape: 'linear' | 'hv';
  };
  readonly marker?: {
    readonly symbol: string;
    readonly size: number;
    readonly color: string;
    readonly line: { readonly width: number; readonly color: string };
  };
  readonly fill?: 'tonexty' | 'tozeroy';
  readonly fillcolor?: string;
  readonly hoverinfo: 'skip';
}

export interface PlotlyShape {
  readonly type: 'rect' | 'line';
  readonly layer: 'above' | 'below';
  readonly xref: string;
  readonly yref: string;
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
  readonly fillcolor?: string;
  readonly line: { readonly color: string; readonly width: number; readonly dash: PlotDash };
}

export interface PlotlyAnnotation {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly showarrow: false;
  readonly xanchor: 'left' | 'center' | 'right';
  readonly yanchor: 'top' | 'middle' | 'bottom';
  readonly xshift: number;
  readonly yshift: number;
  readonly font: { readonly size: number; readonly color: string };
}

export type PlotlyLayout = Readonly<Record<string, unknown>>;

export interface PlotlyImageOptions {
  readonly format: 'png' | 'svg';
  readonly width: number;
  readonly height: number;
  readonly scale?: number;
}

interface PlotlyApi {
  react(
    node: HTMLElement,
    traces: readonly PlotlyTrace[],
    layout: PlotlyLayout,
    config: Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
  purge(node: HTMLElement): void;
  toImage(node: HTMLElement, options: PlotlyImageOptions): Promise<string>;
}

declare global {
  interface Window {
    readonly Plotly?: PlotlyApi;
  }
}

/** @throws when the script did not load */
export function plotly(): PlotlyApi {
  const api = window.Plotly;
  if (api === undefined) throw new Error('plot: plotly.js is not on the page');
  return api;
}
