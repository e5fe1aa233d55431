/**
 * The contract of every optimizer, written in tfjs ops as pure functions over explicit state: it runs on
 * each tfjs backend, can be differentiated and captured. An optimizer that also has fused kernels says so
 * with `fused`; both forms use the same state names and shapes, so a checkpoint fits either.
 */
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { FloatArray, NamedFloats, TensorSpec } from '../../base/index';
import type { Arena, KernelRuntime } from '../compute/kernelRuntime';
import type { Span } from '../compute/span';
import type { Stage } from '../compute/stages';
import type { StepRow } from '../compute/stepRow';

export type TensorDict = Readonly<Record<string, Tensor>>;

/** What one update sees. Nothing in it is mutated or disposed by the optimizer. */
export interface UpdateInput {
  readonly params: TensorDict;
  /** Same names and shapes as `params`. */
  readonly grads: TensorDict;
  /** Loss of the batch that gave `grads`, before the update. */
  readonly loss: Scalar;
  readonly state: TensorDict;
  /** `scalars(step)` of the optimizer, as tensors. */
  readonly scalars: TensorDict;
}

export interface UpdateResult {
  readonly params: TensorDict;
  readonly state: TensorDict;
  /** What a recurrent optimizer computed on the way; not part of its state. */
  readonly trace?: RecurrentTrace<Tensor>;
}

/** What a recurrent optimizer had for each of n tensors in one update, rows in the order of the params. */
export interface RecurrentTrace<A> {
  /** f32[n, H] of the LSTM, after the update */
  readonly hidden: A;
  readonly cell: A;
  /** f32[n, P] weights of the bank's networks */
  readonly controls: A;
  /** f32[n] factor on the step */
  readonly stepMultiplier: A;
}

export interface Optimizer {
  /** Registry name: `adam`, `velo`. */
  readonly name: string;
  /** State before the first update, f32; keys are unique names such as `m/layer0/w`. */
  init(params: TensorDict): TensorDict;
  /**
   * Host-computed numbers for one update that depend on the step alone (learning rate of the schedule,
   * bias corrections, fraction done). @param step  0-based index of the update
   */
  scalars(step: number): Readonly<Record<string, number | Float32Array>>;
  /** One update; call inside `tf.tidy`. Divergence flows through as NaN, it never throws. */
  update(input: UpdateInput): UpdateResult;
  /** Of an optimizer that looks at the curvature of the loss besides its gradient; not with `fused`. */
  readonly curvature?: CurvatureUse;
  /** What it makes anew before some updates only; not with `fused` or `curvature`. */
  readonly renewal?: Renewal;
  /**
   * The parameters that evaluations look at, where they are others than those at which gradients are taken; asked after
   * the first update at the earliest. @param state  as it is after the last update. @returns views into it
   */
  evaluationParams?(state: NamedFloats): NamedFloats;
  /** Sizes of `UpdateResult.trace`, of a recurrent optimizer. */
  readonly recurrent?: {
    /** H: cells of the LSTM. */
    readonly hidden: number;
    /** P: networks in the bank. */
    readonly networks: number;
  };
  /** The same optimizer as fused kernels, where there are some. */
  readonly fused?: FusedOptimizer;
  /** An optimizer without `fused` of whose update the first part has kernels. */
  readonly begun?: BegunUpdate;
  /** Of a learned optimizer: its weights, which can be others from one training to the next. */
  readonly theta?: OptimizerTheta;
}

/** An update in two parts: kernels, and operations that see the parameters before and behind them. */
export interface BegunUpdate {
  /** The first part, laid out as a whole update is. */
  readonly fused: (params: readonly TensorSpec[], start: number, threads?: number) => BegunFused;
  /** What the rest remembers besides what the kernels do, before the first update. */
  init(params: TensorDict): TensorDict;
  /** The rest of an update; call inside `tf.tidy`. No result is one of the inputs. */
  rest(input: RestInput): UpdateResult;
}

/** What the rest of an update sees. */
export interface RestInput {
  readonly theta: TensorDict;
  /** Parameters before the first part, and behind it. */
  readonly before: TensorDict;
  readonly after: TensorDict;
  readonly grads: TensorDict;
  /** Its own from before the update, and what the kernels share from behind the first part. */
  readonly state: TensorDict;
  /** `Optimizer.scalars`. */
  readonly scalars: TensorDict;
  /** Of the batch that gave the gradients. */
  readonly loss: Scalar;
}

/** A first part laid out. */
export interface BegunFused extends FusedUpdate {
  /** Arrays of its state and theta that the rest reads where they are. */
  readonly shared: {
    readonly state: readonly PlacedArray[];
    readonly theta: readonly PlacedArray[];
  };
}

