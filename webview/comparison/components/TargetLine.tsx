/** The target loss as a line across the chart: dragged, or moved by keys. */
import { useRef } from 'preact/hooks';
import { num } from '../../shared/format';
import { px } from '../../shared/px';
import type { Figure } from '../figures';

export interface TargetLineProps {
  readonly figure: Figure;
  readonly target: number;
  /** `reached by 6 of 9 runs` */
  readonly reached: string;
  readonly width: number;
  readonly onChange: (target: number | undefined) => void;
}

/** A key moves it by this share of the chart's height; with Shift ten times as far. */
const KEY_SHARE = 0.005;

export function TargetLine({ figure, target, reached, width, onChange }: TargetLineProps) {
  const line = useRef<HTMLDivElement>(null);
  const { gutters, toY, toValue, y } = figure;
  const height = toY(y.range[0]) - toY(y.range[1]);
  const at = Math.min(toY(y.range[0]), Math.max(toY(y.range[1]), toY(target) || 0));
  const moveTo = (pixel: number) => {
    onChange(Number(toValue(pixel).toPrecision(3)));
  };
  const onPointer = (event: PointerEvent) => {
    const box = line.current?.parentElement?.getBoundingClientRect();
    if (box !== undefined) moveTo(event.clientY - box.top);
  };
  return (
    <div
      ref={line}
      class="target-line"
      role="slider"
      tabIndex={0}
      aria-label="Target loss"
      aria-orientation="vertical"
      aria-valuemin={Number(y.range[0].toPrecision(3))}
      aria-valuemax={Number(y.range[1].toPrecision(3))}
      aria-valuenow={target}
      aria-valuetext={`${num(target)}, ${reached}`}
      style={{
        top: px(at),
        left: px(gutters.left),
        width: px(width - gutters.left - gutters.right),
      }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        event.stopPropagation();
      }}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
        event.stopPropagation();
        onPointer(event);
      }}
      onKeyDown={(event) => {
        const move = keyMove(event, height);
        if (move === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        if (move === 'reset') onChange(undefined);
        else moveTo(toY(target) + move);
      }}
    >
      <span class="target-text">target {num(target)}</span>
    </div>
  );
}

/** Pixels down. Esc goes back to the target that is found from the curves. */
function keyMove({ key, shiftKey }: KeyboardEvent, height: number): number | 'reset' | undefined {
  const step = Math.max(1, KEY_SHARE * height) * (shiftKey ? 10 : 1);
  switch (key) {
    case 'ArrowUp':
      return -step;
    case 'ArrowDown':
      return step;
    case 'PageUp':
      return -height / 10;
    case 'PageDown':
      return height / 10;
    case 'Home':
      return height;
    case 'End':
      return -height;
    case 'Escape':
      return 'reset';
    default:
      return undefined;
  }
}
