/** Populations on real threads, held against trainings of their own and against themselves. */
import { describe, expect, it } from 'vitest';
import {
  createArchitecture,
  createLearnedOptimizer,
  createRng,
  createSession,
  flatTheta,
  initTheta,
  plainTheta,
  streamKey,
} from '../../src/core/index';
import { createOptimizer, createTask, loadNativeKernels } from '../../src/engine/index';
import type { MemberJob } from '../../src/engine/index';
import { pickDevice } from '../../src/engine/devices/devices';
import {
  ADAM,
  LEARNED,
  TASKS,
  adam,
  assignment,
  dataDir,
  folder,
  goOn,
  numbers,
  pairs,
  populationOf,
  theta,
} from './populationSupport';

const DEVICES = loadNativeKernels().runtime === undefined ? ['wasm'] : ['wasm', 'native'];

describe.each(DEVICES)('a population on %s', (device) => {
  const own = { device: device as 'wasm' };

  it('gives a member the numbers of a training of its own', async () => {
    const population = await populationOf(own);
    const owner = assignment({ optimizer: ADAM, task: 1, seed: 7 });
    const [first] = await population.run([{ member: 3, begin: owner, steps: 30 }]);

    const [second] = await population.run([{ member: 3, steps: 10 }]);
    const { device: picked } = await pickDevice(device as 'wasm');
    const session = createSession({
      task: await createTask(TASKS[1]!, { seed: 7, dataDir }),
      optimizer: createOptimizer(adam(0.01), 100, folder).optimizer,
      seed: 7,
      kernels: picked.kernels!,
    });
    const alone = Float32Array.from({ length: 40 }, () => session.advance());
    expect(first!.losses).toEqual(alone.slice(0, 30));
    expect(second!.losses).toEqual(alone.slice(30));
    expect(second!.step).toBe(40);
  });

  it('has members of any learned optimizer, with the numbers of a training of their own', async () => {
    const centres = ['celo2', 'nnAdam', 'rnnMlp'].map((kind) => {
      const architecture = createArchitecture(kind);
      return initTheta(architecture, createRng({ seed: 5, purpose: 'theta' }));
    });
    const optimizers = centres.map((centre) => {
      return { theta: centre, sd: flatTheta(centre).map(() => 0.01) };
    });
    const population = await populationOf({ ...own, optimizers });
    const key = streamKey({ seed: 9, purpose: 'noise', step: 0, member: 1 });
    const jobs = [0, 1, -1].flatMap((sign, i) =>
      centres.map((_, optimizer) => ({
        member: 3 * i + optimizer,
        begin: assignment({ optimizer, task: 1, seed: 7 }),
        perturbation: { key, sign },
        steps: 10,
      })),
    );
    const results = numbers(await population.run(jobs.slice(0, 8)));
    const { device: picked } = await pickDevice(device as 'wasm');
    for (const [i, centre] of centres.entries()) {
      const session = createSession({
        task: await createTask(TASKS[1]!, { seed: 7, dataDir }),
        optimizer: createLearnedOptimizer({ theta: centre, numSteps: 100 }),
        seed: 7,
        kernels: picked.kernels!,
      });
      const alone = Float32Array.from({ length: 10 }, () => session.advance());
      expect(results[i]!.losses).toEqual(alone);
      expect(results[3 + i]!.losses[9]).not.toBe(alone[9]);
    }
  });

  it('gives the same bits on any number of workers, in any rounds', async () => {
    const rounds: ReturnType<typeof numbers>[] = [];
    for (const workers of [1, 2, 3]) {
      const population = await populationOf({ ...own, workers });
      const results = numbers(await population.run(pairs(8, 25)));
      const rest = goOn(pairs(8, 5));
      rounds.push([...results, ...numbers(await population.run(rest))]);
    }
    expect(rounds[1]).toEqual(rounds[0]);
    expect(rounds[2]).toEqual(rounds[0]);
    const [plus, minus] = rounds[0]!;
    expect(plus!.losses[0]).toBe(minus!.losses[0]);
    expect(plus!.losses[24]).not.toBe(minus!.losses[24]);
  });

  it('gives the same bits where turns are long, played in parts, and some members diverge', async () => {
    const begin = pairs(6, 25);
    const worst = [Infinity, Infinity, 1e-9, 2, 1e-9, Infinity];
    const rest = goOn(begin).map((job, i) => ({ ...job, steps: 500, worstLoss: worst[i]! }));
    const rounds: unknown[] = [];
    for (const workers of [1, 2, 3]) {
      const population = await populationOf({ ...own, workers });
      await population.run(begin);
      const results = numbers(await population.run(rest));
      expect(results.map(({ diverged }) => diverged)).toContain(true);
      expect(results[0]!.losses.every(Number.isFinite)).toBe(true);
      rounds.push([results, begin.map(({ member }) => population.snapshot(member))]);
    }
    expect(rounds[1]).toEqual(rounds[0]);
    expect(rounds[2]).toEqual(rounds[0]);
  });

  it('keeps members apart whose seed makes another loss', async () => {
    const jobs = [3, 4].map((seed, member) => ({
      member,
      begin: assignment({ optimizer: ADAM, task: 2, seed }),
      steps: 20,
    }));
    const together = await populationOf({ ...own, workers: 1 });
    const results = numbers(await together.run(jobs));
    const apart = await populationOf({ ...own, workers: 1 });
    const [second] = numbers(await apart.run(jobs.slice(1)));
    expect(results[1]).toEqual(second);
    expect(results[0]!.losses).not.toEqual(second!.losses);
  });

  it('sweeps over learning rates and schedules of one optimizer in one arena', async () => {
    const rates = [0.3, 0.01, 1e-5];
    const swept = [
      ...rates.map((rate) => adam(rate)),
      ...rates.map((rate) => adam(rate, 'cosine')),
    ];
    const jobs = swept.map((_, member) => ({
      member,
      begin: assignment({ optimizer: member, task: member % 2 }),
      steps: 12,
    }));
    const optimizers = swept.map((config) => ({ config }));
    const together = await populationOf({ ...own, optimizers, workers: 1 });
    const results = numbers(await together.run(jobs));
    for (const [member, config] of swept.entries()) {
      const alone = await populationOf({ ...own, optimizers: [{ config }], workers: 1 });
      const begin = assignment({ optimizer: 0, task: member % 2 });
      const [expected] = numbers(await alone.run([{ member, begin, steps: 12 }]));
      expect(results[member]!.losses).toEqual(expected!.losses);
      await alone.close();
    }
    const forecast = await together.forecast(
      jobs.map(({ begin }) => begin),
      1,
    );
    const two = await together.forecast([jobs[0]!.begin, jobs[1]!.begin], 1);
    expect(forecast.workerBytes).toBe(two.workerBytes);
  });

  it('keeps nothing of a member whose turn ends it, and needs no room for it', async () => {
    const population = await populationOf({ ...own, members: 500, memoryLimit: 3e6 });
    const jobs = Array.from({ length: 500 }, (_, member) => ({
      member,
      begin: assignment({ optimizer: ADAM, seed: member }),
      steps: 2,
    }));
    await expect(population.run(jobs)).rejects.toThrow(/500 members need \d+ MB/);
    const evaluate = { splits: ['train', 'test'], batches: 1, every: 1 } as const;
    const ending = jobs.map((job) => ({ ...job, evaluate, ends: true as const }));
    const results = await population.run(ending);
    expect(results.map(({ step }) => step)).toEqual(jobs.map(() => 2));
    expect(results[7]!.points.map(({ step }) => step)).toEqual([0, 1, 2]);
    expect(results.every(({ seconds }) => seconds > 0)).toBe(true);
    expect(population.snapshot(7)).toBeUndefined();
    await expect(population.run([{ member: 7, steps: 1 }])).rejects.toThrow(/to begin with/);
    const kept = await populationOf({ ...own });
    const [same] = numbers(await kept.run([{ ...ending[7]!, begin: ending[7]!.begin }]));
    expect(same!.losses).toEqual(results[7]!.losses);
  });

  it('needs no memory for weights where there is none', async () => {
    const keeping = await populationOf(own);
    const tight = await populationOf({ ...own, members: 2000, memoryLimit: 30e6 });
    const rest = pairs(4, 5).map(({ member }) => ({ member, steps: 5 }));
    for (const jobs of [pairs(4, 5), rest]) {
      expect(numbers(await tight.run(jobs))).toEqual(numbers(await keeping.run(jobs)));
    }
    const few = await tight.forecast([assignment()], 1);
    const many = await keeping.forecast([assignment()], 1);
    expect(few.memberBytes).toBeLessThan(many.memberBytes);
  });

  it('refuses members that it has no room for', async () => {
    const population = await populationOf({ ...own, memoryLimit: 1e5 });
    await expect(population.run(pairs(8, 5))).rejects.toThrow(
      /^8 members need \d+ MB on 2 workers, expected at most 1$/,
    );
    expect(population.snapshot(0)).toBeUndefined();
  });

  it('goes out from a new centre from the next round on', async () => {
    const population = await populationOf(own);
    const [old] = await population.run([{ member: 0, begin: assignment(), steps: 9 }]);
    population.setCentre(LEARNED, flatTheta(plainTheta({ hidden: 9, bank: 2, peak: 0.1 })));
    const [moved] = await population.run([{ member: 0, begin: assignment(), steps: 9 }]);
    expect(moved!.losses[0]).toBe(old!.losses[0]);
    expect(moved!.losses[8]).not.toBe(old!.losses[8]);
    population.setCentre(LEARNED, flatTheta(theta));
    const [again] = await population.run([{ member: 0, begin: assignment(), steps: 9 }]);
    expect(again!.losses).toEqual(old!.losses);
  });
});

