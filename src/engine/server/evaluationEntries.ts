/** From what the disk and the job say of an evaluation to what lists and panels are told. */
import type { EvaluationEntry, EvaluationOverview } from '../../protocol/live/index';
import { readEvaluation, readEvaluationTimings } from '../../storage/index';
import type { EvaluationRecord } from '../../storage/index';
import type { JobAtWork } from './soleJob';

/** What the disk says of an evaluation. */
export interface DiskEvaluation {
  readonly record: EvaluationRecord;
  /** Trainings; its summary says so only when it ends. */
  readonly done: number;
}

/** What this process knows besides. */
export interface EvaluationKnowledge {
  readonly job?: JobAtWork | undefined;
  /** Why it could not go on here, the last time. */
  readonly failure?: string | undefined;
  /** As it was scored last. */
  readonly overview?: EvaluationOverview | undefined;
}

/** @throws UserError('run' | 'disk') */
export function readDiskEvaluation(directory: string): DiskEvaluation {
  const record = readEvaluation(directory);
  const { state, summary } = record;
  if (state !== 'running' && state !== 'interrupted') return { record, done: summary.done };
  const trainings = readEvaluationTimings(directory).flatMap((timing) =>
    'training' in timing ? timing.training : [],
  );
  return { record, done: Math.min(summary.trainings, new Set(trainings).size) };
}

export function evaluationEntry(
  { record, done }: DiskEvaluation,
  { job, failure, overview }: EvaluationKnowledge,
): EvaluationEntry {
  const { id, directory, config, environment, summary } = record;
  const { state, message } = stateOf(record, job, failure);
  const owner = ownerOf(record, job);
  return {
    evaluationId: id,
    name: config.suite ?? config.name,
    directory,
    state,
    owner,
    canResume: owner === 'nobody' && state !== 'finished',
    done: job?.done ?? done,
    total: summary.trainings,
    ...(job?.secondsLeft === undefined ? {} : { secondsLeft: job.secondsLeft }),
    tasks: config.tasks.length,
    tasksDone: overview === undefined ? null : tasksDone(overview),
    optimizers: config.optimizers.map(({ name, optimizer }) => name ?? optimizer.name),
    medians: config.optimizers.map((_, index) => medianOf(overview, index)),
    baseline: config.baseline.name ?? config.baseline.optimizer.name,
    startedAt: environment.startedAt,
    ...(message === undefined ? {} : { message }),
  };
}

/** The overview as of now: scored a moment ago, but how far it is and in which state comes from the entry. */
export function liveOverview(
  overview: EvaluationOverview,
  { state, message, done, total, secondsLeft }: EvaluationEntry,
): EvaluationOverview {
  const scored = { ...overview };
  delete scored.message;
  return {
    ...scored,
    state,
    ...(message === undefined ? {} : { message }),
    progress: { done, total, ...(secondsLeft === undefined ? {} : { secondsLeft }) },
  };
}

function ownerOf(
  { writer }: EvaluationRecord,
  job: JobAtWork | undefined,
): EvaluationEntry['owner'] {
  if (job !== undefined) return 'engine';
  if (writer === undefined) return 'nobody';
  return writer.isOwn ? 'engine' : 'other';
}

function stateOf(
  { state, summary }: EvaluationRecord,
  job: JobAtWork | undefined,
  failure: string | undefined,
): Pick<EvaluationEntry, 'state' | 'message'> {
  if (job !== undefined) return { state: job.state };
  if (failure !== undefined) return { state: 'failed', message: failure };
  if (state !== 'incomplete') return { state };
  const [first, ...others] = summary.failures;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return { state: 'failed', message: `${first?.training ?? ''}: ${first?.message ?? ''}${more}` };
}

function tasksDone({ tasks }: EvaluationOverview): number {
  const isDone = ({ results }: (typeof tasks)[number]): boolean =>
    results.every(({ steps }) => steps.kind !== 'pending');
  return tasks.filter(isDone).length;
}

function medianOf(overview: EvaluationOverview | undefined, index: number): number | null {
  const median = overview?.optimizers[index]?.steps.median ?? NaN;
  return Number.isFinite(median) ? median : null;
}
