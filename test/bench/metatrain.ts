/**
 * Times meta-training by whole unrolls (FullES) on the recipe's mix of tasks: inner steps a second by kernels and workers.
 * Contenders take turns, with the same pairs. The first half of the iterations is not counted: most plans are made there.
 * `--rounds N`, `--iterations N`, `--pairs N`, `--longest N` (of the lengths, which begin at a fortieth of it), `--device NAME`, `--json`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMetaTraining } from '../../src/engine/index';
import type { MetaEvent } from '../../src/engine/index';
import { checkMetaConfig } from '../../src/protocol/index';
import type { MetaConfig } from '../../src/protocol/index';

const DEVICES = ['native', 'wasm'] as const;
const services = {
  dataDir: join(process.cwd(), 'media', 'data'),
  weightsDir: '',
  version: 'bench',
};

interface Contender {
  readonly device: (typeof DEVICES)[number];
  readonly workers: number;
  /** Inner steps a second of each round, and the share of the time in which workers computed. */
  readonly rates: number[];
  readonly busy: number[];
}

interface Size {
  readonly iterations: number;
  readonly pairs: number;
  readonly longest: number;
}

function configOf(device: Contender['device'], { iterations, pairs, longest }: Size): MetaConfig {
  const { config, problems } = checkMetaConfig({
    kind: 'metatrain',
    optimizer: { kind: 'velo', options: { hidden: 32, bank: 8 }, start: 'clock' },
    tasks: 'recipe',
    lengths: { logUniform: [Math.max(1, Math.round(longest / 40)), longest] },
    estimator: { kind: 'fullEs', pairs },
    iterations,
    validation: { every: 0, tasks: 1, lengths: [1], baseline: false },
    device,
  });
  if (config === undefined) throw new Error(problems[0].message);
  return config;
}

async function timeRound(one: Contender, size: Size): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'velo-bench-metatrain-'));
  const { iterations } = size;
  const counted = { steps: 0, seconds: 0, busy: 0 };
  let before = 0;
  const onEvent = (event: MetaEvent): void => {
    if (event.type !== 'iteration') return;
    const { iteration, seconds, innerSteps, busy } = event.iteration;
    if (iteration >= iterations / 2) {
      counted.steps += innerSteps;
      counted.seconds += seconds - before;
      counted.busy += (busy ?? NaN) * (seconds - before);
    }
    before = seconds;
  };
  try {
    const { device, workers } = one;
    await startMetaTraining({ config: configOf(device, size), root, services, workers, onEvent });
    one.rates.push(counted.steps / counted.seconds);
    one.busy.push(counted.busy / counted.seconds);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function print({ device, workers, rates, busy }: Contender, asJson: boolean): void {
  const sorted = rates.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(sorted[Math.floor(share * (sorted.length - 1))]!);
  const meanBusy = busy.reduce((sum, value) => sum + value, 0) / busy.length;
  const row = { device, workers, median: at(0.5), low: at(0.1), high: at(0.9), busy: meanBusy };
  const title = `${device}, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
  const text =
    `${title.padEnd(20)} ${String(row.median).padStart(8)} inner steps/s  (${row.low} to ${row.high}), ` +
    `workers busy ${Math.round(100 * meanBusy)} % of the time`;
  console.log(asJson ? JSON.stringify(row) : text);
}

async function main([, , ...options]: string[]): Promise<void> {
  const valueOf = (flag: string): string | undefined =>
    options.includes(flag) ? options[options.indexOf(flag) + 1] : undefined;
  const size = {
    iterations: Number(valueOf('--iterations') ?? 80),
    pairs: Number(valueOf('--pairs') ?? 24),
    longest: Number(valueOf('--longest') ?? 4000),
  };
  const asJson = options.includes('--json');
  const contenders = DEVICES.filter((one) => one === (valueOf('--device') ?? one)).flatMap(
    (device) =>
      [...new Set([1, Math.min(2, availableParallelism())])].map((workers): Contender => ({
        device,
        workers,
        rates: [],
        busy: [],
      })),
  );
  for (let round = 0; round < Number(valueOf('--rounds') ?? 3); round++)
    for (const one of contenders) await timeRound(one, size);
  for (const one of contenders) print(one, asJson);
}

void main(process.argv.slice(2));
