/** From what the disk and the jobs say of a run to what lists and panels are told. */
import { decodeMetric, describeOptimizer, describeTask, isEvaluation } from '../../protocol/index';
import type { RunSummary } from '../../protocol/index';
import type { RunEntry } from '../../protocol/live/index';
import { readLastLines, readRun, runPaths } from '../../storage/index';
import type { RunRecord } from '../../storage/index';
import type { Job, JobFailure } from './jobs';

/** Enough for the last evaluation and some fifty losses. */
const END_BYTES = 8192;
const RECENT_LOSSES = 50;

/** What the disk says of a run. */
export interface DiskRun {
  readonly record: RunRecord;
  /** Of a run that another process writes, or wrote when it was killed: how far it is, newer than its summary. */
  readonly ahead?: Partial<RunSummary>;
}

/** @throws UserError('run' | 'disk') */
export function readDiskRun(directory: string): DiskRun {
  const record = readRun(directory);
  const isForeign = record.state === 'running' && record.writer?.isOwn === false;
  return isForeign || record.state === 'interrupted'
    ? { record, ahead: readAhead(directory) }
    : { record };
}

/** @throws UserError('disk') */
function readAhead(directory: string): Partial<RunSummary> {
  const metrics = readLastLines(runPaths(directory).metrics, decodeMetric, END_BYTES);
  const heldOut = metrics.findLast(isEvaluation);
  const steps = metrics.filter((metric) => !isEvaluation(metric));
  const last = steps.at(-1);
  if (last === undefined) return {};
  const recent = steps.slice(-RECENT_LOSSES).map(({ loss }) => loss ?? NaN);
  const mean = recent.reduce((sum, loss) => sum + loss, 0) / recent.length;
  return {
    step: last.step + 1,
    trainLoss: Number.isFinite(mean) ? mean : null,
    ...(last.seconds === undefined ? {} : { seconds: last.seconds }),
    ...(heldOut === undefined ? {} : { heldOut }),
  };
}

/** @param failure  why this engine could not train it, the last time */
export function runEntry(run: DiskRun, job?: Job, failure?: JobFailure): RunEntry {
  const { record, ahead } = run;
  const { config, checkpointStep } = record;
  const state = job?.state ?? (failure?.kind === 'told' ? 'failed' : record.state);
  return {
    runId: record.id,
    name: config.name,
    directory: record.directory,
    state,
    owner: ownerOf(record, job),
    canResume: canResume(record, job),
    ...numbersOf({ ...record.summary, ...ahead, ...job?.summary }),
    numSteps: config.numSteps,
    task: describeTask(config.task),
    optimizer: describeOptimizer(config.optimizer),
    handMade: isHandMade(record),
    checkpointStep: checkpointStep ?? null,
    ...textsOf(record, job, failure),
  };
}

type Numbers = 'step' | 'trainLoss' | 'heldOutLoss' | 'heldOutAccuracy' | 'seconds' | 'msPerStep';

function numbersOf(summary: Partial<RunSummary>): Pick<RunEntry, Numbers> {
  const { step = 0, trainLoss = null, heldOut, seconds = 0, msPerStep = null } = summary;
  const heldOutLoss = heldOut?.loss ?? null;
  return {
    step,
    trainLoss,
    heldOutLoss,
    heldOutAccuracy: heldOut?.accuracy ?? null,
    seconds,
    msPerStep,
  };
}

/** What is left out where there is nothing to say. */
function textsOf(
  { environment, summary, warnings, state }: RunRecord,
  job: Job | undefined,
  failure: JobFailure | undefined,
): Pick<RunEntry, 'startedAt' | 'device' | 'message'> {
  const isQueued = (job?.state ?? state) === 'queued';
  const startedAt = isQueued ? undefined : environment?.startedAt;
  const device = job?.device ?? environment?.device;
  const trouble = failure?.message ?? summary?.message ?? warnings[0];
  const message = job === undefined ? trouble : undefined;
  return withoutUndefined({ startedAt, device, message });
}

function withoutUndefined<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as { [K in keyof T]?: NonNullable<T[K]> };
}

function ownerOf({ writer }: RunRecord, job: Job | undefined): RunEntry['owner'] {
  if (job !== undefined) return 'engine';
  if (writer === undefined) return 'nobody';
  return writer.isOwn ? 'engine' : 'other';
}

function canResume({ state, checkpointStep, writer }: RunRecord, job: Job | undefined): boolean {
  const isOver = state === 'finished' || state === 'diverged' || state === 'queued';
  return job === undefined && writer === undefined && checkpointStep !== undefined && !isOver;
}

/** Before a run has begun, its weights are known by name only. */
function isHandMade({ config: { optimizer }, environment }: RunRecord): boolean {
  if (environment?.weights !== undefined) return environment.weights.handMade;
  return optimizer.name === 'velo' && /^velo-handmade-\d+$/.test(optimizer.weights);
}
