/** How a figure says its colours: by role, since it knows no theme; components turn them into pixels. */

export type Stroke =
  | { readonly series: number; readonly alpha?: number }
  | { readonly token: string; readonly alpha?: number }
  /** Share of the ordered palette. */
  | { readonly ramp: number; readonly alpha?: number };

export type Dash = 'solid' | 'dot' | 'dash' | 'dashdot' | 'longdash';

export interface LineSpec {
  readonly key: string;
  readonly name: string;
  /** Steps. */
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly stroke: Stroke;
  readonly width: number;
  readonly dash: Dash;
}
