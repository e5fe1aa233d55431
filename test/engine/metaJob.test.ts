/** Meta-trainings as jobs of the engine, asked for as a window does, held byte by byte against one that nobody interrupted. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MetaEntry, MetaUpdate } from '../../src/protocol/live/index';
import { metaPaths, readMetaIterations, readMetaTraining, sha256Of } from '../../src/storage/index';
import { BOWLS_META } from '../support/bowlsMeta';
import { runCli } from '../support/buildCli';
import { openWindow, until, workspace } from '../support/engineWindow';
import type { TestWindow } from '../support/engineWindow';

const TINY = {
  ...BOWLS_META,
  iterations: 30,
  validation: { every: 10, tasks: 2, lengths: [20], samples: 8 },
  checkpointEvery: 5,
  device: 'wasm',
};
/** Long enough to be ended in the middle. */
const LONG = { ...TINY, iterations: 60 };

/** A window that notes what it is told of meta-trainings. */
class Watching {
  readonly window: TestWindow;
  readonly entries = new Map<string, MetaEntry>();
  readonly updates: { readonly seq: number; readonly update: MetaUpdate }[] = [];

  constructor(window: TestWindow) {
    this.window = window;
    window.engine.on('metas.changed', ({ changed, removed }) => {
      for (const entry of changed) this.entries.set(entry.metaId, entry);
      for (const id of removed) this.entries.delete(id);
    });
    window.engine.on('meta.update', ({ seq, update }) => {
      this.updates.push({ seq, update });
    });
  }

  async start(name: string, config: object): Promise<string> {
    const configPath = join(this.window.root, `${name}.velo.json`);
    fs.writeFileSync(configPath, JSON.stringify(config));
    const { metaId } = await this.window.engine.request('meta.start', { configPath });
    return metaId;
  }

  async seen(id: string, is: (entry: MetaEntry) => boolean): Promise<MetaEntry> {
    await until(
      () => this.entries.has(id) && is(this.entries.get(id)!),
      () => `${id}; last heard ${JSON.stringify(this.entries.get(id))}`,
      100_000,
    );
    return this.entries.get(id)!;
  }

  inState(id: string, state: MetaEntry['state']): Promise<MetaEntry> {
    return this.seen(id, (entry) => entry.state === state);
  }

  /** Outer iterations that the updates of one watch have together. */
  get told(): number[] {
    const from = this.updates.findLastIndex(({ update }) => update.reset);
    return this.updates.slice(from).flatMap(({ update }) => [...update.iterations.iteration]);
  }
}

async function watching(root: string): Promise<Watching> {
  const other = new Watching(await openWindow(root));
  const { metas } = await other.window.engine.request('metas.list', {});
  for (const entry of metas) other.entries.set(entry.metaId, entry);
  return other;
}

const folderOf = (root: string, id: string): string => join(root, '.velo', 'metatrainings', id);

function thetasOf(directory: string): Record<string, string> {
  const { thetas } = metaPaths(directory);
  // The numbers at its end: the card before them says when it was made.
  const bytes = (name: string) => sha256Of(fs.readFileSync(join(thetas, name)).subarray(-4000));
  return Object.fromEntries(fs.readdirSync(thetas).map((name) => [name, bytes(name)]));
}

