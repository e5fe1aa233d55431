/**
 * A backend of tfjs on which nothing is computed: its kernels infer shapes and tell the recording that is under way.
 * tfjs's engine is global, so there is one such backend, and one recording at a time.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { BackendValues, DataType as TfDataType } from '@tensorflow/tfjs-core';
import { invariant } from '../../../base/index';
import { TRACE_BACKEND } from './backendName';
import { einsumOfOperations } from './einsum';
import type { ValueId } from './graph';
import {
  assignmentRefused,
  kernelRefused,
  randomRefused,
  readRefused,
  REFUSED_KERNELS,
} from './refusals';
import { graphType, Recording } from './recording';
import type { KernelInputs, TensorStore } from './recording';
import { KERNEL_RULES } from './rules/kernelRules';
import type { Attrs } from './rules/rule';

interface Content {
  /** What was written; absent for results. */
  readonly values?: BackendValues;
  readonly owner?: { readonly recording: Recording; readonly value: ValueId };
  references: number;
}

class TraceBackend extends tf.KernelBackend implements TensorStore {
  recording: Recording | undefined;
  /** Handles of results that nobody has disposed of yet. */
  readonly live = new Map<object, Content>();
  readonly #contents = new WeakMap<object, Content>();
  #created = 0;

  create(recording: Recording, value: ValueId): object {
    const dataId = this.#store({ owner: { recording, value }, references: 1 });
    this.live.set(dataId, this.#contents.get(dataId)!);
    return dataId;
  }

  ownerOf(dataId: object): Content['owner'] {
    return this.#contents.get(dataId)?.owner;
  }

  /** Read, not moved: the tensors of other backends stay where they are. */
  valuesOf(dataId: object): ArrayLike<number> {
    return (this.#contents.get(dataId)?.values ??
      tf.engine().readSync(dataId)) as ArrayLike<number>;
  }

  override write(values: BackendValues, _shape: number[], dtype: TfDataType): object {
    graphType(dtype);
    // The task may go on writing to its array.
    return this.#store({ values: values.slice(), references: 1 });
  }

  override move(dataId: object, values: BackendValues): void {
    this.#contents.set(dataId, { values, references: 1 });
  }

  override readSync(dataId: object): BackendValues {
    const values = this.#contents.get(dataId)?.values;
    if (values !== undefined) return values;
    const refusal = readRefused();
    // The capture ends with this also where the task catches it.
    if (this.recording !== undefined) this.recording.refusal ??= refusal;
    throw refusal;
  }

  override read(dataId: object): Promise<BackendValues> {
    const values = this.#contents.get(dataId)?.values;
    if (values !== undefined) return Promise.resolve(values);
    // A rejection that nobody waits for would end the process; the capture ends with this error instead.
    const refusal = readRefused();
    if (this.recording === undefined) return Promise.reject(refusal);
    this.recording.refusal ??= refusal;
    return new Promise(() => undefined);
  }

  override incRef(dataId: object): void {
    const content = this.#contents.get(dataId);
    if (content !== undefined) content.references += 1;
    // A variable over a tensor of another backend: that backend keeps count.
    else tf.engine().state.tensorInfo.get(dataId)?.backend.incRef(dataId);
  }

  override refCount(dataId: object): number {
    return this.#contents.get(dataId)?.references ?? 0;
  }

  override disposeData(dataId: object, force = false): boolean {
    const content = this.#contents.get(dataId);
    if (content !== undefined) content.references -= 1;
    const gone = force || content === undefined || content.references <= 0;
    if (gone) this.live.delete(dataId);
    return gone;
  }

  override numDataIds(): number {
    return this.#created;
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override dispose(): void {
    this.live.clear();
  }

  #store(content: Content): object {
    const dataId = {};
    this.#contents.set(dataId, content);
    this.#created += 1;
    return dataId;
  }
}

/**
 * Runs `trace` with the tracing backend as the active one and puts everything back: the backend that was active,
 * variables and tensors that were made, `Math.random`.
 */
export function whileTracing<T>(trace: (recording: Recording) => T): T {
  const backend = traceBackend();
  invariant(backend.recording === undefined, 'a capture was started inside another');
  const engine = tf.engine();
  const before = engine.backendName as string | null | undefined;
  const variables = new Set(Object.keys(engine.registeredVariables));
  const recording = new Recording(backend);
  try {
    backend.recording = recording;
    void tf.setBackend(TRACE_BACKEND);
    return withoutSideEffects(() => tf.tidy(() => trace(recording) as tf.TensorContainer) as T);
  } finally {
    backend.recording = undefined;
    for (const [name, variable] of Object.entries(engine.registeredVariables)) {
      if (!variables.has(name)) variable.dispose();
    }
    disposeResults(backend);
    restoreBackend(before);
  }
}

/** The recording that is under way, if any. */
export function currentRecording(): Recording | undefined {
  return (tf.findBackend(TRACE_BACKEND) as TraceBackend | null)?.recording;
}

/** After an error tfjs keeps what it saved for the backward pass; no scope ends its life. */
function disposeResults(backend: TraceBackend): void {
  for (const [dataId, { references }] of [...backend.live]) {
    // All that the engine asks of a tensor that goes.
    const info = { dataId, dtype: 'float32', size: 0 } as unknown as tf.Tensor;
    for (let i = 0; i < references; i++) tf.engine().disposeTensor(info);
  }
}

function restoreBackend(name: string | null | undefined): void {
  if (typeof name === 'string') {
    // Synchronous for a backend that has run before, though it gives a promise.
    void tf.setBackend(name);
    return;
  }
  // Nothing was active: tfjs shall go on choosing by itself at the first operation.
  const engine = tf.engine() as unknown as { backendName: undefined; backendInstance: undefined };
  engine.backendName = undefined;
  engine.backendInstance = undefined;
}

function withoutSideEffects<T>(run: () => T): T {
  return withFrozenVariables(() => withoutRandomNumbers(run));
}

/** Variables that are there before keep their values: a new one would be a tensor of this backend. */
function withFrozenVariables<T>(run: () => T): T {
  const variables = Object.values(tf.engine().registeredVariables);
  const value = (): never => {
    throw assignmentRefused();
  };
  // On each object, since copies of tfjs have classes of their own.
  for (const variable of variables) {
    Object.defineProperty(variable, 'assign', { value, configurable: true });
  }
  try {
    return run();
  } finally {
    for (const variable of variables) Reflect.deleteProperty(variable, 'assign');
  }
}

/** tfjs's random operations ask `Math.random` for a seed unless they are given one; tasks may ask it directly. */
function withoutRandomNumbers<T>(run: () => T): T {
  const host: { random: () => number } = Math;
  const before = host.random;
  host.random = () => {
    throw randomRefused();
  };
  try {
    return run();
  } finally {
    host.random = before;
  }
}

/** The one backend, registered when it is first asked for. */
function traceBackend(): TraceBackend {
  const found = tf.findBackend(TRACE_BACKEND) as TraceBackend | null;
  if (found !== null) return found;
  const backend = new TraceBackend();
  // Below every other, so that tfjs never chooses it by itself.
  tf.registerBackend(TRACE_BACKEND, () => backend, -1);
  for (const [kernelName, rule] of Object.entries(KERNEL_RULES)) {
    registerKernel(kernelName, (inputs, attrs) => {
      const { recording } = backend;
      invariant(recording !== undefined, `${kernelName} was called outside a capture`);
      return recording.kernel(kernelName, rule, inputs, attrs);
    });
  }
  registerKernel('Einsum', (inputs, attrs) =>
    // A list of tensors, as tfjs's einsum gives it.
    einsumOfOperations(attrs.equation as string, Object.values(inputs) as tf.Tensor[]),
  );
  for (const kernelName of REFUSED_KERNELS) {
    registerKernel(kernelName, () => {
      throw kernelRefused(kernelName);
    });
  }
  return backend;
}

function registerKernel(
  kernelName: string,
  run: (inputs: KernelInputs, attrs: Attrs) => tf.TensorInfo | tf.TensorInfo[],
): void {
  tf.registerKernel({
    kernelName,
    backendName: TRACE_BACKEND,
    kernelFunc: ({ inputs, attrs }) => run(inputs, attrs ?? {}),
  });
}
