/** The worker's end of a population: keeps the stages that it has needed and lets members take their turns. */
import { LRUCache } from 'lru-cache';
import {
  MemberStage,
  createLearnedOptimizer,
  thetaOf,
  variedOptimizer,
  variedTask,
} from '../../core/index';
import type { KernelRuntime, Optimizer, StepOwner, Task } from '../../core/index';
import { toEngineError } from '../../protocol/index';
import { createOptimizer } from '../jobs/createOptimizer';
import { taskFrom } from '../jobs/createTask';
import { kindOf } from './kinds';
import type {
  Assignment,
  PopulationTask,
  Round,
  Trial,
  TrialReply,
  TurnMessage,
  TurnReply,
} from './messages';

/** Trainings whose order of batches is kept for their next turn, and optimizers. */
const TASKS_KEPT = 512;
/** The same of members that end with their turn: for the other side of a pair. */
const PASSING_KEPT = 4;
/** How long a trial may take at least. */
const TRIAL_MS = 40;

interface Stage {
  readonly stage: MemberStage;
  /** Of the centre that it goes out from. */
  version: number;
}

export class MemberHost {
  readonly #task: PopulationTask;
  readonly #kernels: KernelRuntime;
  readonly #stages: LRUCache<string, Stage>;
  readonly #trainings = new LRUCache<string, Task>({ max: TASKS_KEPT });
  readonly #passing = new LRUCache<string, Task>({ max: PASSING_KEPT });
  readonly #optimizers = new LRUCache<string, Optimizer>({ max: TASKS_KEPT });

  constructor(task: PopulationTask, kernels: KernelRuntime) {
    this.#task = task;
    this.#kernels = kernels;
    const maxSize = Math.max(1, Math.floor(task.arenaBytes));
    // One that is too large for it is kept alone.
    const sizeCalculation = ({ stage }: Stage): number => Math.min(maxSize, 4 * stage.arenaWords);
    this.#stages = new LRUCache({ maxSize, sizeCalculation });
  }

  /** Takes over those that it has not. */
  learn({ first, tasks }: Round['added']): void {
    const known = this.#task.tasks;
    known.push(...tasks.slice(known.length - first));
  }

  play(turns: readonly TurnMessage[], versions: readonly number[]): TurnReply[] {
    return turns.map((turn) => this.#reply(turn, versions));
  }

  /** What turns of a member like this one cost. */
  try(assignment: Assignment, versions: readonly number[]): TrialReply {
    try {
      return this.#try(assignment, versions);
    } catch (thrown) {
      this.#stages.delete(kindOf(this.#task, assignment));
      return { error: toEngineError(thrown) };
    }
  }

  #try(assignment: Assignment, versions: readonly number[]): Trial {
    const beforePlan = performance.now();
    const stage = this.#stage(assignment, versions);
    const secondsPerPlan = (performance.now() - beforePlan) / 1000;
    const owner = this.#owner(assignment);
    const learned = !('config' in this.#task.optimizers[assignment.optimizer]!);
    const perturbation = { key: [0, 0, 0, 0], sign: 0 } as const;
    const image = new Float32Array(stage.imageWords);
    const secondsOf = (steps: number, isMoved: boolean): number => {
      const begin = performance.now();
      stage.run({
        owner,
        from: { step: 0, image },
        steps,
        ...(isMoved ? { perturbation } : {}),
      });
      return (performance.now() - begin) / 1000;
    };
    stage.run({ owner, steps: 1, ...(learned ? { perturbation } : {}) });
    stage.save(image);
    let steps = 1;
    let seconds = secondsOf(steps, learned);
    while (seconds * 1000 < TRIAL_MS && steps < assignment.numSteps) {
      steps *= 2;
      seconds = secondsOf(steps, learned);
    }
    return {
      imageBytes: 4 * stage.imageWords,
      arenaBytes: 4 * stage.arenaWords,
      secondsPerStep: seconds / steps,
      secondsPerPerturbation: learned ? secondsOf(0, true) : 0,
      secondsPerPlan,
    };
  }

  #reply(turn: TurnMessage, versions: readonly number[]): TurnReply {
    try {
      return this.#play(turn, versions);
    } catch (thrown) {
      // Whatever broke off may have left the arena in pieces.
      this.#stages.delete(kindOf(this.#task, turn.assignment));
      return { error: toEngineError(thrown) };
    }
  }

