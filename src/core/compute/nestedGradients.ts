/**
 * Gradients by tfjs that may themselves be differentiated: gradients of losses that contain gradients, and products of
 * a Hessian with a vector. tfjs records what that needs, but leaves holes which it takes for zeros without a word:
 * - A derivative that is written in terms of a result (tanh, exp, softmax) reads a copy of it that stands in the record
 *   before the result, so that no path seems to lead there. The record is put into order.
 * - What a custom gradient saves is computed off the record (tf.logSoftmax, tf.losses.softmaxCrossEntropy). Where it
 *   will be differentiated, it is computed on the record, and the value alone is taken out of it.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { GradSaveFunc, Tensor } from '@tensorflow/tfjs-core';
import { UserError, messageOf } from '../../base/index';
import { registerCorrectedGradients } from './gradients';

type Engine = ReturnType<typeof tf.engine>;
type CustomGradient<T extends Tensor> = Parameters<typeof tf.customGrad<T>>[0];

export interface ValueAndGradients {
  /** What `f` gave. */
  readonly value: Tensor;
  /** Shapes of `xs`; undefined where no path leads from one to the value. */
  readonly grads: readonly (Tensor | undefined)[];
}

/**
 * The value of `f` and its gradient; call inside `tf.tidy`.
 * @param f  gives a scalar; called once
 * @param xs  one or more tensors that `f` computes with
 */
export function valueAndGradients(f: () => Tensor, xs: readonly Tensor[]): ValueAndGradients {
  const engine = tf.engine();
  const ordered = (): Tensor => {
    const y = f();
    orderTape(engine.state.activeTape);
    return y;
  };
  return withRecordedCustomGrad(engine, () =>
    onOwnTape(engine, () => engine.gradients(ordered, [...xs], undefined, true)),
  );
}

/**
 * Runs `act` with a record of its own, which then goes to the end of the one that there was: an inner gradient is sought among
 * the operations of its loss, and not among those of all steps before.
 */
function onOwnTape<R>({ state }: Engine, act: () => R): R {
  // Nobody differentiates what comes of it: then tfjs keeps a record for this gradient only.
  if (state.gradientDepth === 0) return act();
  const tape = state.activeTape;
  state.activeTape = [];
  try {
    return act();
  } finally {
    for (const node of state.activeTape) tape.push(node);
    state.activeTape = tape;
  }
}

/**
 * H u of a loss at `xs`, the gradient of ⟨∇loss, u⟩; call inside `tf.tidy`.
 * @param loss  gives a scalar; called once
 * @param xs  one or more tensors that `loss` computes with
 * @param directions  u: shapes of `xs`
 * @returns f32, shapes of `xs`; zeros where the gradient does not depend on one
 * @throws UserError('config') on an operation whose derivative has no derivative
 */
export function hessianProduct(
  loss: () => Tensor,
  xs: readonly Tensor[],
  directions: readonly Tensor[],
): Tensor[] {
  registerCorrectedGradients();
  const gradientsOf = (f: () => Tensor): Tensor[] => {
    const { grads } = valueAndGradients(f, xs);
    return xs.map((x, i) => grads[i] ?? tf.zerosLike(x));
  };
  const along = (): Tensor =>
    tf.addN(gradientsOf(loss).map((slope, i) => tf.sum(tf.mul(slope, directions[i]!))));
  try {
    return gradientsOf(along);
  } catch (thrown) {
    throw explained(thrown);
  }
}

/** Brings every node of a record behind those that make its inputs, all else as it was. */
function orderTape(tape: Engine['state']['activeTape']): void {
  const makers = new Map<number, number>();
  tape.forEach(({ outputs }, place) => {
    for (const { id } of outputs) makers.set(id, place);
  });
  const places = new Map(
    tape.map((node, place) => {
      // An input that was left out is undefined, whatever tfjs's types say.
      const inputs = Object.values(node.inputs) as (Tensor | undefined)[];
      const last = inputs.map((input) => (input && makers.get(input.id)) ?? -1);
      return [node, Math.max(place, ...last.map((maker) => maker + 0.5))] as const;
    }),
  );
  tape.sort((a, b) => places.get(a)! - places.get(b)!);
}

function withRecordedCustomGrad<R>(engine: Engine, act: () => R): R {
  // As a property of its own it comes before the method, which is there again afterwards.
  if (Object.hasOwn(engine, 'customGrad')) return act();
  engine.customGrad = recordedCustomGrad(engine);
  try {
    return act();
  } finally {
    Reflect.deleteProperty(engine, 'customGrad');
  }
}

function recordedCustomGrad(engine: Engine): Engine['customGrad'] {
  const plain = engine.customGrad.bind(engine);
  return <T extends Tensor>(f: CustomGradient<T>) =>
    (...inputs: (Tensor | GradSaveFunc)[]): T => {
      // The innermost of several gradients is the one that others differentiate.
      if (engine.state.gradientDepth < 2) return plain(f)(...inputs);
      const saved: Tensor[] = [];
      const { value, gradFunc } = f(...inputs, (tensors: Tensor[]) => {
        saved.push(...tensors);
      });
      const apart = plain((...given) => {
        (given.at(-1) as GradSaveFunc)(saved);
        // A tensor of its own: through `value` itself the derivative would go on to its operations.
        return { value: tf.reshape(value, value.shape) as T, gradFunc };
      });
      return apart(...inputs);
    };
}

const NO_DERIVATIVE = /gradient function not found for (\w+)/;

/** The operation of tfjs whose derivative is missing; undefined where something else was thrown. */
export function kernelWithoutDerivative(thrown: unknown): string | undefined {
  return NO_DERIVATIVE.exec(messageOf(thrown))?.[1];
}

function explained(thrown: unknown): unknown {
  const kernel = kernelWithoutDerivative(thrown);
  if (kernel === undefined) return thrown;
  return new UserError(
    'config',
    `the optimizer looks at the curvature of the loss, and tfjs's ${kernel} has no derivative`,
    {
      remedy: 'Use an optimizer that takes gradients alone, or write the task without it.',
      cause: thrown,
    },
  );
}
