/** A made-up suite in which everything occurs that a report has a mark or a word for. */
import type { ReportInput } from '../../src/core/index';
import { scoreSuite } from '../../src/core/index';
import { createRng } from '../../src/core/compute/rng';
import type { Arm, TaskResults } from '../../src/core/evaluation/results';
import { armOf, curveOf } from './lossCurves';

const HORIZON = 10_000;
const LENGTH = 1_000;
const RATES = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1];
const FAMILIES = ['MLP', 'Conv', 'RNN LM', 'Transformer LM', 'Autoencoder'];

interface Speeds {
  readonly task: string;
  readonly start: number;
  readonly end: number;
  readonly seeds: number;
}

/** A loss that falls as a power law, with the noise of its seed. */
function lossOf({ task, start, end }: Speeds, speed: number, seed: number) {
  const noise = createRng({
    seed,
    purpose: 'noise',
    member: task.length * 97 + Number(task.slice(-2)),
  });
  return (step: number): number =>
    end + (start - end) / (1 + (speed * step) / 150) ** 0.6 + 0.02 * start * noise.normal();
}

function sweepOf(options: Speeds): Arm[] {
  return RATES.map((learningRate, r) => {
    const speed = 0.06 * 3 ** Math.min(r, 7 - r);
    const floor = { ...options, end: options.end * (1 + 0.1 * r) };
    const divergesAt = r === RATES.length - 1 ? 40 : Infinity;
    const curves = Array.from({ length: options.seeds }, (_, seed) =>
      curveOf(HORIZON, lossOf(floor, speed, seed), { seed, divergesAt, secondsPerStep: 0.0004 }),
    );
    return armOf('adam', HORIZON, curves, { learningRate });
  });
}

function armFor(name: string, options: Speeds, speed: number, secondsPerStep: number): Arm {
  const divergesAt = speed === 0 ? 200 : Infinity;
  const loss = (seed: number) =>
    speed < 0
      ? (step: number) => options.start * (1.2 + step / LENGTH)
      : lossOf(options, speed * (1 + 0.15 * (seed - 1)), seed + 100);
  const curves = Array.from({ length: options.seeds }, (_, seed) =>
    curveOf(LENGTH, loss(seed), { seed, divergesAt, secondsPerStep }),
  );
  return armOf(name, LENGTH, curves);
}

/** `count` tasks with three optimizers: a good one that is slow by the clock, a middling one, a bad one. */
function madeUpSuite(count: number, seeds = 3): TaskResults[] {
  return Array.from({ length: count }, (_, i) => {
    const family = FAMILIES[i % FAMILIES.length]!;
    const task = `${family.toLowerCase().replaceAll(' ', '-')}-${String(i).padStart(2, '0')}`;
    const rng = createRng({ seed: i, purpose: 'task' });
    const options = { task, start: 2.3 + rng.uniform(), end: 0.3 + 0.4 * rng.uniform(), seeds };
    const good = i === 3 ? 200 : i === 5 ? 0 : i === 8 ? -1 : 0.7 * 2 ** (4.5 * rng.uniform());
    const arms = [
      ...sweepOf(options),
      armFor('velo', options, good, 0.0011),
      armFor('nadamw', options, 0.5 * 2 ** (3 * rng.uniform()), 0.00045),
      armFor('sgd', options, 0.1 * 2 ** (3 * rng.uniform()), 0.0003),
    ];
    return { task, family, parameters: Math.round(500 * 2 ** (8 * rng.uniform())), arms };
  });
}

export function madeUpReport(count: number, seeds = 3): ReportInput {
  return {
    title: 'made-up suite',
    score: scoreSuite(madeUpSuite(count, seeds), { bootstrap: { resamples: 300 } }),
    date: '2026-11-28',
    command: 'velo evaluate suite.json --optimizers velo,nadamw,sgd --seeds 3',
    notes: [
      'VeLO runs with hand-made weights <not trained>. The curves of this report are made up.',
    ],
    names: { adam: 'Adam', velo: 'VeLO (hand-made)', nadamw: 'NAdamW', sgd: 'SGD' },
    facts: [
      {
        title: 'Machine and versions',
        entries: [
          ['Processor', 'none: the curves are formulas'],
          ['Device', 'native, 2 workers'],
        ],
      },
      { title: 'Settings', entries: [['Evaluation', 'every 10 steps, 5 batches']] },
    ],
  };
}
