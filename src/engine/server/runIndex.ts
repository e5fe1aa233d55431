/**
 * All runs of the workspace, whoever writes them, as they are now. A folder is read again when its modification time
 * has changed: every file of a run but the log is replaced by renaming, which changes it. Runs that another process
 * writes are read at each look. Looking is done in slices, so that the engine answers meanwhile.
 */
import { existsSync, statSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Emitter, UserError } from '../../base/index';
import type { Disposable } from '../../base/index';
import type { RunEntry } from '../../protocol/live/index';
import { runIds, runsDirectory } from '../../storage/index';
import type { Job, JobFailure } from './jobs';
import { readDiskRun, runEntry } from './runEntries';
import type { DiskRun } from './runEntries';

const SLICE_MS = 8;
/** Two changes so close together may leave the same modification time. */
const RACY_MS = 100;
const POLL_MS = 1000;
/** Between two looks at how far the first look at everything is. */
const PROGRESS_MS = 4;

/** What the jobs know of a run. */
export interface JobView {
  job(runId: string): Job | undefined;
  failure(runId: string): JobFailure | undefined;
}

export interface RunsChange {
  readonly changed: readonly RunEntry[];
  readonly removed: readonly string[];
}

interface Known {
  /** Undefined where the folder is no readable run. */
  readonly run?: DiskRun;
  readonly problem?: string;
  readonly modified: number;
  readonly readAt: number;
  /** As it was last told. */
  told?: string;
}

