/**
 * Times populations of small perceptrons that VeLO trains, weights of its own for each member: inner steps a second by
 * the number of members, of workers and by kernels, for turns of 1,000 inner steps (whole unrolls) and of 50 (truncations
 * of persistent evolution strategies). Contenders take turns. `--rounds N`, `--steps N`, `--device NAME`, `--members N`,
 * `--json`.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { flatTheta, streamKey } from '../../src/core/index';
import { openPopulation } from '../../src/engine/index';
import type { MemberJob, Population } from '../../src/engine/index';
import { idleTheta } from './idleTheta';

const DEVICES = ['native', 'wasm'] as const;
const MEMBERS = [1, 8, 16, 64];
const STEPS = [1000, 50];
const HIDDEN = 64;
const BANK = 32;

interface Contender {
  readonly name: string;
  readonly members: number;
  readonly population: Population;
  /** Inner steps a second by steps of a turn, of each round. */
  readonly rates: Map<number, readonly number[]>;
}

async function contender(
  device: 'native' | 'wasm',
  members: number,
  workers: number,
): Promise<Contender> {
  const weights = idleTheta(HIDDEN, BANK);
  const population = await openPopulation({
    tasks: [
      {
        family: 'imageMlp',
        dataset: 'digits8',
        hidden: [32],
        activation: 'relu',
        norm: 'none',
        dropout: 0,
        loss: 'crossEntropy',
        batchSize: 64,
        grey: false,
      },
    ],
    optimizers: [{ theta: weights, sd: flatTheta(weights).map(() => 1e-6) }],
    members,
    device,
    workers,
    dataDir: join(process.cwd(), 'media', 'data'),
    weightsDir: '',
  });
  const jobs = Array.from({ length: members }, (_, member): MemberJob => {
    const pair = member >> 1;
    const key = streamKey({ seed: 1, purpose: 'noise', member: pair });
    const perturbation = { key, sign: member % 2 === 0 ? 1 : -1 };
    const begin = { task: 0, optimizer: 0, seed: pair, numSteps: 1_000_000 };
    return { member, begin, perturbation, steps: 20 };
  });
  await population.run(jobs);
  await population.run(jobs.map(({ member }) => ({ member, steps: 20 })));
  return {
    name: `${population.device}, ${members} members, ${workers} workers`,
    members,
    population,
    rates: new Map(),
  };
}

async function timeRound(one: Contender, steps: number): Promise<void> {
  const { members, population, rates } = one;
  const jobs = Array.from({ length: members }, (_, member) => ({ member, steps }));
  const rounds = Math.max(1, Math.round((50 * 64) / (members * steps)));
  const begin = performance.now();
  for (let round = 0; round < rounds; round++) {
    const results = await population.run(jobs);
    const bad = results.find(({ error, diverged }) => error !== undefined || diverged);
    if (bad !== undefined) throw bad.error ?? new Error('a member has diverged');
  }
  const rate = (rounds * members * steps * 1000) / (performance.now() - begin);
  rates.set(steps, [...(rates.get(steps) ?? []), rate]);
}

function print({ name, rates }: Contender, asJson: boolean): void {
  for (const [steps, unsorted] of rates) {
    const sorted = unsorted.toSorted((a, b) => a - b);
    const at = (share: number): number =>
      Math.round(sorted[Math.floor(share * (sorted.length - 1))]!);
    const row = { name, steps, median: at(0.5), low: at(0.1), high: at(0.9), best: at(1) };
    const title = `${name}, turns of ${steps} steps`;
    const text = `${title.padEnd(60)} ${String(row.median).padStart(8)} steps/s  (${row.low} to ${row.high})`;
    console.log(asJson ? JSON.stringify(row) : text);
  }
}

async function main([, , ...options]: string[]): Promise<void> {
  const valueOf = (flag: string): string | undefined =>
    options.includes(flag) ? options[options.indexOf(flag) + 1] : undefined;
  const numbers = (flag: string, usual: readonly number[]): readonly number[] =>
    options.includes(flag) ? [Number(valueOf(flag))] : usual;
  const rounds = Number(valueOf('--rounds') ?? 11);
  const [members, turns] = [numbers('--members', MEMBERS), numbers('--steps', STEPS)];
  const most = availableParallelism();
  const contenders: Contender[] = [];
  for (const device of DEVICES.filter((one) => one === (valueOf('--device') ?? one)))
    for (const count of members)
      for (const workers of count === 1 ? [1] : [1, most])
        contenders.push(await contender(device, count, workers));
  for (let round = 0; round < rounds; round++)
    for (const steps of turns) for (const one of contenders) await timeRound(one, steps);
  for (const one of contenders) {
    print(one, options.includes('--json'));
    await one.population.close();
  }
}

void main(process.argv.slice(2));
