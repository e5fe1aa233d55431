/** Measurements of sensitivity as jobs of the engine, asked for as a window does. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SensitivityState } from '../../src/protocol/live/index';
import { configSensitivityPath, readMetaSensitivity } from '../../src/storage/index';
import { BOWLS_META } from '../support/bowlsMeta';
import { jsonLines, runCli } from '../support/buildCli';
import { openWindow, until, workspace } from '../support/engineWindow';
import type { TestWindow } from '../support/engineWindow';

const TINY = {
  ...BOWLS_META,
  iterations: 4,
  validation: { every: 2, tasks: 2, lengths: [20], samples: 8 },
  checkpointEvery: 2,
  device: 'wasm',
};

function written(root: string, name: string, config: object): string {
  const path = join(root, `${name}.velo.json`);
  fs.writeFileSync(path, JSON.stringify(config));
  return path;
}

/** What a window hears of one measurement. */
async function watched(window: TestWindow, of: Of): Promise<SensitivityState[]> {
  const states: SensitivityState[] = [];
  const id = JSON.stringify(of);
  window.engine.on('sensitivity.update', ({ watchId, state }) => {
    if (watchId === id) states.push(state);
  });
  await window.engine.request('sensitivity.watch', { watchId: id, of });
  await until(() => states.length > 0, 'the first state');
  return states;
}
type Of = { readonly metaId: string } | { readonly configPath: string };

const isDone = (states: readonly SensitivityState[]) => () =>
  states.at(-1)!.work === undefined && states.at(-1)!.result !== undefined;

describe('a measurement of sensitivity in the engine', () => {
  it('of a config tells how far it is, and leaves beside it what a terminal would have found', async () => {
    const root = workspace();
    const window = await openWindow(root);
    const configPath = written(root, 'tiny', TINY);
    const of = { configPath };
    const states = await watched(window, of);
    expect(states[0]).toEqual({ config: 'tiny.velo.json' });
    await window.engine.request('sensitivity.start', { of });
    await until(isDone(states), 'the result', 100_000);
    const { result } = states.at(-1)!;
    const parts = states.flatMap(({ work }) => work?.parts ?? []);
    // Each group that learns, nothing, chaos and all of them.
    expect(new Set(parts)).toEqual(new Set([result!.groups.length + 3]));
    const done = states.flatMap(({ work }) => work?.done ?? []);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(configSensitivityPath(configPath)).toBe(join(root, 'tiny.velo-sensitivity.json'));
    expect(readMetaSensitivity(configSensitivityPath(configPath))).toEqual(result);
    const { stdout } = await runCli(['metatrain', configPath, '--sensitivity', '--json'], {
      cwd: root,
    });
    expect(jsonLines(stdout).at(-1)).toEqual({ type: 'sensitivity', sensitivity: result });
    const other = await watched(await openWindow(root), of);
    expect(other).toEqual([{ config: 'tiny.velo.json', result }]);
  });

  it('of a meta-training is of its newest theta; one by a terminal is seen', async () => {
    const root = workspace();
    const window = await openWindow(root);
    written(root, 'tiny', TINY);
    expect((await runCli(['metatrain', 'tiny.velo.json'], { cwd: root })).code).toBe(0);
    const of = { metaId: 'tiny-1' };
    await window.engine.request('metas.list', {});
    const states = await watched(window, of);
    expect(states[0]).toEqual({});
    await window.engine.request('sensitivity.start', { of });
    await until(isDone(states), 'the result', 100_000);
    expect(states.at(-1)!.result).toMatchObject({ iteration: 4, sigma: 0.06, problems: 24 });
    const flags = ['--sensitivity', '--problems', '3'];
    await runCli(['metatrain', '--resume', 'tiny-1', ...flags], { cwd: root });
    await until(() => states.at(-1)!.result?.problems === 3, 'what the terminal found');
  });

  it('is given up, one at a time, and says why it failed', async () => {
    const root = workspace();
    const window = await openWindow(root);
    const { engine } = window;
    const long = { of: { configPath: written(root, 'long', { ...TINY, lengths: 50_000 }) } };
    const states = await watched(window, long.of);
    await engine.request('sensitivity.start', long);
    await expect(engine.request('sensitivity.start', long)).rejects.toMatchObject({
      code: 'run',
      message: `${long.of.configPath} is at work; measurements run one at a time on all cores`,
    });
    await engine.request('sensitivity.stop', long);
    await until(() => states.at(-1)!.work === undefined, 'the end', 60_000);
    expect(states.at(-1)).toEqual({ config: 'long.velo.json' });
    await expect(engine.request('sensitivity.stop', long)).rejects.toMatchObject({ code: 'run' });

    const bad = { of: { configPath: written(root, 'bad', { ...TINY, tasks: 'recipes' }) } };
    const told = await watched(window, bad.of);
    await engine.request('sensitivity.start', bad).catch(() => undefined);
    await until(() => told.at(-1)!.problem !== undefined, 'why it failed', 60_000);
    expect(told.at(-1)!.problem).toMatch(/"recipes" is not a distribution/);
    for (const of of [{ metaId: 'gone-1' }, { configPath: join(root, 'gone.velo.json') }])
      for (const request of ['sensitivity.start', 'sensitivity.watch'] as const)
        await expect(engine.request(request, { watchId: 'w', of })).rejects.toThrow(/gone/);
  });
});