describe('a meta-training in the engine', () => {
  it('is watched, stopped with a checkpoint, and goes on to the same numbers', async () => {
    const root = workspace();
    const window = await watching(root);
    const { engine } = window.window;
    const id = await window.start('tiny', LONG);
    expect(id).toBe('tiny-1');
    await engine.request('meta.watch', { watchId: 'w', metaId: id });
    await window.seen(id, ({ iterations }) => iterations >= 12);
    await expect(window.start('other', TINY)).rejects.toMatchObject({
      code: 'run',
      message: 'tiny-1 is at work; meta-trainings run one at a time on all cores',
    });
    await engine.request('meta.stop', { metaId: id });
    const stopped = await window.inState(id, 'stopped');
    expect(stopped).toMatchObject({ canResume: true, owner: 'nobody' });
    const directory = folderOf(root, id);
    expect(readMetaTraining(directory).summary.iterations).toBe(stopped.iterations);
    await until(() => window.told.length === stopped.iterations, 'everything to be told');
    expect(window.told).toEqual(Array.from({ length: stopped.iterations }, (_, i) => i));
    expect(window.updates.map(({ seq }) => seq)).toEqual(window.updates.map((_, i) => i));
    const [first] = window.updates;
    expect(first!.update.about).toMatchObject({ tasks: 'bowls', entries: ['quadratic'], pairs: 2 });

    await engine.request('meta.resume', { metaId: id });
    const finished = await window.inState(id, 'finished');
    expect(finished).toMatchObject({ iterations: LONG.iterations, progress: 1, canResume: false });
    const plain = workspace();
    fs.writeFileSync(join(plain, 'tiny.velo.json'), JSON.stringify(LONG));
    expect((await runCli(['metatrain', 'tiny.velo.json'], { cwd: plain })).code).toBe(0);
    const lossesOf = (folder: string) =>
      readMetaIterations(folder).map(({ loss, gradientRms, pairs }) => [loss, gradientRms, pairs]);
    expect(lossesOf(directory)).toEqual(lossesOf(folderOf(plain, 'tiny-1')));
    expect(thetasOf(directory)).toEqual(thetasOf(folderOf(plain, 'tiny-1')));
  });

  it('refuses what cannot be trained, and leaves nothing of it', async () => {
    const root = workspace();
    const window = await watching(root);
    const bad = { ...TINY, tasks: 'recipes' };
    await expect(window.start('bad', bad)).rejects.toMatchObject({
      code: 'config',
      message: 'tasks: "recipes" is not a distribution; did you mean "recipe"?',
    });
    const { engine } = window.window;
    for (const request of ['meta.resume', 'meta.stop', 'meta.delete'] as const)
      await expect(engine.request(request, { metaId: 'gone-1' })).rejects.toMatchObject({
        code: 'run',
        message: /^there is no meta-training gone-1 in /,
      });
    await expect(
      engine.request('meta.watch', { watchId: 'w', metaId: 'gone-1' }),
    ).rejects.toMatchObject({ code: 'run' });
    expect((await engine.request('metas.list', {})).metas).toEqual([]);
  });
});

describe('a meta-training of a terminal', () => {
  it('is followed live, cannot be touched, and is deleted when it is done', async () => {
    const root = workspace();
    const window = await watching(root);
    const { engine } = window.window;
    fs.writeFileSync(join(root, 'own.velo.json'), JSON.stringify({ ...TINY, iterations: 60 }));
    const ended = runCli(['metatrain', 'own.velo.json', '--workers', '1'], { cwd: root });
    const id = 'own-1';
    const seen = await window.seen(id, ({ iterations }) => iterations >= 1);
    expect(seen).toMatchObject({ state: 'running', owner: 'other', canResume: false });
    await engine.request('meta.watch', { watchId: 'w', metaId: id });
    for (const request of ['meta.stop', 'meta.delete', 'meta.resume'] as const)
      await expect(engine.request(request, { metaId: id })).rejects.toMatchObject({ code: 'run' });
    expect((await ended).code).toBe(0);
    const finished = await window.inState(id, 'finished');
    expect(finished).toMatchObject({ iterations: 60, progress: 1, canResume: false });
    await until(() => window.told.length === 60, 'everything to be told');
    const validations = window.updates.flatMap(({ update }) => update.validations);
    expect(validations.map(({ iteration }) => iteration)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(validations.every(({ theta }) => theta !== undefined)).toBe(true);
    await engine.request('meta.delete', { metaId: id });
    expect(fs.existsSync(folderOf(root, id))).toBe(false);
    await until(() => !window.entries.has(id), 'it to be gone from the list');
  });
});
