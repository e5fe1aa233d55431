/**
 * Many small trainings at once, on all cores: each member has its own task sample, order of data, optimizer state and,
 * where the optimizer is learned, its own weights. What a member carries on lies in memory that all threads see, so any
 * worker can give it its next turn, and a worker that dies takes nothing with it. A round is all or nothing, and its
 * numbers are the same for any number of workers.
 */
import { availableParallelism, freemem } from 'node:os';
import { UserError, invariant } from '../../base/index';
import { flatTheta, thetaWords } from '../../core/index';
import type { DeviceName, TaskConfig, TaskFiles } from '../../protocol/index';
import { pickDevice } from '../devices/devices';
import type { TaskDataset } from '../jobs/createTask';
import { taskFilesOf } from '../userTasks/taskFiles';
import type {
  Forecast,
  MemberJob,
  MemberResult,
  MemberSnapshot,
  PopulationOptimizer,
  PopulationOptions,
  RoundOptions,
} from './contract';
import { Members } from './members';
import { kindOf, optimizerKinds } from './kinds';
import type { Assignment, PopulationTask, SharedOptimizer, SharedTask, Trial } from './messages';
import { playRound } from './round';
import { shareTasks, sharedBytesOf, sharedFloats } from './sharedMemory';
import { PopulationWorkers } from './workers';

const MEMORY_SHARE = 2 / 3;
/** Of the limit: for weights in images, and for arenas that are not in use. */
const THETA_SHARE = 1 / 2;
const ARENA_SHARE = 1 / 8;

/**
 * @throws UserError('config') on numbers out of range, UserError('data'), UserError('device') where no kernels work
 */
export async function openPopulation(options: PopulationOptions): Promise<Population> {
  requireCount('members', options.members);
  const workers = requireCount('workers', options.workers ?? availableParallelism());
  const { device } = await pickDevice(options.device ?? 'auto');
  if (device.kernels === undefined) {
    throw new UserError('device', `${device.name} runs no populations, expected native or wasm`, {
      remedy: 'Choose native or wasm.',
    });
  }
  const tasks = await shareTasks(options.tasks, options.dataDir);
  return new Population(options, { workers, device: device.name, label: device.label, tasks });
}

function requireCount(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new UserError('config', `${name} must be an integer of at least 1, got ${value}`);
}

interface Opened {
  readonly workers: number;
  readonly device: DeviceName;
  readonly label: string;
  readonly tasks: SharedTask[];
}

export class Population {
  /** Name and instruction set of the kernels. */
  readonly device: string;
  readonly #options: PopulationOptions;
  readonly #limit: number;
  readonly #task: PopulationTask;
  readonly #workers: PopulationWorkers;
  readonly #members: Members;
  /** Of each optimizer's centre. */
  readonly #versions: number[];
  readonly #trials = new Map<string, Promise<Trial>>();
  #isBusy = false;

