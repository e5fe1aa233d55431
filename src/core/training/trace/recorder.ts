/**
 * Records what a training does at the steps of its schedule: scales, histograms and the optimizer's LSTM. It only
 * reads, so a traced training has the same numbers as an untraced one.
 */
import { invariant, sizeOf } from '../../../base/index';
import type { FloatArray, NamedFloats, TensorSpec } from '../../../base/index';
import type { KernelRuntime } from '../../compute/kernelRuntime';
import type { Optimizer, RecurrentTrace } from '../../optimizers/optimizer';
import { HISTOGRAM_SLOTS } from './histogram';
import { createKernelSummarizer } from './kernelSummary';
import { plainSummarizer } from './plainSummary';
import type { TraceSchedule } from './schedule';
import type { ArraySummary, Summarizer } from './summary';

/** What looks on at one update. Arrays are only good during the call. */
export interface UpdateProbe {
  /** Just before the update. @param grads  as the optimizer sees them, by the names of the params */
  before(params: NamedFloats, grads: NamedFloats): void;
  /** Just after it. @param recurrent  of an optimizer with an LSTM */
  after(params: NamedFloats, recurrent?: RecurrentTrace<FloatArray>): void;
}

/** One traced step; t tensors in the order of the task's params, s = HISTOGRAM_SLOTS. Row-major. */
export interface TraceSnapshot {
  /** 0-based; the batch that gave the update. */
  readonly step: number;
  /** f32[t]; NaN of an optimizer without step multipliers. */
  readonly multipliers: Float32Array;
  /** f32[t] root mean squares; the update is the difference of the parameters, in float32. */
  readonly rmsGradients: Float32Array;
  readonly rmsUpdates: Float32Array;
  readonly rmsParameters: Float32Array;
  /** f32[t, H] after the update; empty without an LSTM. */
  readonly hidden: Float32Array;
  readonly cell: Float32Array;
  /** f32[t, P]; empty without a bank. */
  readonly controls: Float32Array;
  /** u32[t, s] histograms; parameters are those after the update. */
  readonly update: Uint32Array;
  readonly gradient: Uint32Array;
  readonly parameter: Uint32Array;
}

export interface TraceRecorderOptions {
  /** The task's params. */
  readonly specs: readonly TensorSpec[];
  readonly schedule: TraceSchedule;
  readonly recurrent?: Optimizer['recurrent'];
  /** Makes the histograms where the device has some. */
  readonly kernels?: KernelRuntime;
}

/**
 * A recorder for one training.
 * @throws UserError('device') where the kernels have no memory left
 */
export function createTraceRecorder(options: TraceRecorderOptions): TraceRecorder {
  return new TraceRecorder(options);
}

export class TraceRecorder implements UpdateProbe {
  readonly #tensors: readonly { readonly name: string; readonly before: Float32Array }[];
  readonly #schedule: TraceSchedule;
  readonly #summarizer: Summarizer;
  readonly #hasLstm: boolean;
  #gradients: ArraySummary[] = [];
  #snapshot: Omit<TraceSnapshot, 'step'> | undefined;

  /** Made by `createTraceRecorder`. */
  constructor({ specs, schedule, recurrent, kernels }: TraceRecorderOptions) {
    this.#tensors = specs.map(({ name, shape }) => ({
      name,
      before: new Float32Array(sizeOf(shape)),
    }));
    this.#schedule = schedule;
    this.#hasLstm = recurrent !== undefined;
    const longest = Math.max(0, ...this.#tensors.map(({ before }) => before.length));
    this.#summarizer =
      kernels === undefined ? plainSummarizer : createKernelSummarizer(kernels, longest);
  }

  /** The probe for the update of a step, where it is to be traced. */
  probeAt(step: number): UpdateProbe | undefined {
    return this.#schedule(step) ? this : undefined;
  }

  before(params: NamedFloats, grads: NamedFloats): void {
    this.#snapshot = undefined;
    this.#gradients = this.#tensors.map(({ name, before }) => {
      before.set(dataOf(params, name));
      return this.#summarizer.summarize(dataOf(grads, name));
    });
  }

  after(params: NamedFloats, recurrent?: RecurrentTrace<FloatArray>): void {
    invariant(!this.#hasLstm || recurrent !== undefined, 'no trace of the optimizer');
    const gradients = this.#gradients;
    const steps = this.#tensors.map(({ name, before }) =>
      this.#summarizer.summarizeUpdate(dataOf(params, name), before),
    );
    const updates = steps.map(({ update }) => update);
    const parameters = steps.map(({ parameter }) => parameter);
    const nothing = new Float32Array(0);
    this.#snapshot = {
      multipliers: recurrent?.stepMultiplier.data ?? new Float32Array(steps.length).fill(NaN),
      rmsGradients: rmsOf(gradients),
      rmsUpdates: rmsOf(updates),
      rmsParameters: rmsOf(parameters),
      hidden: recurrent?.hidden.data ?? nothing,
      cell: recurrent?.cell.data ?? nothing,
      controls: recurrent?.controls.data ?? nothing,
      update: countsOf(updates),
      gradient: countsOf(gradients),
      parameter: countsOf(parameters),
    };
  }

  /** What the probe of `step` saw, once; undefined where no update took place. */
  take(step: number): TraceSnapshot | undefined {
    const snapshot = this.#snapshot;
    this.#snapshot = undefined;
    return snapshot === undefined ? undefined : { step, ...snapshot };
  }
}

function dataOf(arrays: NamedFloats, name: string): Float32Array {
  const array = arrays[name];
  invariant(array !== undefined, `no array called ${name} to trace`);
  return array.data;
}

function rmsOf(summaries: readonly ArraySummary[]): Float32Array {
  return Float32Array.from(summaries, ({ rms }) => rms);
}

function countsOf(summaries: readonly ArraySummary[]): Uint32Array {
  const all = new Uint32Array(summaries.length * HISTOGRAM_SLOTS);
  for (const [i, { counts }] of summaries.entries()) all.set(counts, i * HISTOGRAM_SLOTS);
  return all;
}
