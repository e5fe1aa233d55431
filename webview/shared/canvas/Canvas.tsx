/** `useCanvas` as a component. */
import { sizePx } from '../px';
import type { CanvasDependencies, DrawCanvas } from './useCanvas';
import { useCanvas } from './useCanvas';

export interface CanvasProps extends CanvasDependencies {
  readonly width: number;
  readonly height: number;
  readonly draw: DrawCanvas;
  /** One sentence that states what it shows, for a canvas outside a Track. */
  readonly label?: string | undefined;
}

export function Canvas({ width, height, draw, label, urgent, live }: CanvasProps) {
  const ref = useCanvas({ width, height }, draw, { urgent, live });
  const access =
    label === undefined
      ? { 'aria-hidden': 'true' as const }
      : { role: 'img' as const, 'aria-label': label };
  return <canvas ref={ref} style={sizePx(width, height)} {...access} />;
}
