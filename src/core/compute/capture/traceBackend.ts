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

type Owner = NonNullable<ReturnType<TensorStore['ownerOf']>>;

/** What a tensor of this backend holds, and its handle. */
class Content {
  references = 1;
  /** What was written; absent for results. */
  readonly values: BackendValues | undefined;
  /** Absent for what was written. */
  readonly owner: Owner | undefined;

  constructor(is: { readonly values: BackendValues } | { readonly owner: Owner }) {
    this.values = 'values' in is ? is.values : undefined;
    this.owner = 'owner' in is ? is.owner : undefined;
  }
}

class TraceBackend extends tf.KernelBackend implements TensorStore {
  recording: Recording | undefined;
  /** What the engine holds while this is its active backend, once it has been. */
  active: ActiveBackend | undefined;
  /** Handles of results that nobody has disposed of yet. */
  readonly live = new Set<Content>();
  /** By the handles that other backends gave. */
  readonly #moved = new WeakMap<object, Content>();
  #created = 0;

  create(recording: Recording, value: ValueId): object {
    const content = new Content({ owner: { recording, value } });
    this.live.add(content);
    this.#created += 1;
    return content;
  }

  ownerOf(dataId: object): Owner | undefined {
    return this.#contentOf(dataId)?.owner;
  }

  /** Read, not moved: the tensors of other backends stay where they are. */
  valuesOf(dataId: object): ArrayLike<number> {
    return (this.#contentOf(dataId)?.values ?? tf.engine().readSync(dataId)) as ArrayLike<number>;
  }

  override write(values: BackendValues, _shape: number[], dtype: TfDataType): object {
    graphType(dtype);
    // The task may go on writing to its array.
    this.#created += 1;
    return new Content({ values: values.slice() });
  }

  override move(dataId: object, values: BackendValues): void {
    this.#moved.set(dataId, new Content({ values }));
  }

  override readSync(dataId: object): BackendValues {
    const values = this.#contentOf(dataId)?.values;
    if (values !== undefined) return values;
    const refusal = readRefused();
    // The capture ends with this also where the task catches it.
    if (this.recording !== undefined) this.recording.refusal ??= refusal;
    throw refusal;
  }

  override read(dataId: object): Promise<BackendValues> {
    const values = this.#contentOf(dataId)?.values;
    if (values !== undefined) return Promise.resolve(values);
    // A rejection that nobody waits for would end the process; the capture ends with this error instead.
    const refusal = readRefused();
    if (this.recording === undefined) return Promise.reject(refusal);
    this.recording.refusal ??= refusal;
    return new Promise(() => undefined);
  }

  override incRef(dataId: object): void {
    const content = this.#contentOf(dataId);
    if (content !== undefined) content.references += 1;
    // A variable over a tensor of another backend: that backend keeps count.
    else tf.engine().state.tensorInfo.get(dataId)?.backend.incRef(dataId);
  }

  override refCount(dataId: object): number {
    return this.#contentOf(dataId)?.references ?? 0;
  }

  override disposeData(dataId: object, force = false): boolean {
    const content = this.#contentOf(dataId);
    if (content !== undefined) content.references -= 1;
    const gone = force || content === undefined || content.references <= 0;
    if (gone && content !== undefined) this.live.delete(content);
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

  #contentOf(dataId: object): Content | undefined {
    return dataId instanceof Content ? dataId : this.#moved.get(dataId);
  }
}

/**
 * Runs `trace` with the tracing backend as the active one and puts everything back: the backend that was active,
 * variables and tensors that were made, `Math.random`.
 */
export function whileTracing<T>(
  trace: (recording: Recording) => T,
  locates?: (op: string) => boolean,
): T {
  const backend = traceBackend();
  invariant(backend.recording === undefined, 'a capture was started inside another');
  const engine = tf.engine();
  const before = activeIn(engine);
  const variables = new Set(Object.keys(engine.registeredVariables));
  const recording = new Recording(backend, locates);
  try {
    backend.recording = recording;
    activate(backend);
    return withoutSideEffects(() => inScope(() => trace(recording)));
  } finally {
    backend.recording = undefined;
    for (const [name, variable] of Object.entries(engine.registeredVariables)) {
      if (!variables.has(name)) variable.dispose();
    }
    disposeResults(backend);
    Object.assign(engine, before);
  }
}

/** In a scope of tfjs that frees all tensors: none leaves it, and what leaves it is not looked through for some. */
function inScope<T>(run: () => T): T {
  let result: { readonly value: T } | undefined;
  tf.tidy(() => {
    result = { value: run() };
  });
  invariant(result !== undefined, 'a scope has run');
  return result.value;
}

/**
 * What tfjs's engine holds of its active backend; nothing where none was active, and tfjs shall go on choosing by itself at
 * the first operation. Put back as it was, since `tf.setBackend` sets up each of a backend's kernels anew.
 */
interface ActiveBackend {
  readonly backendName: unknown;
  readonly backendInstance: unknown;
  readonly profiler: unknown;
}

function activeIn(engine: ReturnType<typeof tf.engine>): ActiveBackend {
  const { backendName, backendInstance, profiler } = engine as unknown as ActiveBackend;
  return { backendName, backendInstance, profiler };
}

function activate(backend: TraceBackend): void {
  if (backend.active !== undefined) {
    Object.assign(tf.engine(), backend.active);
    return;
  }
  // Synchronous for a backend that is made at once, though it gives a promise.
  void tf.setBackend(TRACE_BACKEND);
  backend.active = activeIn(tf.engine());
}

/** The recording that is under way, if any. */
export function currentRecording(): Recording | undefined {
  return (tf.findBackend(TRACE_BACKEND) as TraceBackend | null)?.recording;
}

/** After an error tfjs keeps what it saved for the backward pass; no scope ends its life. */
function disposeResults(backend: TraceBackend): void {
  for (const dataId of [...backend.live]) {
    const { references } = dataId;
    // All that the engine asks of a tensor that goes.
    const info = { dataId, dtype: 'float32', size: 0 } as unknown as tf.Tensor;
    for (let i = 0; i < references; i++) tf.engine().disposeTensor(info);
  }
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
