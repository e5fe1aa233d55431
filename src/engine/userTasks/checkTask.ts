/** Everything that can be said of a person's task before it is trained, in the order in which it is found out. */
import { isDeepStrictEqual } from 'node:util';
import { UserError, formatShape, sizeOf } from '../../base/index';
import { createSession, gradientGraph, taskCost } from '../../core/index';
import type { Device, Task, TrainingSession } from '../../core/index';
import { parseRunConfigText } from '../../protocol/index';
import { createOptimizer } from '../jobs/createOptimizer';
import { loadTaskData, taskFrom } from '../jobs/createTask';
import { NUM_STEPS, durationText } from './finding';
import type { TaskFinding } from './finding';
import { checkGradient } from './gradientCheck';
import type { UserTaskConfig } from './loadUserTask';
import { forecastPopulation } from './populationForecast';
import { requireFiniteLoss, requireRepeatable } from './quickCheck';

export interface TaskCheckOptions {
  readonly config: UserTaskConfig;
  readonly device: Device;
  readonly dataDir: string;
  readonly weightsDir: string;
  readonly seed: number;
  /** Says what so many trainings at once would take, too. */
  readonly members?: number;
  /** The program of a worker thread, where it isn't the one beside this program. */
  readonly workerScript?: string;
}

const SPLITS = ['train', 'innerValid', 'outerValid', 'test'] as const;
/** Of the trial of each optimizer. */
const TRIAL_MS = 200;

/**
 * Yields what is found as it is found.
 * @throws UserError at the first thing that will not do: file and line, what was expected, what came
 */
export async function* checkTask(options: TaskCheckOptions): AsyncGenerator<TaskFinding> {
  const { config, device, dataDir, seed } = options;
  const { file } = config;
  const source = await loadTaskData(config, { dataDir });
  const files = source !== undefined && 'modules' in source ? source.modules.length : 0;
  yield { what: 'file', text: `${files} ${files === 1 ? 'file' : 'files'} read` };
  const task = taskFrom(config, seed, source);
  yield { what: 'parameters', text: parametersText(task) };
  yield* dataFindings(task);
  requireRepeatable(file, task, seed);
  yield { what: 'repeatable', text: 'initial parameters and batches are the same twice' };
  const whyEager = yield* lossFindings(options, task);
  if (whyEager === undefined && device.kernels !== undefined) {
    const { checked, worst } = checkGradient(file, task, device.kernels, seed);
    const digits =
      worst === 0 ? 'as exact as float32 is' : `off by ${worst.toPrecision(1)} at most`;
    yield {
      what: 'gradient',
      text: `as differences of the loss say, at ${checked} numbers; ${digits}`,
    };
    const { flops, bytes } = taskCost(task);
    const text = `${(bytes / 2 ** 20).toFixed(1)} MB and ${(flops / 1e6).toFixed(2)} million operations for a gradient`;
    yield { what: 'cost', text };
  }
  yield* speedFindings(options, task);
  yield* populationFindings(options);
}

async function* populationFindings(options: TaskCheckOptions): AsyncGenerator<TaskFinding> {
  const { members, device } = options;
  if (members === undefined) return;
  if (device.kernels === undefined) {
    const text = `${device.name} runs no populations; choose native or wasm`;
    yield { what: `${members} members`, text, isWarning: true };
    return;
  }
  yield* forecastPopulation({ ...options, members, device: device.name });
}

function parametersText({ params }: Task): string {
  const total = params.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const named = params.slice(0, 6).map(({ name, shape }) => `${name} ${formatShape(shape)}`);
  const more = params.length > 6 ? `, and ${params.length - 6} more` : '';
  return `${total.toLocaleString('en')} numbers: ${named.join(', ')}${more}`;
}

function* dataFindings({ data, batch }: Task): Generator<TaskFinding> {
  if (data === undefined) {
    yield { what: 'data', text: 'none: the loss depends on the parameters alone' };
    return;
  }
  const arrays = batch.map(
    ({ name, shape, dtype = 'float32' }) => `${name} ${dtype} ${formatShape(shape)}`,
  );
  yield { what: 'batch', text: arrays.join(', ') };
  const counts = SPLITS.map((split) => `${split} ${data.evaluationBatches(split)}`);
  yield { what: 'splits', text: `batches: ${counts.join(', ')}` };
  const absent = SPLITS.filter((split) => data.evaluationBatches(split) === 0);
  if (absent.length === 0) return;
  const text = `${absent.join(', ')} cannot be evaluated: not one whole batch`;
  yield { what: 'splits', text, isWarning: true };
}

/** @returns why the task runs operation by operation; undefined where it is compiled */
function* lossFindings(
  { config: { file }, device, weightsDir, seed }: TaskCheckOptions,
  task: Task,
): Generator<TaskFinding, string | undefined> {
  const { session, why } = opened(task, device, 'sgd', { weightsDir, seed });
  try {
    const split =
      task.data === undefined || task.data.evaluationBatches('train') > 0 ? 'train' : 'innerValid';
    requireFiniteLoss(file, session, split);
    const { loss } = session.evaluate(split, 1);
    yield { what: 'loss', text: `${loss.toPrecision(5)} at the initial parameters` };
  } finally {
    session.dispose();
  }
  if (device.kernels === undefined) return 'no kernels';
  if (why !== undefined) {
    const text = `${why}; it runs as single tfjs operations, which is ten times slower or more`;
    yield { what: 'compiled', text, isWarning: true };
    return why;
  }
  if (!isDeepStrictEqual(gradientGraph(task), gradientGraph(task))) {
    throw new UserError(
      'config',
      `${file}: the loss computes something else when it is called again`,
      {
        remedy: 'Let it depend on its arguments alone: no counters, no variables outside of it.',
      },
    );
  }
  yield {
    what: 'compiled',
    text: `for ${device.label}; the loss is the same computation each time`,
  };
  return undefined;
}

function* speedFindings(
  { device, weightsDir, seed }: TaskCheckOptions,
  task: Task,
): Generator<TaskFinding> {
  for (const name of ['adam', 'velo'] as const) {
    const { session } = opened(task, device, name, { weightsDir, seed });
    const ms = msPerStep(session);
    session.dispose();
    const whole = durationText((ms * NUM_STEPS) / 1000);
    yield {
      what: `with ${name}`,
      text: `${ms.toPrecision(3)} ms a step, ${whole} for ${NUM_STEPS} steps`,
    };
  }
}

function msPerStep(session: TrainingSession): number {
  session.advance();
  const began = performance.now();
  let steps = 0;
  do {
    session.advance();
    steps += 1;
  } while (performance.now() - began < TRIAL_MS);
  return (performance.now() - began) / steps;
}

function opened(
  task: Task,
  device: Device,
  name: 'adam' | 'sgd' | 'velo',
  { weightsDir, seed }: Pick<TaskCheckOptions, 'weightsDir' | 'seed'>,
): { session: TrainingSession; why: string | undefined } {
  const asked = JSON.stringify({ task: { family: 'beale' }, optimizer: { name } });
  const { optimizer } = createOptimizer(parseRunConfigText(asked).optimizer, NUM_STEPS, weightsDir);
  let why: string | undefined;
  const session = createSession({
    task,
    optimizer,
    seed,
    ...(device.kernels === undefined ? {} : { kernels: device.kernels }),
    onFallback: (reason) => {
      why = reason;
    },
  });
  return { session, why };
}
