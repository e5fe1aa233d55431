/**
 * The job `train`: a config becomes a task, an optimizer, a device and a run folder, and the inner loop fills
 * the folder. A run goes on from its latest checkpoint with the same bits, also after its process was killed.
 * Nothing here prints: whoever starts a training listens to its events.
 */
import { UserError, sizeOf } from '../../base/index';
import { FRESH_PROGRESS, innerTrain } from '../../core/index';
import type {
  InnerTrainListener,
  InnerTrainPlan,
  LoopSession,
  Progress,
  Task,
  TrainingCheckpoint,
  TrainingControl,
  TrainingSession,
} from '../../core/index';
import { innermostTask } from '../../protocol/index';
import type { RunConfig, RunEnvironment, RunSummary } from '../../protocol/index';
import { createRun, readRun, readRunMetrics, resumeRun } from '../../storage/index';
import type { RunWriter } from '../../storage/index';
import { pickDevice } from '../devices/devices';
import type { PickedDevice } from '../devices/devices';
import type { ThreadChoice } from './chooseThreads';
import { createOptimizer } from './createOptimizer';
import type { PreparedOptimizer } from './createOptimizer';
import { loadTaskData, taskFrom } from './createTask';
import { openSession } from './openSession';
import type { TrainingParts } from './openSession';
import { Journal, readCheckpoint } from './journal';
import { beginTrace } from './traceJob';
import type { TrainListener } from './trainEvents';
import { requireFiniteLoss, requireRepeatable } from '../userTasks/quickCheck';
import { requireSameFiles, requireSameOnDisk, taskFilesOf } from '../userTasks/taskFiles';

/** How long the loop may keep other work of the process waiting. */
const BREATHE_AFTER_MS = 20;

export interface TrainServices {
  /** Folder of the bundled data sets. */
  readonly dataDir: string;
  /** Folder of the bundled weights. */
  readonly weightsDir: string;
  /** Version of this program, for the record. */
  readonly version: string;
  readonly pickDevice?: (name: RunConfig['device']) => Promise<PickedDevice>;
}

export interface TrainOptions {
  readonly services: TrainServices;
  readonly onEvent?: TrainListener;
  readonly control?: TrainingControl;
  /** Metrics reach the disk about so often, each time with an event; default: once a second, without. */
  readonly flushEveryMs?: number;
  /** Refuses a task that cannot be compiled, where there are kernels, instead of running it slowly. */
  readonly isStrict?: boolean;
  /** Threads of the native kernels; default `auto`. No number depends on it. */
  readonly threads?: ThreadChoice;
}

export interface NewTraining extends TrainOptions {
  /** Decoded, with paths that are absolute or relative to the current folder. */
  readonly config: RunConfig;
  /** Folder that the run goes under: `<root>/.velo/runs/`. */
  readonly root: string;
  /** Folder that was reserved for it there; default: a new one. */
  readonly directory?: string;
}

export interface TrainResult {
  readonly runId: string;
  readonly directory: string;
  readonly config: RunConfig;
  readonly summary: RunSummary;
}

/**
 * Trains a new run to its end, or until the control says otherwise.
 * @throws UserError on a config, data, weights or device that will not do, before any folder is made, and
 *   UserError('disk') while it goes, after which the run is noted as failed
 */
export async function startTraining(options: NewTraining): Promise<TrainResult> {
  const { config, root, directory } = options;
  const prepared = await prepare(config, options.services);
  const { session, parts } = await openSession(config, prepared, options);
  const run = closingOnError(session, () => {
    const own = ownFile(config);
    if (own !== undefined) requireFiniteLoss(own, session, config.evaluate.split);
    return createRun(root, {
      config,
      environment: environmentOf(parts, options.services),
      summary: firstSummary(config),
      ...(directory === undefined ? {} : { directory }),
    });
  });
  const journal = new Journal({ run, numSteps: config.numSteps, now });
  // A run that is killed before its first periodic checkpoint can go on too.
  const begin = (): void => {
    const start: TrainingCheckpoint = { ...session.exportSnapshot(), progress: FRESH_PROGRESS };
    journal.checkpoint(start, 'running');
  };
  return closing(run, session, () =>
    work({ ...options, config, parts, session, run, journal, begin }),
  );
}

/**
 * Goes on with a run from its latest usable checkpoint; what was logged after it is dropped and done again.
 * @param directory  the run's folder
 * @throws UserError('run') where the run is over or another process writes it, UserError('checkpoint')
 */