  #play(turn: TurnMessage, versions: readonly number[]): TurnReply {
    const { assignment, from, perturbation, steps, evaluate, worstLoss, ends, spare } = turn;
    const begin = performance.now();
    const stage = this.#stage(assignment, versions);
    const outcome = stage.run({
      owner: this.#owner(assignment, ends === true),
      steps,
      ...(from === undefined ? {} : { from: { ...from, image: new Float32Array(from.image) } }),
      ...(perturbation === undefined ? {} : { perturbation }),
      ...(evaluate === undefined ? {} : { evaluate }),
      ...(worstLoss === undefined ? {} : { worstLoss }),
      clock: () => performance.now(),
      isCancelled: () => Atomics.load(this.#task.cancelled, 0) !== 0,
    });
    if (outcome === undefined) return { cancelled: true };
    const { seconds: stepSeconds, ...played } = outcome;
    const image = ends === true ? {} : { image: saved(stage, spare) };
    const turnSeconds = (performance.now() - begin) / 1000;
    return { ...played, ...image, stepSeconds, turnSeconds };
  }

  #stage(assignment: Assignment, versions: readonly number[]): MemberStage {
    const key = kindOf(this.#task, assignment);
    const version = versions[assignment.optimizer] ?? 0;
    const source = this.#task.optimizers[assignment.optimizer]!;
    const known = this.#stages.get(key);
    if (known !== undefined) {
      if (!('config' in source) && known.version !== version) known.stage.setCentre(source);
      known.version = version;
      return known.stage;
    }
    const stage = new MemberStage({
      owner: this.#owner(assignment),
      kernels: this.#kernels,
      keepsTheta: this.#task.keepsTheta,
      ...('config' in source ? {} : { centre: source }),
    });
    this.#stages.set(key, { stage, version });
    return stage;
  }

  #owner(assignment: Assignment, isPassing = false): StepOwner {
    return {
      task: this.#training(assignment, isPassing ? this.#passing : this.#trainings),
      optimizer: this.#optimizer(assignment),
      seed: assignment.seed,
    };
  }

  #training(
    { task, config: own, variation, seed }: Assignment,
    known: LRUCache<string, Task>,
  ): Task {
    const { config, dataset } = this.#task.tasks[task]!;
    const name = JSON.stringify([own, variation]);
    return kept(known, `${task}/${seed}${name}`, () => {
      const plain = taskFrom(own ?? config, seed, dataset);
      return variation === undefined ? plain : variedTask(plain, variation, seed);
    });
  }

  #optimizer({ optimizer, numSteps, variation = {} }: Assignment): Optimizer {
    const source = this.#task.optimizers[optimizer]!;
    const delay = variation.gradient?.delay ?? 0;
    return kept(this.#optimizers, `${optimizer}/${numSteps}/${delay}`, () => {
      const plain =
        'config' in source
          ? createOptimizer(source.config, numSteps, this.#task.weightsDir).optimizer
          : createLearnedOptimizer({ theta: thetaOf(source.architecture, source.theta), numSteps });
      return variedOptimizer(plain, variation);
    });
  }
}

function kept<T extends object>(cache: LRUCache<string, T>, key: string, make: () => T): T {
  const known = cache.get(key) ?? make();
  cache.set(key, known);
  return known;
}

function saved(stage: MemberStage, spare: SharedArrayBuffer | undefined): SharedArrayBuffer {
  const bytes = 4 * stage.imageWords;
  const image = spare?.byteLength === bytes ? spare : new SharedArrayBuffer(bytes);
  stage.save(new Float32Array(image));
  return image;
}
