/** A canvas that is sharp on every screen, in the theme's font, and drawn anew when what it shows or the theme changes. */
import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import { cssText, useThemeVersion } from '../theme';
import type { Size } from '../useSize';
import { useDraw } from '../useThrottled';

/** Draws in CSS pixels on a cleared canvas. */
export type DrawCanvas = (context: CanvasRenderingContext2D, size: Size) => void;

export interface CanvasDependencies {
  /** Drawn in the next frame when one of them changes: ranges, choices. */
  readonly urgent?: readonly unknown[] | undefined;
  /** Drawn at most four times a second: data. */
  readonly live?: readonly unknown[] | undefined;
}

/** @returns the ref for a `<canvas>`; nothing is drawn while width or height is 0 */
export function useCanvas(
  size: Size,
  draw: DrawCanvas,
  { urgent = [], live = [] }: CanvasDependencies,
): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useThemeVersion();
  useDraw(
    () => {
      const context = canvas.current === null ? null : prepare(canvas.current, size);
      if (context !== null) draw(context, size);
    },
    [size.width, size.height, theme, ...urgent],
    live,
  );
  return canvas;
}

function prepare(
  canvas: HTMLCanvasElement,
  { width, height }: Size,
): CanvasRenderingContext2D | null {
  if (width <= 0 || height <= 0) return null;
  const ratio = window.devicePixelRatio;
  const pixelWidth = Math.round(width * ratio);
  const pixelHeight = Math.round(height * ratio);
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
  }
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  if (context === null) return null;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = `11px ${cssText('--vscode-font-family')}`;
  return context;
}
