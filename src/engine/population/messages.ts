/** What passes between a population and its worker threads: plain data, both ends from one build. */
import type {
  Architecture,
  EvaluatedPoint,
  EvaluationRequest,
  Perturbation,
  Variation,
} from '../../core/index';
import type { DeviceName, EngineError, OptimizerConfig, TaskConfig } from '../../protocol/index';
import type { TaskDataset } from '../jobs/createTask';
import type { PieceQueue } from './pieceQueue';

/** A task with what it needs from the disk, in memory that all threads share. */
export interface SharedTask {
  readonly config: TaskConfig;
  readonly dataset?: TaskDataset;
}

/**
 * An optimizer by its config, or a learned one by its centre: weights that members are moved away from, with the
 * standard deviation of each, in the order of `flatTheta`. Both arrays lie in shared memory.
 */
export type SharedOptimizer =
  | { readonly config: OptimizerConfig }
  | {
      readonly architecture: Architecture;
      readonly theta: Float32Array;
      readonly sd: Float32Array;
    };

/** What every worker is told when it starts. */
export interface PopulationTask {
  readonly kind: 'population';
  readonly device: DeviceName;
  readonly weightsDir: string;
  /** Grows at its end. */
  readonly tasks: SharedTask[];
  readonly optimizers: readonly SharedOptimizer[];
  /** For each optimizer the first one that differs from it in numbers of a step alone. */
  readonly optimizerKinds: readonly number[];
  /** Whether members' images hold their weights. */
  readonly keepsTheta: boolean;
  /** Most bytes of a worker's arenas beyond the one in use. */
  readonly arenaBytes: number;
  /** i32[1] in shared memory: not 0 once all turns are given up. */
  readonly cancelled: Int32Array;
}

/** What a member trains. */
export interface Assignment {
  /** Index among the tasks. */
  readonly task: number;
  /** What is trained in place of that task's config, on that task's data. */
  readonly config?: TaskConfig;
  /** What sets this training apart from others with the same config; default: nothing. */
  readonly variation?: Variation;
  /** Index among the optimizers. */
  readonly optimizer: number;
  /** Integer 0 … 2^32-1: initial parameters, order of the data, randomness in the loss. */
  readonly seed: number;
  /** Inner steps that are announced to the optimizer, ≥ 1. */
  readonly numSteps: number;
}

export interface TurnMessage {
  readonly assignment: Assignment;
  /** Absent at the member's beginning. */
  readonly from?: { readonly step: number; readonly image: SharedArrayBuffer };
  readonly perturbation?: Perturbation;
  readonly steps: number;
  readonly evaluate?: EvaluationRequest;
  readonly worstLoss?: number;
  /** No image is wanted. */
  readonly ends?: true;
  /** Memory for the new image, where there is some. */
  readonly spare?: SharedArrayBuffer;
  /** Index of the piece that goes on from the new image. */
  readonly next?: number;
}

/** What every worker of a round is given at once: each takes the next piece that nobody has, until there is none. */
export interface Round {
  /** Turns that are played one after the other. */
  readonly pieces: readonly (readonly TurnMessage[])[];
  /** Tasks that have come since the population was opened, and the index of the first of them. */
  readonly added: { readonly first: number; readonly tasks: readonly SharedTask[] };
  /** Which centre of each optimizer they go out from. */
  readonly versions: readonly number[];
  readonly queue: PieceQueue;
  /** i32[pieces] in shared memory: 1 + the number of the worker that has taken it, 0 as long as nobody has. */
  readonly takers: Int32Array;
}

/** A piece is done. */
export interface PieceReply {
  readonly piece: number;
  readonly replies: readonly TurnReply[];
}

export type TurnReply =
  | {
      readonly step: number;
      readonly losses: Float32Array;
      readonly diverged: boolean;
      readonly points: readonly EvaluatedPoint[];
      /** Absent where the turn ended the member. */
      readonly image?: SharedArrayBuffer;
      /** How long the steps took. */
      readonly stepSeconds: number;
      /** How long the turn took. */
      readonly turnSeconds: number;
    }
  | { readonly error: EngineError }
  | { readonly cancelled: true };

/** Whether there is anything to do after this part of a turn. */
export function goesOn(reply: TurnReply): boolean {
  return 'step' in reply && !reply.diverged;
}

/** What a turn costs, found out by trying. */
export interface Trial {
  /** Bytes of a member's image, and of the arena that a worker needs for members like it. */
  readonly imageBytes: number;
  readonly arenaBytes: number;
  readonly secondsPerStep: number;
  /** Of making and packing perturbed weights; 0 where there are none. */
  readonly secondsPerPerturbation: number;
  /** Of planning, on a worker that has no plan of its kind. */
  readonly secondsPerPlan: number;
}

export type TrialReply = Trial | { readonly error: EngineError };
