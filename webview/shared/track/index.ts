/** Charts over the step axis and the cursor that they share. */
export { createCursor, useCursor, useCursorStep } from './cursor';
export type { CursorReading, CursorStore } from './cursor';
export { CursorValue } from './CursorValue';
export { Track } from './Track';
export type { TrackProps } from './Track';