describe('a population', () => {
  it('says before it starts what it will take', async () => {
    const population = await populationOf();
    const all = Array.from({ length: 8 }, (_, seed) => assignment({ seed, task: seed % 3 }));
    const forecast = await population.forecast(all, 50);
    expect(forecast.seconds).toBeGreaterThan(0);
    expect(forecast.seconds).toBeLessThan(20);
    expect(forecast.sharedBytes).toBeGreaterThan(1797 * 64);
    expect(forecast.memberBytes).toBeGreaterThan(8 * 2 * 4 * flatTheta(theta).length);
    expect(forecast.workerBytes).toBeGreaterThan(2 * 4 * 1797 * 16);
    expect(forecast.limitBytes).toBeGreaterThan(forecast.memberBytes);
  });

  it('tries members with a config of their own, on data that came later', async () => {
    const population = await populationOf({ tasks: [] });
    const task = await population.addTask(TASKS[0]!);
    const config = { ...TASKS[0], hidden: [3] } as (typeof TASKS)[number];
    const small = await population.forecast([assignment({ task, config })], 5);
    const large = await population.forecast([assignment({ task })], 5);
    expect(small.seconds).toBeGreaterThan(0);
    expect(small.memberBytes).toBeGreaterThan(0);
    expect(small.memberBytes).toBeLessThan(large.memberBytes);
  });

  it('holds two thousand members, in the memory that it has said', async () => {
    const population = await populationOf({ members: 2000 });
    const jobs = pairs(2000, 4);
    const forecast = await population.forecast(
      jobs.map(({ begin }) => begin!),
      4,
    );
    for (const round of [jobs, goOn(jobs), goOn(jobs)]) {
      const results = numbers(await population.run(round));
      expect(results).toHaveLength(2000);
      // Members of a pair begin alike.
      expect(results[0]!.step).toBe(results[1999]!.step);
    }
    const images = jobs.map(({ member }) => population.snapshot(member)!.image.byteLength);
    expect(2 * images.reduce((sum, bytes) => sum + bytes, 0)).toBe(forecast.memberBytes);
  });

  it('takes a member back to where it stood', async () => {
    const population = await populationOf();
    await population.run(pairs(2, 10));
    const snapshot = population.snapshot(1)!;
    expect(snapshot.step).toBe(10);
    const go = [{ member: 1, steps: 10 }];
    const [first] = numbers(await population.run(go));
    population.restore(1, snapshot);
    population.restore(5, snapshot);
    expect(numbers(await population.run(go))).toEqual([first]);
    const [twin] = await population.run([{ member: 5, steps: 10 }]);
    expect(twin!.losses).toEqual(first!.losses);
    expect(population.snapshot(7)).toBeUndefined();
  });

  it('leaves every member where it stood when a round is given up', async () => {
    const population = await populationOf();
    const before = numbers(await population.run(pairs(8, 3)));
    const controller = new AbortController();
    const long = goOn(pairs(8, 200_000));
    const round = population.run(long, { signal: controller.signal });
    setTimeout(() => {
      controller.abort(new Error('enough'));
    }, 200);
    await expect(round).rejects.toThrow('enough');
    const after = await population.run(pairs(8, 0).map(({ member }) => ({ member, steps: 0 })));
    expect(after.map(({ step }) => step)).toEqual(before.map(({ step }) => step));
  });

  it('says of a member that it has diverged, and of each in turn that it is done', async () => {
    const population = await populationOf({ optimizers: [{ config: adam(1e30) }] });
    const done: number[] = [];
    const jobs = [0, 1, 2].map((member) => ({
      member,
      begin: assignment({ optimizer: 0, task: 2, seed: member }),
      steps: 20,
    }));
    const results = await population.run(jobs, { onResult: ({ member }) => done.push(member) });
    expect(results.map(({ diverged }) => diverged)).toEqual([true, true, true]);
    expect(done.sort()).toEqual([0, 1, 2]);
  });

  it.each([
    [{ member: 9, begin: assignment(), steps: 1 }, /member 9: expected a member from 0 to 7/],
    [{ member: 0, steps: 1 }, /member 0: expected an assignment to begin with/],
    [{ member: 0, begin: assignment({ task: 5 }), steps: 1 }, /expected a task from 0 to 2, got 5/],
    [
      { member: 0, begin: assignment({ optimizer: 5 }), steps: 1 },
      /an optimizer from 0 to 1, got 5/,
    ],
    [
      { member: 0, begin: assignment({ numSteps: 0 }), steps: 1 },
      /at least 1 announced steps, got 0/,
    ],
    [{ member: 0, begin: assignment(), steps: 1.5 }, /at least 0 steps, got 1.5/],
    [
      {
        member: 0,
        begin: assignment({ optimizer: ADAM }),
        steps: 1,
        perturbation: { key: [0, 0, 0, 0], sign: 1 },
      },
      /no perturbation for an optimizer that is not learned/,
    ],
  ] as [MemberJob, RegExp][])('refuses a job that cannot be: %j', async (job, message) => {
    const population = await populationOf();
    await expect(population.run([job])).rejects.toThrow(message);
    expect(numbers(await population.run(pairs(2, 2)))).toHaveLength(2);
  });

  it('refuses numbers and devices that cannot be', async () => {
    await expect(populationOf({ workers: 0 })).rejects.toThrow(/workers must be an integer of at/);
    await expect(populationOf({ members: 0 })).rejects.toThrow(/members must be an integer of at/);
    await expect(populationOf({ device: 'cpu' })).rejects.toThrow(/cpu runs no populations/);
  });

  it('gives an error for a member whose task cannot be, and the others their turn', async () => {
    const population = await populationOf({
      tasks: [TASKS[0]!, { ...TASKS[0]!, batchSize: 100_000 } as (typeof TASKS)[number]],
    });
    const [good, bad] = await population.run([
      { member: 0, begin: assignment(), steps: 3 },
      { member: 1, begin: assignment({ task: 1 }), steps: 3 },
    ]);
    expect(good!.error).toBeUndefined();
    expect(bad!.error!.message).toMatch(/^member 1 \(digits8, seed 1\): batchSize is 100000/);
    await expect(population.forecast([assignment({ task: 1 })], 1)).rejects.toThrow(/batchSize/);
  });
});
