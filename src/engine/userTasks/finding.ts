/** One thing of a task that was looked at and is as it should be, or could be better. */
export interface TaskFinding {
  readonly what: string;
  readonly text: string;
  readonly isWarning?: true;
}

/** Steps that times are told for. */
export const NUM_STEPS = 1000;

/** `12 s`, `3.4 min` */
export function durationText(seconds: number): string {
  return seconds < 60
    ? `${Math.max(1, Math.round(seconds))} s`
    : `${(seconds / 60).toFixed(1)} min`;
}