  constructor(options: PopulationOptions, { workers, device, label, tasks }: Opened) {
    const { memoryLimit = MEMORY_SHARE * freemem(), members, weightsDir } = options;
    const optimizers = options.optimizers.map(shareOptimizer);
    this.device = label;
    this.#options = options;
    this.#limit = memoryLimit;
    this.#task = {
      kind: 'population',
      device,
      weightsDir,
      tasks,
      optimizers,
      optimizerKinds: optimizerKinds(optimizers),
      keepsTheta: thetaBytes(optimizers) * 2 * members <= THETA_SHARE * memoryLimit,
      arenaBytes: (ARENA_SHARE * memoryLimit) / workers,
      cancelled: new Int32Array(new SharedArrayBuffer(4)),
    };
    this.#versions = optimizers.map(() => 0);
    this.#members = new Members(this.#task, members, this.#versions);
    this.#workers = new PopulationWorkers(workers, this.#task, options.workerScript);
  }

  /** What the user's own tasks were read from, in the order of the tasks; undefined for others. */
  get taskFiles(): readonly (TaskFiles | undefined)[] {
    return this.#task.tasks.map(({ dataset }) => taskFilesOf(dataset));
  }

  /** Threads that members take their turns on. */
  get workers(): number {
    return this.#workers.count;
  }

  /**
   * New weights that perturbations go out from, from the next round on.
   * @param optimizer  index of a learned one
   * @param sd  absent: as they are
   */
  setCentre(optimizer: number, theta: Float32Array, sd?: Float32Array): void {
    invariant(!this.#isBusy, 'the centre moves between rounds');
    const source = this.#task.optimizers[optimizer];
    invariant(source !== undefined && !('config' in source), 'only learned weights have a centre');
    source.theta.set(theta);
    if (sd !== undefined) source.sd.set(sd);
    this.#versions[optimizer]! += 1;
  }

  /**
   * A task more, for members that begin from now on.
   * @returns its index among the tasks
   * @throws UserError('data')
   */
  async addTask(config: TaskConfig): Promise<number> {
    const [task] = await shareTasks([config], this.#options.dataDir);
    return this.#task.tasks.push(task!) - 1;
  }

  /** What a task reads, in memory that all threads share; undefined where it reads nothing. */
  dataOf(task: number): TaskDataset | undefined {
    return this.#task.tasks[task]?.dataset;
  }

  /**
   * One turn for each job, at most one a member.
   * @returns in the order of the jobs
   * @throws UserError('config') on a job that cannot be, UserError('device') where the members need more memory than they
   *   may have, the signal's reason where the round is given up; every member stands where it stood then
   */
  async run(jobs: readonly MemberJob[], options: RoundOptions = {}): Promise<MemberResult[]> {
    invariant(!this.#isBusy, 'a round at a time');
    this.#isBusy = true;
    const { cancelled } = this.#task;
    const giveUp = (): void => void Atomics.store(cancelled, 0, 1);
    try {
      options.signal?.throwIfAborted();
      options.signal?.addEventListener('abort', giveUp);
      await this.#requireRoom(jobs);
      const { onEvent } = this.#options;
      const results = await playRound(jobs, {
        workers: this.#workers,
        members: this.#members,
        longestFirst: options.longestFirst ?? false,
        ...(onEvent === undefined ? {} : { onEvent }),
        ...(options.onResult === undefined ? {} : { onResult: options.onResult }),
      });
      options.signal?.throwIfAborted();
      this.#members.commit();
      return results;
    } finally {
      this.#members.rollBack();
      options.signal?.removeEventListener('abort', giveUp);
      Atomics.store(cancelled, 0, 0);
      this.#isBusy = false;
    }
  }

  /**
   * What a round of `steps` inner steps would take when the members have these assignments, found out by a short trial
   * of each kind on one worker.
   * @throws UserError('config' | 'task' | 'device') where one cannot be had
   */
  async forecast(assignments: readonly Assignment[], steps: number): Promise<Forecast> {
    const trials: Trial[] = [];
    for (const assignment of assignments) trials.push(await this.#trial(assignment));
    const turn = ({ secondsPerStep, secondsPerPerturbation }: Trial): number =>
      secondsPerStep * steps + secondsPerPerturbation;
    return {
      ...this.#bytesOf(trials),
      limitBytes: this.#limit,
      seconds: sum(trials.map(turn)) / Math.min(this.workers, Math.max(1, trials.length)),
      planSeconds: lowerQuartile(trials.map(({ secondsPerPlan }) => secondsPerPlan)),
    };
  }

  /** A copy of all that a member is; undefined before its first turn. */
  snapshot(member: number): MemberSnapshot | undefined {
    return this.#members.snapshot(member);
  }

  /** Puts a member where another stood. @throws UserError('config') on an assignment that cannot be */
  restore(member: number, snapshot: MemberSnapshot): void {
    invariant(!this.#isBusy, 'members are restored between rounds');
    this.#members.restore(member, snapshot);
  }

  async close(): Promise<void> {
    await this.#workers.close();
  }

  /** @param passing  of members that end with their turn */
  #bytesOf(
    trials: readonly Trial[],
    passing: readonly Trial[] = [],
  ): Omit<Forecast, 'limitBytes' | 'seconds' | 'planSeconds'> {
    const arenas = [...new Set([...trials, ...passing])].map(({ arenaBytes }) => arenaBytes);
    const kept = Math.max(this.#task.arenaBytes, ...arenas);
    return {
      memberBytes: 2 * sum(trials.map(({ imageBytes }) => imageBytes)),
      workerBytes: this.workers * Math.min(sum(arenas), kept),
      sharedBytes: sharedBytesOf(this.#task),
    };
  }

  /** Before members begin that there is no room for. Those that cannot be at all get their errors in their turns. */
  async #requireRoom(jobs: readonly MemberJob[]): Promise<void> {
    if (jobs.every(({ begin }) => begin === undefined)) return;
    const { kept, passing } = this.#members.assignmentsWith(jobs);
    const trials = await this.#trialsOf(kept);
    const bytes = this.#bytesOf(trials, await this.#trialsOf(passing));
    const { memberBytes, workerBytes, sharedBytes } = bytes;
    const needed = memberBytes + workerBytes + sharedBytes;
    if (needed <= this.#limit) return;
    const [wanted, limit] = [needed, this.#limit].map((bytes) => Math.ceil(bytes / 2 ** 20));
    throw new UserError(
      'device',
      `${trials.length} members need ${wanted} MB on ${this.workers} workers, expected at most ${limit}`,
      { remedy: 'Have fewer members or workers, or allow more memory.' },
    );
  }

  /** Of those that can be; members that bring their own config are for whoever draws it to count. */
  async #trialsOf(assignments: readonly Assignment[]): Promise<Trial[]> {
    const trials: Trial[] = [];
    for (const assignment of assignments.filter(({ config }) => config === undefined)) {
      const trial = await this.#trial(assignment).catch(() => undefined);
      if (trial !== undefined) trials.push(trial);
    }
    return trials;
  }

  /** Each kind is tried once, also where several want to know at the same time. */
  #trial(assignment: Assignment): Promise<Trial> {
    const key = kindOf(this.#task, assignment);
    const known = this.#trials.get(key);
    if (known !== undefined) return known;
    const trial = this.#try(assignment);
    this.#trials.set(key, trial);
    trial.catch(() => this.#trials.delete(key));
    return trial;
  }

  async #try(assignment: Assignment): Promise<Trial> {
    const trial = await this.#workers.try(assignment, this.#members.known);
    this.#members.noteSeconds(assignment, trial.secondsPerStep);
    return trial;
  }
}

/** 0 of none. */
function lowerQuartile(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 4)] ?? 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function shareOptimizer(optimizer: PopulationOptimizer): SharedOptimizer {
  if ('config' in optimizer) return optimizer;
  const { theta, sd } = optimizer;
  return {
    architecture: theta.architecture,
    theta: sharedFloats(flatTheta(theta)),
    sd: sharedFloats(sd),
  };
}

/** Of the largest weights that a member may have of its own. */
function thetaBytes(optimizers: readonly SharedOptimizer[]): number {
  const words = optimizers.map((one) => ('config' in one ? 0 : thetaWords(one.architecture)));
  return 4 * Math.max(0, ...words);
}