export class RunIndex {
  readonly #root: string;
  readonly #jobs: JobView;
  readonly #known = new Map<string, Known>();
  readonly #emitter = new Emitter<RunsChange>();
  #scanning: Promise<void> | undefined;
  #isStale = false;
  #hasScanned = false;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(root: string, jobs: JobView) {
    this.#root = root;
    this.#jobs = jobs;
  }

  onChange(listener: (change: RunsChange) => void): Disposable {
    return this.#emitter.on(listener);
  }

  /** Every run, oldest first; folders that are none, one sentence each. @throws UserError('disk') */
  async list(): Promise<{ readonly runs: RunEntry[]; readonly warnings: string[] }> {
    // While it follows, it knows; what has just come is told by an event.
    await (this.#timer === undefined ? this.scan() : this.ready());
    const runs = [...this.#known.keys()].flatMap((id) => this.get(id) ?? []);
    const startOf = ({ startedAt = '~' }: RunEntry): string => startedAt;
    runs.sort((a, b) => compare(startOf(a), startOf(b)) || compare(a.runId, b.runId));
    const warnings = [...this.#known.values()].flatMap(({ problem }) => problem ?? []);
    return { runs, warnings };
  }

  /** About `count` runs, those worked on last, without waiting for the others. @throws UserError('disk') */
  async newest(count: number): Promise<RunEntry[]> {
    while (!this.#hasScanned && this.#known.size < count) {
      await Promise.race([this.ready(), sleep(PROGRESS_MS)]);
    }
    const byModified = [...this.#known].sort(([, a], [, b]) => b.modified - a.modified);
    return byModified.slice(0, count).flatMap(([id]) => this.get(id) ?? []);
  }

  /** Fulfilled when everything has been looked at once. @throws UserError('disk') */
  async ready(): Promise<void> {
    if (!this.#hasScanned) await (this.#scanning ?? this.scan());
  }

  /** As it was at the last look. */
  get(runId: string): RunEntry | undefined {
    const run = this.#known.get(runId)?.run;
    return run && runEntry(run, this.#jobs.job(runId), this.#jobs.failure(runId));
  }

  disk(runId: string): DiskRun | undefined {
    return this.#known.get(runId)?.run;
  }

  get disks(): readonly DiskRun[] {
    return [...this.#known.values()].flatMap(({ run }) => run ?? []);
  }

  /** Looks at everything now; looks again where it is asked to meanwhile. @throws UserError('disk') */
  scan(): Promise<void> {
    if (this.#scanning !== undefined) {
      this.#isStale = true;
      return this.#scanning;
    }
    this.#scanning = this.#scanAll().finally(() => {
      this.#scanning = undefined;
    });
    return this.#scanning;
  }

  /** Reads one run again and tells what has changed. */
  reread(runId: string): void {
    const modified = this.#modifiedAt(runId);
    if (modified === undefined) this.#remove([runId]);
    else this.#tell(this.#read(runId, modified) ? [runId] : []);
  }

  /** Tells what its job has changed. */
  jobChanged(runId: string): void {
    const job = this.#jobs.job(runId);
    // Where it begins or ends, its folder says more.
    if (job?.summary === undefined || job.state !== 'running') this.reread(runId);
    else this.#tell([runId]);
  }

  /** Looks about once a second and whenever a run comes or goes, until `unfollow`. */
  follow(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => {
      this.#scanQuietly();
    }, POLL_MS);
    this.#scanQuietly();
  }

  unfollow(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #scanQuietly(): void {
    this.#watch();
    // A folder that cannot be read now may be readable at the next look; `list` says why it is not.
    this.scan().catch(() => undefined);
  }

  #watch(): void {
    const folder = runsDirectory(this.#root);
    if (this.#watcher !== undefined || this.#timer === undefined || !existsSync(folder)) return;
    const stop = (): void => {
      this.#watcher?.close();
      this.#watcher = undefined;
    };
    try {
      this.#watcher = watch(folder, { persistent: false }, () => {
        if (this.#scanning === undefined) this.#scanQuietly();
        else this.#isStale = true;
      });
      this.#watcher.on('error', stop);
    } catch {
      // Some file systems cannot be watched; looking once a second remains.
      stop();
    }
  }

  async #scanAll(): Promise<void> {
    this.#isStale = false;
    await this.#scanOnce();
    this.#hasScanned = true;
    if (this.#mustLookAgain()) await this.#scanAll();
  }

  /** Somebody may have asked for it meanwhile. */
  #mustLookAgain(): boolean {
    return this.#isStale;
  }

  async #scanOnce(): Promise<void> {
    const modified = this.#folders();
    this.#remove([...this.#known.keys()].filter((id) => !modified.has(id)));
    let changed: string[] = [];
    let since = performance.now();
    for (const [id, time] of modified) {
      if (this.#lookAt(id, time)) changed.push(id);
      if (performance.now() - since < SLICE_MS) continue;
      this.#tell(changed);
      changed = [];
      await nextTurn();
      since = performance.now();
    }
    this.#tell(changed);
  }

  /** Every folder with its modification time, the newest first. @throws UserError('disk') */
  #folders(): ReadonlyMap<string, number> {
    const folders = runIds(this.#root).flatMap((id): [string, number][] => {
      const modified = this.#modifiedAt(id);
      return modified === undefined ? [] : [[id, modified]];
    });
    return new Map(folders.sort(([, a], [, b]) => b - a));
  }

  /** Whether it was read again. */
  #lookAt(id: string, modified: number): boolean {
    const known = this.#known.get(id);
    const isFresh = known?.modified === modified && known.readAt - modified > RACY_MS;
    const isForeign = known?.run?.record.writer?.isOwn === false;
    return isFresh && !isForeign ? false : this.#read(id, modified);
  }

  #modifiedAt(id: string): number | undefined {
    try {
      return statSync(join(runsDirectory(this.#root), id), { throwIfNoEntry: false })?.mtimeMs;
    } catch {
      return undefined;
    }
  }

  #read(id: string, modified: number): boolean {
    const told = this.#known.get(id)?.told;
    const stamp = { modified, readAt: Date.now(), ...(told === undefined ? {} : { told }) };
    const directory = join(runsDirectory(this.#root), id);
    try {
      this.#known.set(id, { ...stamp, run: readDiskRun(directory) });
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      // A folder without a config is one that is being made, or that was left when nothing could be written.
      const isEmpty = !existsSync(join(directory, 'config.json'));
      this.#known.set(id, isEmpty ? stamp : { ...stamp, problem: thrown.message });
    }
    return true;
  }

  #remove(ids: readonly string[]): void {
    const removed = ids.filter((id) => this.#known.get(id)?.told !== undefined);
    for (const id of ids) this.#known.delete(id);
    if (removed.length > 0) this.#emitter.emit({ changed: [], removed });
  }

  #tell(ids: readonly string[]): void {
    const changed = ids.flatMap((id) => {
      const known = this.#known.get(id);
      const entry = this.get(id);
      if (known === undefined || entry === undefined) return [];
      const text = JSON.stringify(entry);
      if (known.told === text) return [];
      known.told = text;
      return [entry];
    });
    if (changed.length > 0) this.#emitter.emit({ changed, removed: [] });
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
