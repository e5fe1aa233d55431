/**
 * Colours for canvas and Plotly, which understand neither `var()` nor `color-mix()`: the browser resolves a token once
 * per theme, and the result is kept until VS Code changes the theme. Look-ups in between cost no style pass.
 */
import { useEffect, useState } from 'preact/hooks';
import { mixStops } from './palette';

export type PaletteToken = '--velo-seq' | '--velo-div' | '--velo-ramp';
/** Colour of a tensor, run or optimizer; 1 is the run in view. */
export type SeriesIndex = 1 | 2 | 3 | 4 | 5;

type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

const resolved = new Map<string, Rgba>();
const palettes = new Map<PaletteToken, Uint8Array>();
const texts = new Map<string, string>();
const listeners = new Set<() => void>();
let version = 0;
let observer: MutationObserver | undefined;
let probe: HTMLElement | undefined;

/** A token (`--velo-series1`) or any CSS colour as `rgba(…)`. An unset token gives the text colour. */
export function color(token: string): string {
  return toCss(channels(token));
}

/** The same colour at another opacity in [0, 1]. */
export function withAlpha(token: string, alpha: number): string {
  const [red, green, blue] = channels(token);
  return toCss([red, green, blue, alpha]);
}

/** A series colour by its number; more than five start over. */
export function seriesColor(index: number): string {
  return color(seriesToken(index));
}

/** The token of a series, for CSS: `--velo-series1` … `--velo-series5`. */
export function seriesToken(index: number): string {
  return `--velo-series${((((index - 1) % 5) + 5) % 5) + 1}`;
}

/** 256 RGBA entries, interpolated in OKLab; zero is the editor's background in `--velo-seq` and `--velo-div`. */
export function palette(token: PaletteToken): Uint8Array {
  observe();
  let table = palettes.get(token);
  if (table === undefined) {
    table = mixStops(stopsOf(token));
    palettes.set(token, table);
  }
  return table;
}

/** One colour of a palette. @param share  in [0, 1], clamped */
export function paletteColor(token: PaletteToken, share: number): string {
  const table = palette(token);
  const at = Math.round(Math.min(1, Math.max(0, share)) * 255) * 4;
  return toCss([table[at]!, table[at + 1]!, table[at + 2]!, 255 / 255]);
}

/** The text of a custom property, as `--vscode-font-family`. */
export function cssText(property: string): string {
  observe();
  let text = texts.get(property);
  if (text === undefined) {
    text = getComputedStyle(document.body).getPropertyValue(property).trim();
    texts.set(property, text);
  }
  return text;
}

/** Calls back after each change of the theme. @returns ends it */
function onThemeChange(listener: () => void): () => void {
  observe();
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** A number that rises with each change of the theme: a dependency of whatever draws with colours. */
export function useThemeVersion(): number {
  const [current, setCurrent] = useState(version);
  useEffect(
    () =>
      onThemeChange(() => {
        setCurrent(version);
      }),
    [],
  );
  return current;
}

/** Whether things should not move: the system's wish or VS Code's setting. */
export function prefersReducedMotion(): boolean {
  return (
    matchMedia('(prefers-reduced-motion: reduce)').matches ||
    document.body.classList.contains('vscode-reduce-motion')
  );
}

function stopsOf(token: PaletteToken): Rgba[] {
  const stops = cssText(token)
    .split(',')
    .map((stop) => channels(stop.trim()));
  const background = channels('--vscode-editor-background');
  const zero = { '--velo-seq': 0, '--velo-div': (stops.length - 1) / 2, '--velo-ramp': -1 }[token];
  return stops.map((stop, index) => (index === zero && background[3] === 1 ? background : stop));
}

function channels(token: string): Rgba {
  observe();
  let rgba = resolved.get(token);
  if (rgba === undefined) {
    rgba = resolve(token);
    resolved.set(token, rgba);
  }
  return rgba;
}

function resolve(token: string): Rgba {
  if (probe === undefined) {
    probe = document.createElement('span');
    probe.hidden = true;
    probe.className = 'color-probe';
  }
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = '';
  probe.style.color = token.startsWith('--') ? `var(${token})` : token;
  return parseColor(getComputedStyle(probe).color);
}

/** `rgb(1, 2, 3)`, `rgba(1, 2, 3, 0.5)` or `color(srgb 0.1 0.2 0.3 / 0.5)`, as computed styles have them. */
function parseColor(text: string): Rgba {
  const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+(?:e[-+]?\d+)?/g) ?? []).map(
    Number,
  );
  const scale = text.startsWith('color(') ? 255 : 1;
  return [Math.round(red * scale), Math.round(green * scale), Math.round(blue * scale), alpha];
}

function toCss([red, green, blue, alpha]: Rgba): string {
  return `rgba(${red},${green},${blue},${alpha})`;
}

/** VS Code sets the variables on <html>, class and theme id on <body>; two themes of one kind differ in the id only. */
function observe(): void {
  if (observer !== undefined) return;
  observer = new MutationObserver(() => {
    forget();
  });
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-vscode-theme-id'],
  });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}

function forget(): void {
  resolved.clear();
  palettes.clear();
  texts.clear();
  version += 1;
  for (const listener of [...listeners]) listener();
}
