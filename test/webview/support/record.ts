/**
 * Real trainings for the views' tests and the gallery: runs them in the engine and writes down what the extension host
 * would send. `node scripts/record.mjs` bundles and starts it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createEngine } from '../../../src/client/index';
import type { Engine } from '../../../src/client/index';
import { encodeWire } from '../../../src/protocol/index';
import { CELL_STATES, QUANTITIES } from '../../../src/protocol/live/index';
import type { OptimizerInspection, RunEntry, TraceUpdate } from '../../../src/protocol/live/index';
import { programVersion } from '../../../src/storage/index';
import { engineEnded } from '../../support/engineEnd';
import type { HostMessage } from './scenes';
import { gradientMessages, metaMessages } from './meta/record';
import { speedupMessages } from './speedup/record';
import { sweepMessages } from './speedup/recordSweep';
import { taskMessages } from './tasks/record';

export interface RecordOptions {
  /** A folder for the runs. */
  readonly root: string;
  readonly enginePath: string;
  /** The shipped weights that are looked into. */
  readonly weights: string;
  /** Where the recordings go. */
  readonly target: string;
}

const TASK = { family: 'imageMlp', dataset: 'fashion-mnist', hidden: [64, 32], batchSize: 128 };
const VELO = { name: 'velo' };
const RATES = [0.0003, 0.001, 0.003, 0.01, 0.03];
const RUNS = [
  { name: 'fashion-velo', optimizer: VELO },
  ...RATES.map((learningRate) => ({
    name: `fashion-adam-${learningRate}`,
    optimizer: { name: 'adam', learningRate },
  })),
  { name: 'fashion-sgd', optimizer: { name: 'sgd', learningRate: 0.1 } },
  { name: 'fashion-sgd-400', optimizer: { name: 'sgd', learningRate: 400 } },
];

export async function record({ root, enginePath, weights, target }: RecordOptions): Promise<void> {
  mkdirSync(target, { recursive: true });
  const engine = createEngine({
    root,
    enginePath,
    version: programVersion(),
    clientName: 'recorder',
    isTrusted: true,
    maxRunning: () => 1,
    log: (level, text) => {
      if (level === 'warn' || level === 'error') console.error(text);
    },
  });
  const entries = await trainAll(engine, root);
  const [velo, ...others] = entries;
  const adam = others[1];
  if (velo === undefined || adam === undefined) throw new Error('record: no runs');
  write(target, 'training', [
    ...(await trainingMessages(engine, velo, [velo, adam])),
    overlays(entries, [adam.runId]),
  ]);
  write(target, 'training-adam', [
    ...(await trainingMessages(engine, adam, [adam])),
    overlays(entries, []),
  ]);
  write(target, 'comparison', await comparisonMessages(engine, entries));
  write(target, 'optimizer', await optimizerMessages(engine, weights, velo));
  await engine.request('engine.shutdown', { force: true });
  engine.dispose();
  await engineEnded(root);
}

/** The speedup chart's recording alone: trains in this process. @param root  of the repository */
export async function recordSpeedup(root: string, target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  write(target, 'speedup', await speedupMessages(root));
}

/** The sweep's recording alone: an evaluation on the engine's workers. @param root  of the repository */
export async function recordSweep(root: string, target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  write(target, 'speedup-sweep', await sweepMessages(root));
}

/** The gallery of tasks alone. @param root  of the repository */
export async function recordTasks(root: string, target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  write(target, 'tasks', await taskMessages(root));
}

/** Meta-trainings alone; some minutes. @param root  of the repository */
export async function recordMeta(root: string, target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  write(target, 'meta', await metaMessages(root));
  write(target, 'meta-gradient', await gradientMessages(root));
}

function write(target: string, name: string, messages: readonly HostMessage[]): void {
  const bytes = gzipSync(encodeWire(messages.map(unplaced)), { level: 9 });
  writeFileSync(join(target, `${name}.msgpack.gz`), bytes);
  console.log(`${name}: ${messages.length} messages, ${Math.round(bytes.length / 1000)} kB`);
}

/** Where the runs were on the recording machine is nobody's business. */
function unplaced(message: HostMessage): HostMessage {
  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace);
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
    const fields = Object.entries(value).map(([name, field]) => {
      if (name === 'directory') return [name, '/home/me/project/.velo/runs/run'] as const;
      if (name === 'path') return [name, '/home/me/project/velo-handmade-1.safetensors'] as const;
      return [name, replace(field)] as const;
    });
    return Object.fromEntries(fields);
  };
  return replace(message) as HostMessage;
}

async function trainAll(engine: Engine, root: string): Promise<RunEntry[]> {
  const ids: string[] = [];
  for (const { name, optimizer } of RUNS) {
    const configPath = resolve(root, `${name}.velo.json`);
    const config = { task: TASK, optimizer, numSteps: 1000, evaluate: { every: 20 }, seed: 0 };
    writeFileSync(configPath, JSON.stringify(config, null, 2));
    const { runId } = await engine.request('run.start', { configPath, overrides: [] });
    ids.push(runId);
  }
  for (;;) {
    const { runs } = await engine.request('runs.list', {});
    const chosen = ids.map((id) => runs.find(({ runId }) => runId === id));
    const done = chosen.filter((run) => run?.state === 'finished' || run?.state === 'diverged');
    if (done.length === ids.length) return done.filter((run) => run !== undefined);
    const failed = chosen.find((run) => run?.state === 'failed');
    if (failed !== undefined) throw new Error(`record: ${failed.name}: ${failed.message ?? ''}`);
    await new Promise((wake) => setTimeout(wake, 500));
  }
}

