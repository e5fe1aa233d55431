/** Detail beside the pointer. It only adds: every number in it can also be read without it. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export interface TooltipProps {
  /** The pointer, in pixels of the window (`clientX`, `clientY`). */
  readonly x: number;
  readonly y: number;
  readonly children: ComponentChildren;
}

const GAP = 14;
const EDGE = 8;

/** Flips to the other side of the pointer where the window ends. */
export function Tooltip({ x, y, children }: TooltipProps) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const box = element.current;
    if (box === null) return;
    const { width, height } = box.getBoundingClientRect();
    const left = x + GAP + width > window.innerWidth - EDGE ? x - GAP - width : x + GAP;
    const top = y + GAP + height > window.innerHeight - EDGE ? y - GAP - height : y + GAP;
    box.style.left = `${Math.max(EDGE, left)}px`;
    box.style.top = `${Math.max(EDGE, top)}px`;
  });
  return (
    <div ref={element} class="tooltip" role="tooltip">
      {children}
    </div>
  );
}
