/** Losses whose derivative is not that of the operations that compute them, and what an estimate of one needs. */
import { add, customGrad, engine, mul } from '@tensorflow/tfjs-core';
import type { GradSaveFunc, Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../../optimizers/optimizer';
import type { LossRng } from '../task';

/** Whether somebody will ask for the derivative of what is computed now. */
export function isGradientWanted(): boolean {
  return engine().state.gradientDepth > 0;
}

/**
 * The value of `loss` with given derivatives by the parameters. Whatever computed them is left out of the derivative.
 * @param gradient  names and shapes of `params`
 */
export function withGradient(loss: Scalar, params: TensorDict, gradient: TensorDict): Scalar {
  const names = Object.keys(params);
  const apart = customGrad((...inputs) => {
    const save = inputs.at(-1) as unknown as GradSaveFunc;
    save(names.map((name) => gradient[name]!));
    return {
      // A tensor of its own: through `loss` itself the derivative would go on to its operations.
      value: add(loss, 0),
      gradFunc: (dy, saved) => saved.map((slope) => mul(slope, dy)),
    };
  });
  return apart(...names.map((name) => params[name]!)) as Scalar;
}

/** Hands out what another generator draws, and then the same tensors again, so that losses share their randomness. */
export interface RecordedRng {
  readonly rng: LossRng;
  /** The draws so far, from the first on. */
  replay(): LossRng;
}

export function recordDraws(source: LossRng): RecordedRng {
  const drawn: Tensor[] = [];
  const recorded = (draw: LossRng['uniform']): LossRng['uniform'] => {
    return (shape) => {
      const tensor = draw(shape);
      drawn.push(tensor);
      return tensor;
    };
  };
  return {
    rng: {
      uniform: recorded((shape) => source.uniform(shape)),
      normal: recorded((shape) => source.normal(shape)),
    },
    replay() {
      let next = 0;
      const again = (): Tensor => drawn[next++]!;
      return { uniform: again, normal: again };
    },
  };
}

/** A standard normal tensor for each parameter. */
export function drawNoise(params: TensorDict, rng: LossRng): TensorDict {
  return Object.fromEntries(
    Object.entries(params).map(([name, { shape }]) => [name, rng.normal(shape)]),
  );
}

/** params + scale · noise */
export function moved(params: TensorDict, noise: TensorDict, scale: number): TensorDict {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, add(value, mul(noise[name]!, scale))]),
  );
}