async function trainingMessages(
  engine: Engine,
  run: RunEntry,
  shown: readonly RunEntry[],
): Promise<HostMessage[]> {
  const { runId } = run;
  const { configText, lossUnit } = await engine.request('run.describe', { runId });
  const messages: HostMessage[] = [
    { type: 'run', runId, configText, lossUnit, canControl: true },
    await seriesMessage(engine, shown),
  ];
  const first = await traceOf(engine, runId, 0, 'update');
  messages.push({ type: 'trace', seq: 0, update: first });
  const tensors = first.meta?.tensors.length ?? 0;
  const add = (part: Pick<TraceUpdate, 'distribution' | 'detail'>): void => {
    messages.push({ type: 'trace', seq: 0, update: { ...emptyTrace(runId), ...part } });
  };
  for (const quantity of QUANTITIES) {
    const { distribution } = await traceOf(engine, runId, 0, quantity);
    if (quantity !== 'update' && distribution !== undefined) add({ distribution });
  }
  for (let tensor = 0; tensor < tensors; tensor++) {
    const { detail } = await traceOf(engine, runId, tensor, 'update');
    if (tensor > 0 && detail !== undefined) add({ detail });
    if (first.meta?.hidden === 0) continue;
    for (const state of CELL_STATES) {
      const { order } = await engine.request('trace.cellOrder', { runId, tensor, state });
      messages.push({ type: 'cellOrder', tensor, state, order });
    }
  }
  return messages;
}

function emptyTrace(runId: string): TraceUpdate {
  const none = new Float32Array();
  return {
    runId,
    reset: false,
    steps: new Uint32Array(),
    multipliers: none,
    rmsGradients: none,
    rmsUpdates: none,
    rmsParameters: none,
  };
}

async function seriesMessage(engine: Engine, runs: readonly RunEntry[]): Promise<HostMessage> {
  const runIds = runs.map(({ runId }) => runId);
  const { updates } = await firstEvent(engine, 'series.update', (watchId) =>
    engine.request('series.watch', { watchId, runIds }),
  );
  return { type: 'series', seq: 0, updates };
}

async function traceOf(
  engine: Engine,
  runId: string,
  tensor: number,
  quantity: (typeof QUANTITIES)[number],
): Promise<TraceUpdate> {
  const { update } = await firstEvent(engine, 'trace.update', (watchId) =>
    engine.request('trace.watch', { watchId, runId, selection: { tensor, quantity } }),
  );
  return update;
}

let watches = 0;

/** The first update of a fresh watch: everything. */
async function firstEvent<N extends 'series.update' | 'trace.update'>(
  engine: Engine,
  name: N,
  watch: (watchId: string) => Promise<unknown>,
): Promise<Parameters<Parameters<typeof engine.on<N>>[1]>[0]> {
  const watchId = `recording-${watches++}`;
  return new Promise((resolveEvent, reject) => {
    const listener = engine.on(name, (event) => {
      if (event.watchId !== watchId) return;
      listener.dispose();
      void engine.request('unwatch', { watchId });
      resolveEvent(event);
    });
    watch(watchId).catch(reject);
  });
}

function overlays(available: readonly RunEntry[], shown: readonly string[]): HostMessage {
  return { type: 'overlays', shown: [...shown], available: [...available] };
}

async function comparisonMessages(
  engine: Engine,
  entries: readonly RunEntry[],
): Promise<HostMessage[]> {
  const runs = [];
  let unit = '';
  for (const { runId } of entries) {
    const { entry, configText, lossUnit } = await engine.request('run.describe', { runId });
    runs.push({ entry, configText });
    unit = lossUnit;
  }
  return [{ type: 'runs', runs, lossUnit: unit }, await seriesMessage(engine, entries)];
}

async function optimizerMessages(
  engine: Engine,
  path: string,
  run: RunEntry,
): Promise<HostMessage[]> {
  const inspection: OptimizerInspection = await engine.request('optimizer.inspect', { path });
  const messages: HostMessage[] = [{ type: 'inspection', inspection }];
  for (const { name } of inspection.groups) {
    const matrix = await engine.request('optimizer.matrix', { path, name });
    messages.push({ type: 'matrix', matrix });
  }
  for (const network of [0, 1])
    for (let feature = 0; feature < inspection.featureNames.length; feature++) {
      const params = { path, network, feature };
      messages.push({
        type: 'response',
        response: await engine.request('optimizer.response', params),
      });
    }
  const curve = await engine.request('run.multipliers', { runId: run.runId });
  return [...messages, { type: 'multipliers', curve }];
}
