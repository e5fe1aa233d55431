/** Populations whose worker threads die or whose kernels trap: nothing is lost, and every number stays the same. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PopulationEvent } from '../../src/engine/index';
import { folder, goOn, numbers, pairs, populationOf, script } from './populationSupport';

describe('a population whose worker breaks down', () => {
  /** A worker's program with something before it. */
  function broken(name: string, before: string): string {
    const file = join(folder, `${name}.cjs`);
    writeFileSync(file, `${before}\nrequire(${JSON.stringify(script)});\n`);
    return file;
  }

  /** Ends the thread in the middle of a turn, each of which looks at the clock, once. */
  const died = (): string => join(folder, 'died');
  const dies = (): string => `
    const { existsSync, writeFileSync } = require('node:fs');
    const { parentPort } = require('node:worker_threads');
    let isPlaying = false;
    parentPort.on('message', ({ method }) => { isPlaying = method === 'play'; });
    const now = performance.now.bind(performance);
    let looks = 0;
    performance.now = () => {
      if (isPlaying && ++looks === 6 && !existsSync(${JSON.stringify(died())})) {
        writeFileSync(${JSON.stringify(died())}, '');
        process.exit(7);
      }
      return now();
    };`;

  it('goes on from where its members stood', async () => {
    const events: PopulationEvent[] = [];
    const whole = await populationOf({ workers: 1 });
    const workerScript = broken('dies', dies());
    const population = await populationOf({
      workers: 1,
      workerScript,
      onEvent: (event) => events.push(event),
    });
    const rest = goOn(pairs(6, 15));
    for (const jobs of [pairs(6, 10), rest]) {
      expect(numbers(await population.run(jobs))).toEqual(numbers(await whole.run(jobs)));
    }
    expect(existsSync(died())).toBe(true);
    expect(events).toHaveLength(1);
    expect(events[0]!.members.join()).toMatch(/member \d \((digits8|quadratic), seed \d\)/);
    expect(events[0]!.message).toMatch(/exitCode|ended|terminated/i);
  });

  it('plays long turns again whose parts have gone lost', async () => {
    const events: PopulationEvent[] = [];
    const [begin, rest] = [pairs(6, 25), goOn(pairs(6, 500))];
    const whole = await populationOf({ workers: 1 });
    await whole.run(begin);
    const expected = numbers(await whole.run(rest));
    const file = join(folder, 'diedOverPart');
    const workerScript = broken(
      'diesOverPart',
      `
      const { existsSync, writeFileSync } = require('node:fs');
      const { parentPort } = require('node:worker_threads');
      let round;
      parentPort.on('message', ({ params }) => { round = params?.[0]; });
      const store = Atomics.store;
      Atomics.store = (array, place, value) => {
        store(array, place, value);
        const isPart = array === round?.takers && place >= 6;
        if (!isPart || existsSync(${JSON.stringify(file)})) return;
        writeFileSync(${JSON.stringify(file)}, '');
        process.exit(7);
      };`,
    );
    const population = await populationOf({
      workerScript,
      onEvent: (event) => events.push(event),
    });
    await population.run(begin);
    expect(numbers(await population.run(rest))).toEqual(expected);
    expect(existsSync(file)).toBe(true);
    expect(events).toHaveLength(1);
  });

  it('gives up a member that kills every worker, and names it', async () => {
    const events: PopulationEvent[] = [];
    const workerScript = broken(
      'killer',
      `
      const { parentPort } = require('node:worker_threads');
      let round;
      parentPort.on('message', ({ params }) => { round = params?.[0]; });
      const store = Atomics.store;
      Atomics.store = (array, place, value) => {
        const piece = array === round?.takers ? round.pieces[place] : [];
        store(array, place, value);
        if (piece.some(({ assignment }) => assignment.seed === 1)) process.exit(7);
      };`,
    );
    const population = await populationOf({ workerScript, onEvent: (event) => events.push(event) });
    const results = await population.run(pairs(6, 10));
    expect(results.map(({ error }) => error?.message)).toEqual([
      undefined,
      undefined,
      'member 2 (digits8, seed 1): a worker ended 2 times over its turn',
      'member 3 (digits8, seed 1): a worker ended 2 times over its turn',
      undefined,
      undefined,
    ]);
    expect(events.length).toBeGreaterThanOrEqual(4);
    const [again] = await population.run([{ member: 0, steps: 3 }]);
    expect(again!.step).toBe(13);
  });

  it('starts a trapped kernel anew', async () => {
    const whole = await populationOf();
    const workerScript = broken(
      'trapped',
      `
      const { Instance } = WebAssembly;
      let runs = 0;
      WebAssembly.Instance = function (module, imports) {
        const { exports } = new Instance(module, imports);
        if (!('opName' in exports)) return { exports };
        const run = (...args) => {
          if (++runs === 9) throw new WebAssembly.RuntimeError('memory access out of bounds');
          return exports.run(...args);
        };
        return { exports: { ...exports, run } };
      };`,
    );
    const population = await populationOf({ workerScript });
    for (let round = 0; round < 3; round++) {
      const jobs = pairs(6, 10);
      expect(numbers(await population.run(jobs))).toEqual(numbers(await whole.run(jobs)));
    }
  });
});
