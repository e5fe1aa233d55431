/** States of what takes hours and all cores: evaluations and meta-trainings. */

export const JOB_STATES = [
  'starting',
  'running',
  'stopping',
  'stopped',
  'interrupted',
  'finished',
  'failed',
] as const;
/** `starting`: short trials find out what it will take; `failed`: of an evaluation also where some of its trainings did. */
export type JobState = (typeof JOB_STATES)[number];

/** Whether somebody is at work on it. */
export function isAtWork(state: JobState): boolean {
  return state === 'starting' || state === 'running' || state === 'stopping';
}
