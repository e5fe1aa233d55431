/** Optimizers that treat each number on its own, from the papers' formulas. */
import { byElement } from './example';
import type { Oracle } from './example';

export function adagrad(rate: number, epsilon: number, initial: number): Oracle {
  return byElement(() => {
    let sum = initial;
    return (p, g) => {
      sum += g * g;
      return p - (rate * g) / (Math.sqrt(sum) + epsilon);
    };
  });
}

interface RidgedNumbers {
  readonly rate: number;
  readonly momentum: number;
  readonly ridge: number;
}

/** b ← μ·b + g/√((1 + ridge)·Σg²), 0/0 as 0. */
export function adagradWithMomentum({ rate, momentum, ridge }: RidgedNumbers): Oracle {
  return byElement(() => {
    let [sum, b] = [0, 0];
    return (p, g) => {
      sum += g * g;
      b = momentum * b + (g === 0 ? 0 : g / Math.sqrt((1 + ridge) * sum));
      return p - rate * b;
    };
  });
}

export function adabelief(rate: number, b1: number, b2: number, epsilon: number): Oracle {
  return byElement(() => {
    let [m, s] = [0, 0];
    return (p, g, t) => {
      m = b1 * m + (1 - b1) * g;
      s = b2 * s + (1 - b2) * (g - m) ** 2 + epsilon;
      const [mHat, sHat] = [m / (1 - b1 ** t), s / (1 - b2 ** t)];
      return p - (rate * mHat) / (Math.sqrt(sHat) + epsilon);
    };
  });
}

export function yogi(rate: number, b1: number, b2: number, epsilon: number, v0: number): Oracle {
  return byElement(() => {
    let [m, v] = [0, v0];
    return (p, g) => {
      m = b1 * m + (1 - b1) * g;
      v -= (1 - b2) * Math.sign(v - g * g) * g * g;
      return p - (rate * m) / (Math.sqrt(v) + epsilon);
    };
  });
}

export function radam(rate: number, b1: number, b2: number, epsilon: number): Oracle {
  const last = 2 / (1 - b2) - 1;
  return byElement(() => {
    let [m, v] = [0, 0];
    return (p, g, t) => {
      m = b1 * m + (1 - b1) * g;
      v = b2 * v + (1 - b2) * g * g;
      const mHat = m / (1 - b1 ** t);
      const rho = last - (2 * t * b2 ** t) / (1 - b2 ** t);
      if (rho <= 4) return p - rate * mHat;
      const r = Math.sqrt((((rho - 4) / (last - 4)) * ((rho - 2) / (last - 2)) * last) / rho);
      return p - (rate * r * mHat) / (Math.sqrt(v / (1 - b2 ** t)) + epsilon);
    };
  });
}

export function lion(rate: number, b1: number, b2: number, decay: number): Oracle {
  return byElement(() => {
    let m = 0;
    return (p, g) => {
      const c = b1 * m + (1 - b1) * g;
      m = b2 * m + (1 - b2) * g;
      return p - rate * (Math.sign(c) + decay * p);
    };
  });
}

interface SophiaNumbers {
  readonly rate: number;
  readonly b1: number;
  readonly b2: number;
  readonly gamma: number;
  readonly epsilon: number;
  readonly every: number;
  readonly batch: number;
  readonly decay: number;
}

export function sophiaEf(o: SophiaNumbers): Oracle {
  return byElement(() => {
    let [m, h] = [0, 0];
    return (p, g, t) => {
      m = o.b1 * m + (1 - o.b1) * g;
      if (t % o.every === 1) h = o.b2 * h + (1 - o.b2) * o.batch * g * g;
      const shrunk = p - o.rate * o.decay * p;
      const ratio = m / Math.max(o.gamma * h, o.epsilon);
      return shrunk - o.rate * Math.max(-1, Math.min(1, ratio));
    };
  });
}

interface ScheduleFreeNumbers {
  readonly rate: number;
  readonly b1: number;
  readonly b2: number;
  readonly epsilon: number;
  readonly decay: number;
}

/** With x and z kept apart, and y made of them where it is needed. */
export function scheduleFree({ rate, b1, b2, epsilon, decay }: ScheduleFreeNumbers): Oracle {
  return byElement(() => {
    let [x, z, v, squares] = [NaN, NaN, 0, 0];
    return (y, g, t) => {
      if (t === 1) [x, z] = [y, y];
      v = b2 * v + (1 - b2) * g * g;
      const gamma = rate * Math.sqrt(1 - b2 ** t);
      z -= (gamma * g) / (Math.sqrt(v) + epsilon) + gamma * decay * y;
      squares += gamma * gamma;
      const c = (gamma * gamma) / squares;
      x = (1 - c) * x + c * z;
      return (1 - b1) * z + b1 * x;
    };
  });
}
