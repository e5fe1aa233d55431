/**
 * All evaluations, or all meta-trainings, of the workspace, whoever writes them, as they are now. A folder is read again
 * when its modification time or the length of one of its logs has changed.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Emitter, UserError } from '../../base/index';
import type { Disposable } from '../../base/index';
import type { ListChange } from './listFeed';

/** What other processes write is seen so soon, and shown at most so often. */
const POLL_MS = 500;
/** Whether the process that writes one is still there is asked more seldom: it costs reading its files. */
const ALIVE_MS = 2000;

export interface FolderIndexOptions<Disk, Entry> {
  readonly noun: string;
  /** The folder that theirs are in, absolute. */
  readonly parent: string;
  /** Names of their folders. @throws UserError('disk') */
  ids(): readonly string[];
  /** Files of a folder that grow while it is written, absolute. */
  logs(directory: string): readonly string[];
  /** The file without which a folder is one that is being made, absolute. */
  last(directory: string): string;
  /** @throws UserError('run' | 'disk') where it is none */
  read(directory: string): Disk;
  /** Whether another process writes it. */
  isForeign(disk: Disk): boolean;
  /** With what this process knows besides. */
  entry(disk: Disk, id: string): Entry;
}

interface Known<Disk> {
  /** Undefined where the folder cannot be read. */
  readonly disk?: Disk;
  readonly problem?: string;
  readonly signature: string;
  readonly readAt: number;
  /** As it was last told. */
  told?: string;
}

export class FolderIndex<Disk, Entry extends { readonly startedAt: string }> {
  readonly #options: FolderIndexOptions<Disk, Entry>;
  readonly #known = new Map<string, Known<Disk>>();
  readonly #changes = new Emitter<ListChange<Entry>>();
  readonly #reads = new Emitter<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: FolderIndexOptions<Disk, Entry>) {
    this.#options = options;
  }

  onChange(listener: (change: ListChange<Entry>) => void): Disposable {
    return this.#changes.on(listener);
  }

  /** Called with the id of each one whose files have something new, while somebody follows. */
  onRead(listener: (id: string) => void): Disposable {
    return this.#reads.on(listener);
  }

  /** Every one, oldest first; folders that are none, one sentence each. @throws UserError('disk') */
  list(): { readonly entries: Entry[]; readonly warnings: string[] } {
    this.look();
    const entries = [...this.#known.keys()].flatMap((id) => this.get(id) ?? []);
    entries.sort((a, b) => compare(a.startedAt, b.startedAt));
    return { entries, warnings: [...this.#known.values()].flatMap((k) => k.problem ?? []) };
  }

  /** As it was at the last look. */
  get(id: string): Entry | undefined {
    const disk = this.#known.get(id)?.disk;
    return disk && this.#options.entry(disk, id);
  }

  /** As it is on the disk now. @throws UserError('run') where there is none of this id */
  require(id: string): Disk {
    if (this.#known.get(id)?.disk === undefined) this.reread(id);
    const disk = this.#known.get(id)?.disk;
    if (disk !== undefined) return disk;
    const { noun, parent } = this.#options;
    throw new UserError('run', `there is no ${noun} ${id} in ${parent}`);
  }

  /** Looks at every folder now. @throws UserError('disk') */
  look(): void {
    const ids = this.#options.ids().filter((id) => !id.startsWith('.'));
    const removed = [...this.#known.keys()].filter((id) => !ids.includes(id));
    for (const id of removed) this.#remove(id);
    for (const id of ids) if (this.#isStale(id)) this.#read(id);
  }

  /** Reads one again and tells what has changed. */
  reread(id: string): void {
    if (existsSync(this.#directoryOf(id))) this.#read(id);
    else this.#remove(id);
  }

  /** Tells what this process knows newly of one. */
  tell(id: string): void {
    const known = this.#known.get(id);
    const entry = this.get(id);
    if (known === undefined || entry === undefined) return;
    const text = JSON.stringify(entry);
    if (known.told === text) return;
    known.told = text;
    this.#changes.emit({ changed: [entry], removed: [] });
  }

  /** Looks twice a second until `unfollow`. */
  follow(): void {
    this.#timer ??= setInterval(() => {
      this.#lookQuietly();
    }, POLL_MS);
  }

  unfollow(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #lookQuietly(): void {
    try {
      this.look();
    } catch (thrown) {
      // A folder that cannot be read now may be readable at the next look; `list` says why it is not.
      if (!(thrown instanceof UserError)) throw thrown;
    }
  }

  #isStale(id: string): boolean {
    const known = this.#known.get(id);
    if (known?.signature !== this.#signatureOf(id)) return true;
    const isForeign = known.disk !== undefined && this.#options.isForeign(known.disk);
    return isForeign && Date.now() - known.readAt > ALIVE_MS;
  }

  #signatureOf(id: string): string {
    const directory = this.#directoryOf(id);
    const modified = statSync(directory, { throwIfNoEntry: false })?.mtimeMs;
    const lengths = this.#options
      .logs(directory)
      .map((log) => statSync(log, { throwIfNoEntry: false })?.size);
    return [modified, ...lengths].join(' ');
  }

  #read(id: string): void {
    const before = this.#known.get(id);
    const directory = this.#directoryOf(id);
    const stamp = {
      signature: this.#signatureOf(id),
      readAt: Date.now(),
      ...(before?.told === undefined ? {} : { told: before.told }),
    };
    try {
      this.#known.set(id, { ...stamp, disk: this.#options.read(directory) });
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      // A folder without a summary is one that is being made.
      const isWhole = existsSync(this.#options.last(directory));
      this.#known.set(id, isWhole ? { ...stamp, problem: thrown.message } : stamp);
      return;
    }
    if (this.#timer !== undefined) this.#reads.emit(id);
    this.tell(id);
  }

  #remove(id: string): void {
    const wasTold = this.#known.get(id)?.told !== undefined;
    this.#known.delete(id);
    if (wasTold) this.#changes.emit({ changed: [], removed: [id] });
  }

  #directoryOf(id: string): string {
    return join(this.#options.parent, id);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