export interface PlacedArray extends TensorSpec {
  readonly place: number;
}

export interface OptimizerTheta {
  /** In the order of the flat theta. */
  readonly tensors: NamedFloats;
  /**
   * The same optimizer with other weights; its numbers of a step do not depend on them. Call both inside `tf.tidy`.
   * @param theta  names and shapes of `tensors`, neither mutated nor disposed
   */
  with(theta: TensorDict): Pick<Optimizer, 'init' | 'update'>;
}

/** How an optimizer looks at the curvature. Whoever trains estimates it, where it is due, on the batch of the update. */
export interface CurvatureUse {
  /** Updates from one look to the next, ≥ 1; the first is just before update 0. */
  readonly every: number;
  /**
   * Takes a look in, between gradient and update; call inside `tf.tidy`.
   * @param state  before the update
   * @param estimate  of the diagonal of the loss's Hessian, names and shapes of the params
   * @returns what becomes of the entries of the state that change
   */
  readonly look: (state: TensorDict, estimate: TensorDict) => TensorDict;
}

/** What changes too little from one update to the next to be made anew each time. */
export interface Renewal {
  /** Updates from one to the next, ≥ 1; the first is just before update 0. */
  readonly every: number;
  /**
   * Call inside `tf.tidy`.
   * @param state  before the update @param grads  that the update will see
   * @returns what becomes of the entries of the state that change
   */
  readonly renew: (state: TensorDict, grads: TensorDict) => TensorDict;
}

/** The state with which an update begins; call inside `tf.tidy`. @param index  of the update, from 0 */
export function renewedState(
  { renewal }: Pick<Optimizer, 'renewal'>,
  index: number,
  { state, grads }: Pick<UpdateInput, 'state' | 'grads'>,
): TensorDict {
  if (renewal === undefined || index % renewal.every !== 0) return state;
  return { ...state, ...renewal.renew(state, grads) };
}

/**
 * Lays the kernels out for some parameters.
 * @param start  first arena word that may be used
 * @param threads  that will work together; default 1
 */
export type FusedOptimizer = (
  params: readonly TensorSpec[],
  start: number,
  threads?: number,
) => FusedUpdate;

/** Fused kernels laid out in an arena that may hold more than them. All places are arena words. */
export interface FusedUpdate {
  /** End of what it needs of the arena. */
  readonly words: number;
  readonly params: Readonly<Record<string, number>>;
  /** Where an update reads the gradients; left unspecified after it. */
  readonly grads: Readonly<Record<string, number>>;
  /** Where an update reads the loss of the batch that gave the gradients. */
  readonly loss: number;
  /** What an update carries on to the next one, the parameters apart. */
  readonly state: readonly Span[];
  /** Of a learned optimizer: its weights in the order of `flatTheta`, and what an update reads of them or in their stead. */
  readonly theta?: { readonly flat: Span; readonly packed: readonly Span[] };
  /** What depends on the step alone: to be written before its update, by its 0-based index. */
  readonly rows: readonly StepRow[];
  /** The instructions of an update, for who runs them with others: for as many threads as it was laid out for. */
  stages(runtime: KernelRuntime): readonly Stage[];
  /** @throws UserError('device') when the kernels are of another version */
  start(runtime: KernelRuntime, arena: Arena): FusedSession;
}

/** An optimizer at work inside a kernel arena, mutable. */
export interface FusedSession {
  /** Live views into the arena: current parameters; written once before the first update, readable after each. */
  readonly params: NamedFloats;
  /** Live views into the arena: the caller writes each step's gradients here. Left unspecified after an update. */
  readonly grads: NamedFloats;
  /** One update in place. @param step 0-based index, @param loss loss of the batch that gave the gradients */
  update(step: number, loss: number): void;
  /** Copies of what the last update of a recurrent optimizer computed on the way. */
  trace?(): RecurrentTrace<FloatArray>;
  /** Copies of the state, with the names and shapes of `Optimizer.init`. */
  exportState(): NamedFloats;
  /** @throws UserError('checkpoint') on a missing name or another shape */
  importState(state: NamedFloats): void;
  /** Of a learned optimizer: takes over the weights that stand in its flat theta. */
  loadTheta?(): void;
  /** Brings the state back to where it is before the first update. */
  reset(): void;
}

/** A fused optimizer in an arena of its own. @throws UserError('device') as `start`, and when memory cannot be had */
export function startFused(
  fused: FusedOptimizer,
  runtime: KernelRuntime,
  params: readonly TensorSpec[],
): FusedSession {
  const update = fused(params, 0);
  return update.start(runtime, runtime.allocate(update.words));
}
