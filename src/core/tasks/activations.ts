/** The functions between the layers of a network, by the names that configurations use. */
import {
  add,
  cos,
  elu,
  leakyRelu,
  mul,
  relu,
  selu,
  sigmoid,
  sin,
  sub,
  tanh,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** √(2/π), of the tanh form of gelu. */
const GELU_SCALE = Math.sqrt(2 / Math.PI);

export const ACTIVATIONS = {
  relu: (x: Tensor): Tensor => relu(x),
  tanh: (x: Tensor): Tensor => tanh(x),
  sigmoid: (x: Tensor): Tensor => sigmoid(x),
  /** ½x(1 + tanh(√(2/π)(x + 0.044715x³))), Hendrycks and Gimpel 2016 */
  gelu: (x: Tensor): Tensor => {
    const inner = mul(x, add(mul(mul(x, x), 0.044715 * GELU_SCALE), GELU_SCALE));
    return mul(mul(x, 0.5), add(tanh(inner), 1));
  },
  silu: (x: Tensor): Tensor => mul(x, sigmoid(x)),
  elu: (x: Tensor): Tensor => elu(x),
  /** min(relu(x), 6); tfjs's own turns NaN into a number on wasm, and a diverged run must look diverged */
  relu6: (x: Tensor): Tensor => sub(relu(x), relu(sub(x, 6))),
  selu: (x: Tensor): Tensor => selu(x),
  /** x where x > 0, else -½x: the slope that VeLO's task distribution has */
  leakyRelu: (x: Tensor): Tensor => leakyRelu(x, -0.5),
  cos: (x: Tensor): Tensor => cos(x),
  sin: (x: Tensor): Tensor => sin(x),
} as const;

export type Activation = keyof typeof ACTIVATIONS;