export async function resumeTraining(
  directory: string,
  options: TrainOptions,
): Promise<TrainResult> {
  const record = readRun(directory);
  const { state } = record;
  if (state === 'finished' || state === 'diverged') {
    throw new UserError('run', `run ${record.id} is ${state}: there is nothing to resume`, {
      remedy: 'Start a new run from its config.json.',
    });
  }
  if (state === 'queued') {
    throw new UserError('run', `run ${record.id} has not begun: it waits for its turn`, {
      remedy: 'Open the folder in VS Code, where its queue goes on, or train its config.json.',
    });
  }
  const prepared = await prepareAgain(record, options.services);
  const { session, parts } = await openSession(record.config, prepared, options);
  const resumed = closingOnError(session, () => resumeRun(directory));
  const { run, config, checkpoint, warnings } = resumed;
  return closing(run, session, () => {
    const { progress, seconds, arrays } = readCheckpoint(checkpoint);
    session.importSnapshot({ step: checkpoint.step, arrays });
    const { metrics } = readRunMetrics(directory);
    const journal = new Journal({ run, numSteps: config.numSteps, now, metrics, seconds });
    const begin = (): void => {
      for (const text of warnings) options.onEvent?.({ type: 'warning', text });
      noteDevice(run, record.environment, environmentOf(parts, options.services), options);
    };
    return work({ ...options, config, parts, session, run, journal, begin, progress });
  });
}

/** The same task from the same files, where it comes from files. */
async function prepareAgain(
  { id, config, environment }: ReturnType<typeof readRun>,
  services: TrainServices,
): Promise<TrainingParts> {
  const own = ownFile(config);
  const before = environment?.taskFiles;
  const names = { what: `run ${id}`, task: 'its task' };
  // Before anything is made of them: what has changed says more than what it breaks.
  if (own !== undefined && before !== undefined) requireSameOnDisk(names, own, before);
  const prepared = await prepare(config, services);
  if (before !== undefined) requireSameFiles(names, before, prepared.taskFiles ?? []);
  return prepared;
}

async function prepare(config: RunConfig, services: TrainServices): Promise<TrainingParts> {
  const { dataDir, weightsDir, pickDevice: pick = pickDevice } = services;
  const dataset = await loadTaskData(config.task, { dataDir });
  const task = taskFrom(config.task, config.seed, dataset);
  checkEvaluation(config, task);
  const taskFiles = taskFilesOf(dataset);
  const own = ownFile(config);
  if (own !== undefined) requireRepeatable(own, task, config.seed);
  const prepared = createOptimizer(config.optimizer, config.numSteps, weightsDir);
  const { device, why } = await pick(config.device);
  return { task, prepared, device, why, ...(taskFiles === undefined ? {} : { taskFiles }) };
}

/** The file of a task of the user's own. */
function ownFile({ task }: RunConfig): string | undefined {
  const inner = innermostTask(task);
  return inner.family === 'user' ? inner.file : undefined;
}

/** The inner loop would find out too, but with the run's folder already made. */
function checkEvaluation(
  { evaluate: { split }, earlyStop }: RunConfig,
  { name, data, batch }: Task,
): void {
  if (earlyStop !== undefined && data === undefined) {
    throw new UserError('config', `earlyStop needs held-out data, which ${name} has not`, {
      remedy: 'Leave earlyStop out, or give the task data.',
    });
  }
  if (data === undefined || data.evaluationBatches(split) > 0) return;
  const batchSize = batch[0]?.shape[0] ?? 0;
  throw new UserError(
    'config',
    `evaluate.split ${split} of ${name} has ${data.size(split)} examples, expected at least one batch of ${batchSize}`,
    { remedy: 'Make the batch smaller or evaluate another split.' },
  );
}

interface Work extends TrainOptions {
  readonly config: RunConfig;
  readonly parts: TrainingParts;
  readonly session: TrainingSession;
  readonly run: RunWriter;
  readonly journal: Journal;
  /** What is to be written before the first step. */
  readonly begin: () => void;
  readonly progress?: Progress;
}

/** The training proper; what breaks it off is noted in the run. */
async function work(job: Work): Promise<TrainResult> {
  const { config, parts, session, run, journal, control, progress } = job;
  try {
    tellStart(job);
    job.begin();
    const trace = beginTrace(config, parts, run, session.step);
    for (const text of trace?.warnings ?? []) job.onEvent?.({ type: 'warning', text });
    const outcome = await innerTrain({
      session: timed(session, journal),
      plan: planOf(config, parts.task),
      listener: listenerOf(job),
      ...(control === undefined ? {} : { control }),
      ...(trace === undefined ? {} : { trace: trace.recorder }),
      ...(progress === undefined ? {} : { progress }),
    });
    const summary = journal.end(outcome);
    job.onEvent?.({ type: 'ended', summary });
    return { runId: run.id, directory: run.directory, config, summary };
  } catch (thrown) {
    journal.fail(session.step, thrown);
    throw thrown;
  }
}

function tellStart({ config, parts, session, run, onEvent }: Work): void {
  const { task, prepared, device, why } = parts;
  onEvent?.({
    type: 'started',
    runId: run.id,
    directory: run.directory,
    task: task.name,
    parameters: parameterCount(task),
    optimizer: prepared.optimizer.name,
    ...originOf(prepared),
    numSteps: config.numSteps,
    accumulate: prepared.accumulate,
    step: session.step,
    device: device.label,
    why,
  });
}

