/** Sizes of elements, from one ResizeObserver for the whole view. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

export interface Size {
  readonly width: number;
  readonly height: number;
}
export type Breakpoint = 'wide' | 'middle' | 'narrow';

const callbacks = new WeakMap<Element, (size: Size) => void>();
let observer: ResizeObserver | undefined;

function observe(element: Element, callback: (size: Size) => void): () => void {
  observer ??= new ResizeObserver((entries) => {
    // In the next frame: sizes that change again inside the callback make the browser report a loop.
    requestAnimationFrame(() => {
      for (const { target, contentRect } of entries)
        callbacks.get(target)?.({
          width: Math.floor(contentRect.width),
          height: Math.floor(contentRect.height),
        });
    });
  });
  const active = observer;
  callbacks.set(element, callback);
  active.observe(element);
  return () => {
    callbacks.delete(element);
    active.unobserve(element);
  };
}

/** Width and height of the content in whole pixels; 0 until it is on the page and while it is hidden. */
export function useSize(ref: RefObject<Element | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const set = (next: Size) => {
      setSize((last) => (last.width === next.width && last.height === next.height ? last : next));
    };
    set({ width: Math.floor(element.clientWidth), height: Math.floor(element.clientHeight) });
    return observe(element, set);
  }, [ref]);
  return size;
}

/** Over 900 pixels the side column stands beside the charts, up to 640 everything is short. */
export function useBreakpoint(width: number): Breakpoint {
  return width > 900 ? 'wide' : width > 640 ? 'middle' : 'narrow';
}

/** Edges that all charts over one axis share, in pixels. */
export interface Gutters {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Edges of a track at a breakpoint. `bottom` is for ticks of the axis; a chart without them passes its own. */
export function trackGutters(breakpoint: Breakpoint): Gutters {
  return breakpoint === 'narrow'
    ? { left: 44, right: 34, top: 6, bottom: 22 }
    : { left: 96, right: 44, top: 6, bottom: 22 };
}
