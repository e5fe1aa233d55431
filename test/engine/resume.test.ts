import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../src/core/index';
import { loadNativeKernels } from '../../src/engine/index';
import { decodeSafetensors, readRun, readRunMetrics } from '../../src/storage/index';
import { ROOT, servicesIn, smallConfig, writeWeights } from './trainingSupport';

const NUM_STEPS = 300;

let scratch: string;
let program: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'velo-resume-'));
  writeWeights(join(scratch, 'weights'));
  program = await bundleTrainer();
});

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
  rmSync(program, { force: true });
});

const cases: [string, Parameters<typeof smallConfig>[0]][] = [
  ['adam on cpu', { device: 'cpu' }],
  ['velo on wasm', { device: 'wasm', optimizer: { name: 'velo', maxTrainingSteps: 120 } }],
];
if (loadNativeKernels().runtime !== undefined) {
  cases.push(['velo on native', { device: 'native', optimizer: { name: 'velo' } }]);
}

describe('a run whose process is killed', () => {
  it.each(cases)('ends with the same bits as one that was not, %s', async (name, changes) => {
    const config = smallConfig({
      name,
      numSteps: NUM_STEPS,
      checkpointEvery: 20,
      evaluate: { every: 30, batches: 2 },
      ...changes,
    });
    const whole = await runChild({ config, root: join(scratch, 'whole') });
    expect(whole.wasKilled).toBe(false);

    const rng = createRng({ seed: 1, purpose: 'noise' });
    // The killer counts steps, and waits a little so that any instruction may be the last one.
    const kills = Array.from({ length: 5 }, (_, i) => ({
      afterStep: Math.floor((NUM_STEPS * (i + rng.uniform())) / 6),
      delayMs: rng.uniform() * 12,
    }));
    let run = await runChild({ config, root: join(scratch, 'killed'), kill: kills[0]! });
    let numKilled = Number(run.wasKilled);
    for (const kill of [...kills.slice(1), undefined]) {
      expect(readRun(run.directory).state).toBe('interrupted');
      run = await runChild({ directory: run.directory, ...(kill ? { kill } : {}) });
      numKilled += Number(run.wasKilled);
      if (!run.wasKilled) break;
    }
    expect(numKilled).toBeGreaterThanOrEqual(4);

    const [expected, actual] = [whole, run].map(({ directory }) => ({
      ...readRunMetrics(directory),
      record: readRun(directory),
    }));
    const steps = actual!.metrics.filter((metric) => !('split' in metric));
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: NUM_STEPS }, (_, i) => i));
    expect(actual!.warnings).toEqual([]);
    expect(actual!.metrics.map(withoutSeconds)).toEqual(expected!.metrics.map(withoutSeconds));
    expect(actual!.record.state).toBe('finished');
    expect(finalArrays(run.directory)).toEqual(finalArrays(whole.directory));
    expect(traceFiles(run.directory)).toEqual(traceFiles(whole.directory));
    expect(existsSync(join(run.directory, 'lock.json'))).toBe(false);
  });
});

interface Job {
  readonly config?: object;
  readonly root?: string;
  readonly directory?: string;
}

interface ChildRun {
  readonly directory: string;
  readonly wasKilled: boolean;
}

/** A training in a process of its own, killed a while after it has told of a step. */
async function runChild({
  kill,
  ...job
}: Job & {
  readonly kill?: { readonly afterStep: number; readonly delayMs: number };
}): Promise<ChildRun> {
  const child = spawn(process.execPath, [program, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (text) => (errors += String(text)));
  const exit = new Promise<NodeJS.Signals | number>((resolve) => {
    child.on('close', (code, signal) => {
      resolve(signal ?? code ?? -1);
    });
  });
  let directory = '';
  for await (const line of createInterface(child.stdout)) {
    const event = JSON.parse(line) as { type: string; directory?: string; step?: number };
    if (event.type === 'started') directory = event.directory ?? '';
    if (event.type === 'step' && kill !== undefined && (event.step ?? 0) >= kill.afterStep) {
      setTimeout(() => child.kill('SIGKILL'), kill.delayMs);
    }
  }
  const ended = await exit;
  if (ended !== 0 && ended !== 'SIGKILL')
    throw new Error(`the child ended with ${ended}: ${errors}`);
  return { directory, wasKilled: ended === 'SIGKILL' };
}

/** A program that starts or resumes one training and prints its events as JSON lines. */
async function bundleTrainer(): Promise<string> {
  const entry = join(scratch, 'trainer.ts');
  const outfile = join(ROOT, 'node_modules', '.cache', `velo-trainer-${process.pid}.cjs`);
  writeFileSync(
    entry,
    `import { writeSync } from 'node:fs';
     import { pickDevice, resumeTraining, startTraining } from ${JSON.stringify(join(ROOT, 'src/engine/index'))};
     import { loadNativeKernels, loadWasmKernels }
       from ${JSON.stringify(join(ROOT, 'src/engine/devices/loadKernels'))};
     const { config, root, directory } = JSON.parse(process.argv[2]);
     const kernels = ${JSON.stringify(join(ROOT, 'dist/kernels'))};
     const options = {
       services: {
         ...${JSON.stringify(servicesIn(scratch))},
         pickDevice: (name) => pickDevice(name, {
           loadNative: () => loadNativeKernels(kernels),
           loadWasm: () => loadWasmKernels(kernels),
         }),
       },
       onEvent: (event) => writeSync(1, JSON.stringify(event) + '\\n'),
     };
     (directory === undefined ? startTraining({ ...options, config, root }) : resumeTraining(directory, options))
       .catch((error) => { console.error(error); process.exitCode = 1; });`,
  );
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['jsonc-parser'],
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'silent' },
  });
  return outfile;
}

function withoutSeconds(metric: object): object {
  return Object.fromEntries(Object.entries(metric).filter(([key]) => key !== 'seconds'));
}

/** Every file of the trace, byte by byte. */
function traceFiles(directory: string): Record<string, string> {
  const folder = join(directory, 'trace');
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  );
}

/** Parameters and optimizer state of the last checkpoint. */
function finalArrays(directory: string) {
  const folder = join(directory, 'checkpoints');
  const name = readFileSync(join(folder, 'LATEST'), 'utf8').trim();
  const bytes = readFileSync(join(folder, name));
  return decodeSafetensors(bytes, { code: 'checkpoint', fileName: name }).tensors;
}