function planOf(config: RunConfig, task: Task): InnerTrainPlan {
  const { numSteps, logEvery, checkpointEvery, evaluate, earlyStop, targetLoss } = config;
  const { every, split, batches } = evaluate;
  return {
    numSteps,
    logEvery,
    checkpointEvery,
    ...(task.data === undefined ? {} : { evaluate: { every, splits: [split], batches } }),
    ...(earlyStop === undefined ? {} : { earlyStop }),
    ...(targetLoss === undefined ? {} : { targetLoss }),
  };
}

function listenerOf({ run, journal, session, onEvent, flushEveryMs }: Work): InnerTrainListener {
  // Also between single steps.
  let isHeld = false;
  return {
    onStep: (record) => {
      const metric = journal.step(record);
      onEvent?.({ type: 'step', ...metric });
    },
    onEvaluation: (record) => {
      const metric = journal.evaluation(record);
      onEvent?.({ type: 'evaluation', ...metric });
    },
    onTrace: (snapshot) => {
      run.appendTrace(snapshot);
      onEvent?.({ type: 'trace', step: snapshot.step });
    },
    onCheckpoint: (checkpoint, reason) => {
      journal.checkpoint(checkpoint, 'running');
      onEvent?.({ type: 'checkpoint', step: checkpoint.step, reason });
    },
    onHold: (step) => {
      isHeld = true;
      const summary = journal.hold(step);
      onEvent?.({ type: 'held', summary });
    },
    onRelease: (reason) => {
      if (reason === 'step') {
        journal.release();
        return;
      }
      isHeld = false;
      onEvent?.({ type: 'progress', summary: journal.goOn(session.step) });
    },
    breathe: createBreathe(
      every(flushEveryMs, () => {
        if (isHeld) return;
        const summary = journal.flush('running', session.step);
        onEvent?.({ type: 'progress', summary });
      }),
    ),
  };
}

/** What does something at most every so many milliseconds, however often it is called. */
function every(ms: number | undefined, act: () => void): () => void {
  let last = now();
  return () => {
    if (ms === undefined || now() - last < ms) return;
    last = now();
    act();
  };
}

/** Lets signals, timers and sockets in, but not after every step: a turn of the event loop costs too. */
function createBreathe(before: () => void): () => Promise<void> | undefined {
  let last = now();
  return () => {
    before();
    if (now() - last < BREATHE_AFTER_MS) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        last = now();
        resolve();
      });
    });
  };
}

/** How long a training may not be spoken to. */
const BLOCK_MS = 20;

/** What the loop needs of the session, with the time of its updates added up. */
function timed(session: TrainingSession, journal: Journal): LoopSession {
  return {
    get step() {
      return session.step;
    },
    advance: (probe) => journal.time(() => session.advance(probe)),
    get blockSteps() {
      return Math.min(session.blockSteps, journal.stepsWithin(BLOCK_MS));
    },
    advanceBlock: (count) => journal.timeBlock(session.step, () => session.advanceBlock(count)),
    evaluate: (split, maxBatches) => session.evaluate(split, maxBatches),
    exportSnapshot: () => session.exportSnapshot(),
  };
}

function environmentOf(
  { task, taskFiles, prepared, device }: TrainingParts,
  { version }: TrainServices,
): RunEnvironment {
  return {
    version,
    startedAt: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    device: device.label,
    task: task.name,
    parameters: parameterCount(task),
    ...(taskFiles === undefined ? {} : { taskFiles }),
    ...originOf(prepared),
  };
}

/** Which weights a learned optimizer has. */
function originOf({ weights }: PreparedOptimizer): Pick<RunEnvironment, 'weights'> {
  if (weights === undefined) return {};
  const { name, sha256, handMade } = weights;
  return { weights: { name, sha256, handMade } };
}

/** Says what is another thing than before: from here on the numbers may not be those of one whole run. */
function noteDevice(
  run: RunWriter,
  before: RunEnvironment | undefined,
  current: RunEnvironment,
  { onEvent }: TrainOptions,
): void {
  const warn = (text: string): void => onEvent?.({ type: 'warning', text });
  if (before !== undefined && before.device !== current.device) {
    warn(
      `the run began on ${before.device} and goes on on ${current.device}: last digits may differ`,
    );
  }
  if (before?.weights !== undefined && before.weights.sha256 !== current.weights?.sha256) {
    warn(`the weights ${before.weights.name} are not those that the run began with`);
  }
  run.writeEnvironment(
    before === undefined ? current : { ...current, startedAt: before.startedAt },
  );
}

function firstSummary({ numSteps }: RunConfig): RunSummary {
  return { state: 'running', step: 0, numSteps, trainLoss: null, seconds: 0, msPerStep: null };
}

function parameterCount({ params }: Task): number {
  return params.reduce((total, { shape }) => total + sizeOf(shape), 0);
}

function closingOnError<T>(session: TrainingSession, make: () => T): T {
  try {
    return make();
  } catch (thrown) {
    session.dispose();
    throw thrown;
  }
}

/** Whatever happens, the session is freed and the run closed. */
async function closing<T>(
  run: RunWriter,
  session: TrainingSession,
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use();
  } finally {
    session.dispose();
    run.close();
  }
}

function now(): number {
  return performance.now();
}
