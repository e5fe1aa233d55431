/** From what the disk and the job say of a meta-training to what lists are told. */
import { budgetSeconds, decodeMetaIteration } from '../../protocol/index';
import type { MetaEntry } from '../../protocol/live/index';
import { metaPaths, readLastLines, readMetaTraining } from '../../storage/index';
import type { MetaRecord } from '../../storage/index';
import type { JobAtWork } from './soleJob';

/** What the disk says of a meta-training. */
export interface DiskMeta {
  readonly record: MetaRecord;
  /** Outer iterations made and seconds worked; its summary says so only at checkpoints. */
  readonly iterations: number;
  readonly seconds: number;
}

/** What this process knows besides. */
export interface MetaKnowledge {
  readonly job?: JobAtWork | undefined;
  /** Why it could not go on here, the last time. */
  readonly failure?: string | undefined;
}

/** Enough for the last iteration of a thousand pairs. */
const END_BYTES = 1 << 17;

/** @throws UserError('run' | 'disk') */
export function readDiskMeta(directory: string): DiskMeta {
  const record = readMetaTraining(directory);
  const { iterations, seconds } = record.summary;
  const [last] = readLastLines(
    metaPaths(directory).iterations,
    decodeMetaIteration,
    END_BYTES,
  ).slice(-1);
  if (last === undefined || last.iteration < iterations) return { record, iterations, seconds };
  return {
    record,
    iterations: last.iteration + 1,
    seconds: Math.max(seconds, last.seconds),
  };
}

export function metaEntry(
  { record, iterations, seconds }: DiskMeta,
  { job, failure }: MetaKnowledge,
): MetaEntry {
  const { id, directory, config, environment, summary } = record;
  const owner = ownerOf(record, job);
  const progress = progressOf(config, iterations, seconds, record.state);
  const isLive = owner !== 'nobody' && record.state === 'running' && progress > 0;
  const { best } = summary;
  return {
    metaId: id,
    name: config.name,
    directory,
    ...stateOf(record, job, failure),
    owner,
    canResume: owner === 'nobody' && record.state !== 'finished',
    iterations,
    seconds,
    progress,
    ...(isLive ? { secondsLeft: (seconds / progress) * (1 - progress) } : {}),
    ...(best === undefined ? {} : { best }),
    startedAt: environment.startedAt,
  };
}

/** As the outer loop counts it: of its iterations or of its time, whichever is further. */
function progressOf(
  { iterations: planned = Infinity, budget }: MetaRecord['config'],
  iterations: number,
  seconds: number,
  state: MetaRecord['state'],
): number {
  if (state === 'finished') return 1;
  const most = budget === undefined ? Infinity : budgetSeconds(budget);
  return Math.min(1, Math.max(iterations / planned, seconds / most));
}

function ownerOf({ writer }: MetaRecord, job: JobAtWork | undefined): MetaEntry['owner'] {
  if (job !== undefined) return 'engine';
  if (writer === undefined) return 'nobody';
  return writer.isOwn ? 'engine' : 'other';
}

function stateOf(
  { state, summary }: MetaRecord,
  job: JobAtWork | undefined,
  failure: string | undefined,
): Pick<MetaEntry, 'state' | 'message'> {
  if (job !== undefined) return { state: job.state };
  if (failure !== undefined) return { state: 'failed', message: failure };
  const { message } = summary;
  return state === 'failed' && message !== undefined ? { state, message } : { state };
}
