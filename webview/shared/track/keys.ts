/** The keys of a track. */
import type { TrackProps } from './Track';

type KeyProps = Pick<TrackProps, 'cursor' | 'onZoom' | 'onReset' | 'onKey'>;

/** How much one press of + or − zooms. */
const ZOOM = 0.5;

/** Handles a key press on a focused track; what it used goes no further. */
export function trackKey(event: KeyboardEvent, props: KeyProps): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (moveCursor(event, props) || zoom(event, props) || props.onKey?.(event) === true) {
    event.preventDefault();
    event.stopPropagation();
  }
}

function moveCursor({ key, shiftKey }: KeyboardEvent, { cursor }: KeyProps): boolean {
  const distance = shiftKey ? 10 : 1;
  switch (key) {
    case 'ArrowLeft':
      cursor.move(-distance);
      return true;
    case 'ArrowRight':
      cursor.move(distance);
      return true;
    case 'Home':
      cursor.moveToStart();
      return true;
    case 'End':
      cursor.moveToEnd();
      return true;
    case 'Escape':
      cursor.unpin();
      return true;
    default:
      return false;
  }
}

function zoom({ key }: KeyboardEvent, { cursor, onZoom, onReset }: KeyProps): boolean {
  if (key === '0' && onReset) onReset();
  else if ((key === '+' || key === '=') && onZoom) onZoom(ZOOM, cursor.step);
  else if ((key === '-' || key === '\u2212') && onZoom) onZoom(1 / ZOOM, cursor.step);
  else return false;
  return true;
}
