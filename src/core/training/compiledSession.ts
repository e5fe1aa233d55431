/**
 * A training as compiled plans in one arena: a gradient, an update and an evaluation are a call each, and nothing is
 * allocated on the way. States, random numbers and names are those of the eager session, so a snapshot fits both.
 */
import type { NamedFloats, TensorSpec } from '../../base/index';
import type { KernelRuntime } from '../compute/kernelRuntime';
import { requireArrays, withPrefix, withoutPrefix } from '../compute/tensors';
import type { Optimizer } from '../optimizers/optimizer';
import type { Split, Task } from '../tasks/task';
import { evaluateLinked, initialParams, writeParams } from './plans/linkedTraining';
import { linkStep } from './plans/linkStep';
import type { LinkedStep } from './plans/linkStep';
import { copiesOf } from './plans/plannedUpdate';
import type {
  Evaluation,
  ResolvedSessionOptions,
  SessionSnapshot,
  TrainingSession,
} from './session';
import type { UpdateProbe } from './trace/recorder';

/**
 * @throws UserError('task') where no plan can have the task, UserError('config') where the loss is wrong,
 *   UserError('device') when the memory cannot be had
 */
export function createCompiledSession(
  options: ResolvedSessionOptions,
  kernels: KernelRuntime,
): TrainingSession {
  return new CompiledSession(options, linkStep(options, kernels), kernels);
}

class CompiledSession implements TrainingSession {
  readonly compiled = true;
  readonly #task: Task;
  readonly #optimizer: Optimizer;
  readonly #accumulate: number;
  readonly #linked: LinkedStep;
  readonly #kernels: KernelRuntime;
  #step = 0;

  constructor(
    { task, optimizer, seed, accumulate }: ResolvedSessionOptions,
    linked: LinkedStep,
    kernels: KernelRuntime,
  ) {
    this.#kernels = kernels;
    this.#task = task;
    this.#optimizer = optimizer;
    this.#accumulate = accumulate;
    this.#linked = linked;
    writeParams(linked, initialParams({ task, seed }));
  }

  get step(): number {
    return this.#step;
  }

  advance(probe?: UpdateProbe): number {
    const { loss } = this.#linked;
    this.#linked.runGradient(this.#step);
    const value = loss[0]!;
    if (!Number.isFinite(value)) return value;
    this.#consume(probe);
    this.#step += 1;
    return value;
  }

  get blockSteps(): number {
    return this.#linked.block?.capacity ?? 1;
  }

  advanceBlock(count: number): Float32Array {
    const { block } = this.#linked;
    if (block === undefined) return Float32Array.of(this.advance());
    const wanted = Math.min(count, block.capacity);
    const done = block.run(this.#step, wanted);
    this.#step += done;
    return block.losses.slice(0, Math.min(done + 1, wanted));
  }

  evaluate(split: Split, maxBatches = Infinity): Evaluation {
    const updates = Math.floor(this.#step / this.#accumulate);
    return evaluateLinked(
      this.#linked,
      { task: this.#task, split, maxBatches },
      { optimizer: this.#optimizer, updates },
    );
  }

  readParams(): NamedFloats {
    return copiesOf(this.#linked.params);
  }

  exportSnapshot(): SessionSnapshot {
    const isBetween = this.#step % this.#accumulate !== 0;
    return {
      step: this.#step,
      arrays: {
        ...withPrefix('params', this.readParams()),
        ...withPrefix('state', this.#linked.state.exportState()),
        ...withPrefix('sums', isBetween ? copiesOf(this.#linked.sums) : {}),
      },
    };
  }

  importSnapshot({ step, arrays }: SessionSnapshot): void {
    const { state, sums } = this.#linked;
    const newSums =
      step % this.#accumulate === 0
        ? {}
        : requireArrays('accumulated gradients', specsOf(sums), withoutPrefix('sums', arrays));
    const newParams = requireArrays(
      'parameters',
      this.#task.params,
      withoutPrefix('params', arrays),
    );
    state.importState(withoutPrefix('state', arrays));
    writeParams(this.#linked, newParams);
    for (const [name, { data }] of Object.entries(newSums)) sums[name]!.data.set(data);
    this.#step = step;
  }

  dispose(): void {
    // The arena goes with the session.
    this.#kernels.close?.();
  }

  #consume(probe?: UpdateProbe): void {
    const { params, grads, state } = this.#linked;
    const place = this.#step % this.#accumulate;
    this.#linked.runAccumulation(place);
    if (place < this.#accumulate - 1) return;
    probe?.before(params, grads);
    this.#linked.runUpdate(Math.floor(this.#step / this.#accumulate));
    probe?.after(params, state.trace?.());
  }
}

function specsOf(arrays: NamedFloats): TensorSpec[] {
  return Object.entries(arrays).map(([name, { shape }]) => ({ name, shape }));
}
