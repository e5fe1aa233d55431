/** What a population is asked and what it answers. */
import type { UserError } from '../../base/index';
import type { EvaluatedPoint, EvaluationRequest, Perturbation, Theta } from '../../core/index';
import type { DeviceName, OptimizerConfig, TaskConfig } from '../../protocol/index';
import type { Assignment } from './messages';

/** By its config, or learned weights with the standard deviation by which members' are moved away from them. */
export type PopulationOptimizer =
  { readonly config: OptimizerConfig } | { readonly theta: Theta; readonly sd: Float32Array };

export interface PopulationOptions {
  readonly tasks: readonly TaskConfig[];
  readonly optimizers: readonly PopulationOptimizer[];
  /** Number of members: 0 … members-1. */
  readonly members: number;
  /** One with kernels; default `auto`. */
  readonly device?: DeviceName;
  /** Threads; default: one for each core. */
  readonly workers?: number;
  readonly dataDir: string;
  readonly weightsDir: string;
  /** Bytes that all of it may take; default: two thirds of what is free. */
  readonly memoryLimit?: number;
  readonly onEvent?: (event: PopulationEvent) => void;
  /** The program of a worker thread, where it isn't the one beside this program. */
  readonly workerScript?: string;
}

export interface PopulationEvent {
  /** A worker broke down while one of these had its turn; they go on from where they stood. */
  readonly type: 'workerLost';
  readonly members: readonly string[];
  readonly message: string;
}

export interface MemberJob {
  readonly member: number;
  /** Begins anew, with this; the first job of a member has to. */
  readonly begin?: Assignment;
  /** Weights from now on; a learned optimizer's member that has none yet gets those of the centre. */
  readonly perturbation?: Perturbation;
  /** Inner steps, ≥ 0. */
  readonly steps: number;
  readonly evaluate?: EvaluationRequest;
  /** A larger loss counts as one that is not finite: the member has diverged. Seen at the latest 64 steps later. */
  readonly worstLoss?: number;
  /** Goes on from where this member stands instead of its own place; it has to have the same assignment. */
  readonly from?: number;
  /** Nothing of the member is kept: its turn needs no memory beyond that of a worker, and its next job has to begin. */
  readonly ends?: true;
}

export interface MemberResult {
  readonly member: number;
  /** Inner steps since its beginning. */
  readonly step: number;
  /** f32[steps]; from the first that is not finite on NaN. */
  readonly losses: Float32Array;
  readonly diverged: boolean;
  /** As `evaluate` of the job wanted them. */
  readonly points: readonly EvaluatedPoint[];
  /** Wall-clock time of the steps, evaluations and what comes before and after a turn apart; NaN without a turn. */
  readonly seconds: number;
  /** Why the member had no turn; it stands where it stood. The cause is the same without its name. */
  readonly error?: UserError;
}

export interface RoundOptions {
  /** Jobs are begun by how long they take, so that workers end together; else in their order. */
  readonly longestFirst?: boolean;
  /** Gives the round up: every member stands where it stood. */
  readonly signal?: AbortSignal;
  /** Told as they come in, in any order; a round that is given up later takes them back. */
  readonly onResult?: (result: MemberResult) => void;
}

/** What a round takes; of all members at once where the assignments are theirs. */
export interface Forecast {
  /** Bytes of the members' images, old and new ones; of the workers' arenas; of the data that they share. */
  readonly memberBytes: number;
  readonly workerBytes: number;
  readonly sharedBytes: number;
  readonly limitBytes: number;
  /** Of `steps` inner steps for each assignment, on all workers. */
  readonly seconds: number;
  /** Of a worker planning for one of them: the lower quartile, for the first plans are made by code that is not warm yet. */
  readonly planSeconds: number;
}

/** All that a member is. */
export interface MemberSnapshot {
  readonly assignment: Assignment;
  readonly perturbation?: Perturbation;
  readonly step: number;
  /** f32, in the layout of this version. */
  readonly image: Float32Array;
}
