/** Windows on an engine: a workspace of its own, clients as the extension has them, and what they hear. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { DEFAULT_TIMING, createEngine } from '../../src/client/index';
import type { Engine, EngineTiming } from '../../src/client/index';
import type { RunConfigInput } from '../../src/protocol/index';
import type { RunEntry, SeriesUpdate } from '../../src/protocol/live/index';
import { isRunning, programVersion, readEngineLock } from '../../src/storage/index';
import type { EngineLock } from '../../src/storage/index';
import { bundleOf } from './bundles';

let built: Promise<string> | undefined;

/** An engine whose worker threads run this code instead. */
export async function engineWithWorker(name: string, code: string): Promise<string> {
  // As deep as the bundle itself: it looks for its files from there.
  const folder = join(dirname(dirname(await engineBundle())), `${name}-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  copyFileSync(await engineBundle(), join(folder, 'engine.cjs'));
  writeFileSync(join(folder, 'engineWorker.cjs'), code);
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return join(folder, 'engine.cjs');
}

/** Path of the engine's bundle; its worker lies beside it. */
function engineBundle(): Promise<string> {
  built ??= (async () => {
    await bundleOf('src/engine/workers/main.ts', 'engineWorker.cjs');
    return bundleOf('src/engine/main.ts', 'engine.cjs');
  })();
  return built;
}

/** Gone after the test, with the engine that serves it. @param given  a folder that somebody else removes */
export function workspace(given?: string): string {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'velo-engine-test-'));
  onTestFinished(async () => {
    const lock = lockOf(folder);
    if (lock !== undefined && isRunning(lock)) {
      process.kill(lock.pid, 'SIGKILL');
      await until(() => !isThere(lock.pid), 'the engine to be gone with all its threads');
      if (process.platform !== 'win32')
        rmSync(dirname(lock.socket), { recursive: true, force: true });
    }
    if (given === undefined) rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Also while it is ending. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export function lockOf(root: string): EngineLock | undefined {
  const state = readEngineLock(root);
  return state.kind === 'there' ? state.lock : undefined;
}

export interface WindowOptions {
  /** Default: the engine as it is. */
  readonly enginePath?: string;
  readonly version?: string;
  readonly maxRunning?: number;
  /** Default true. */
  readonly isTrusted?: boolean;
  /** A folder whose evaluations are only shown; then the engine lives in the given one. */
  readonly viewed?: string;
  readonly timing?: Partial<EngineTiming>;
}

export class TestWindow {
  readonly root: string;
  readonly engine: Engine;
  readonly logged: string[] = [];
  readonly series = new Map<string, { steps: number[]; losses: number[]; resets: number }>();
  readonly seqs: number[] = [];
  readonly states: string[] = [];
  entries = new Map<string, RunEntry>();

  constructor(root: string, enginePath: string, options: WindowOptions) {
    this.root = root;
    this.engine = createEngine(
      {
        root,
        ...(options.viewed === undefined ? {} : { viewed: options.viewed }),
        enginePath,
        execPath: process.execPath,
        version: options.version ?? programVersion(),
        clientName: 'a test',
        maxRunning: () => options.maxRunning ?? 1,
        isTrusted: options.isTrusted ?? true,
        log: (level, text) => this.logged.push(`${level} ${text}`),
      },
      { ...DEFAULT_TIMING, ...options.timing },
    );
    this.engine.on('engine.log', ({ level, text }) => this.logged.push(`${level} ${text}`));
    this.engine.on('runs.changed', ({ changed, removed }) => {
      for (const entry of changed) this.#note(entry);
      for (const id of removed) this.entries.delete(id);
    });
    this.engine.on('series.update', ({ seq, updates }) => {
      this.seqs.push(seq);
      for (const update of updates) this.#draw(update);
    });
  }

  /** States that a run was told to be in, without repetitions: `a-1 queued`. */
  #note(entry: RunEntry): void {
    if (this.entries.get(entry.runId)?.state !== entry.state) {
      this.states.push(`${entry.runId} ${entry.state}`);
    }
    this.entries.set(entry.runId, entry);
  }

  #draw({ runId, reset, steps, losses }: SeriesUpdate): void {
    const known = this.series.get(runId) ?? { steps: [], losses: [], resets: 0 };
    if (reset)
      this.series.set(runId, { steps: [...steps], losses: [...losses], resets: known.resets + 1 });
    else {
      known.steps.push(...steps);
      known.losses.push(...losses);
    }
  }

  async list(): Promise<RunEntry[]> {
    const { runs } = await this.engine.request('runs.list', {});
    this.entries = new Map(runs.map((entry) => [entry.runId, entry]));
    return runs;
  }

  /** Starts a run of a config that is written for it. */
  async start(name: string, config: RunConfigInput, overrides: string[] = []): Promise<string> {
    const configPath = join(this.root, `${name}.velo.json`);
    writeFileSync(configPath, JSON.stringify(config));
    return (await this.engine.request('run.start', { configPath, overrides })).runId;
  }

  control(runId: string, action: 'pause' | 'continue' | 'step' | 'stop'): Promise<unknown> {
    return this.engine.request('run.control', { runId, action });
  }

  /** Waits until the run is told to be so. */
  async seen(runId: string, is: (entry: RunEntry) => boolean): Promise<RunEntry> {
    if (this.entries.size === 0) await this.list();
    await until(
      () => {
        const entry = this.entries.get(runId);
        return entry !== undefined && is(entry);
      },
      () => `${runId}; last heard ${JSON.stringify(this.entries.get(runId))}`,
    );
    return this.entries.get(runId)!;
  }

  inState(runId: string, state: RunEntry['state']): Promise<RunEntry> {
    return this.seen(runId, (entry) => entry.state === state);
  }
}

/** A client with a window's manners; closed after the test. */
export async function openWindow(root: string, options: WindowOptions = {}): Promise<TestWindow> {
  const path = options.enginePath ?? (await engineBundle());
  const window = new TestWindow(root, path, options);
  onTestFinished(() => {
    window.engine.dispose();
  });
  return window;
}

export async function until(
  is: () => boolean,
  what: string | (() => string),
  timeoutMs = 60_000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!is()) {
    if (performance.now() > end) {
      throw new Error(`waited in vain for ${typeof what === 'string' ? what : what()}`);
    }
    await sleep(20);
  }
}

/** Steps of the training losses in a run's log, as they are on disk. */
export function loggedSteps(directory: string): number[] {
  return readFileSync(join(directory, 'metrics.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.includes('split'))
    .map((line) => (JSON.parse(line) as { step: number }).step);
}

/** 0, 1, … count - 1 */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** A small training whose length is known to the optimizer; quick on any machine. */
export const QUICK: RunConfigInput = {
  task: { family: 'beale' },
  optimizer: { name: 'adam' },
  numSteps: 200,
  device: 'cpu',
  checkpointEvery: 20,
};

/** One that goes on until somebody ends it. */
export const ENDLESS: RunConfigInput = { ...QUICK, numSteps: 10_000_000, checkpointEvery: 100 };
