/** Optimizers that look at whole tensors, from the papers' formulas. */
import { byTensor, normOf, sum } from './example';
import type { Named, Oracle } from './example';

interface AdamMemory {
  readonly direction: (g: readonly number[], t: number) => number[];
}

/** m̂/(√v̂ + ε) of a list of numbers. */
export function adamOf(b1: number, b2: number, epsilon: number): AdamMemory {
  const [m, v]: [number[], number[]] = [[], []];
  return {
    direction: (gradient, t) =>
      gradient.map((g, i) => {
        m[i] = b1 * (m[i] ?? 0) + (1 - b1) * g;
        v[i] = b2 * (v[i] ?? 0) + (1 - b2) * g * g;
        return m[i] / (1 - b1 ** t) / (Math.sqrt(v[i] / (1 - b2 ** t)) + epsilon);
      }),
  };
}

interface AdamNumbers {
  readonly rate: number;
  readonly b1: number;
  readonly b2: number;
  readonly epsilon: number;
}

export function adam({ rate, b1, b2, epsilon }: AdamNumbers): Oracle {
  return byTensor(() => {
    const { direction } = adamOf(b1, b2, epsilon);
    return ({ data: p }, { data: g }, t) => {
      const u = direction(g, t);
      return p.map((x, i) => x - rate * u[i]!);
    };
  });
}

export function lamb(rate: number, epsilon: number, decay: number): Oracle {
  return byTensor(() => {
    const adam = adamOf(0.9, 0.999, epsilon);
    return ({ data: p }, { data: g }, t) => {
      const u = adam.direction(g, t).map((r, i) => r + decay * p[i]!);
      const [size, length] = [normOf(p), normOf(u)];
      const ratio = size === 0 || length === 0 ? 1 : size / length;
      return p.map((x, i) => x - rate * ratio * u[i]!);
    };
  });
}

export function lars(rate: number, eta: number, momentum: number, decay: number): Oracle {
  return byTensor(() => {
    const velocity: number[] = [];
    return ({ data: p }, { data: g }) => {
      const [size, slope] = [normOf(p), normOf(g)];
      const local = size === 0 || slope === 0 ? 1 : (eta * size) / (slope + decay * size);
      return p.map((x, i) => {
        velocity[i] = momentum * (velocity[i] ?? 0) + rate * local * (g[i]! + decay * x);
        return x - velocity[i];
      });
    };
  });
}

export function fromage(rate: number): Oracle {
  return byTensor(() => ({ data: p }, { data: g }) => {
    const [size, slope] = [normOf(p), normOf(g)];
    const ratio = size === 0 || slope === 0 ? 1 : size / slope;
    return p.map((x, i) => (x - rate * ratio * g[i]!) / Math.sqrt(1 + rate * rate));
  });
}

/** Index of a row-major place along each axis; of a scalar the one place 0. */
function placesOf(shape: readonly number[], index: number): number[] {
  const places: number[] = [];
  let rest = index;
  for (const side of [...shape].reverse()) {
    places.unshift(rest % side);
    rest = Math.floor(rest / side);
  }
  return places.length === 0 ? [0] : places;
}

export function sm3(rate: number, momentum: number, b2: number): Oracle {
  return byTensor((shape) => {
    const covers = new Map<string, number>();
    const average: number[] = [];
    return ({ data: p }, { data: g }) => {
      const largest = new Map<string, number>();
      const stepped = p.map((x, i) => {
        const names = placesOf(shape, i).map((place, axis) => `${axis} ${place}`);
        const least = Math.min(...names.map((name) => covers.get(name) ?? 0));
        const nu = b2 * least + (b2 === 1 ? 1 : 1 - b2) * g[i]! ** 2;
        for (const name of names) largest.set(name, Math.max(largest.get(name) ?? 0, nu));
        const scaled = nu === 0 ? 0 : g[i]! / Math.sqrt(nu);
        average[i] = momentum * (average[i] ?? 0) + (1 - momentum) * scaled;
        return x - rate * average[i];
      });
      for (const [name, value] of largest) covers.set(name, value);
      return stepped;
    };
  });
}

/** With the paper's sums over rows and columns. */
export function adafactor(rate: number, threshold: number): Oracle {
  const [tiny, least] = [1e-30, 1e-3];
  const rms = (x: readonly number[]): number => normOf(x) / Math.sqrt(x.length);
  return byTensor((shape) => {
    const [rows, cols] = [shape[0] ?? 1, shape[1] ?? 1];
    const [r, c, v]: [number[], number[], number[]] = [[], [], []];
    return ({ data: p }, { data: g }, t) => {
      const beta = 1 - t ** -0.8;
      const at = (i: number, j: number): number => g[i * cols + j]! ** 2 + tiny;
      const columns = [...Array(cols).keys()];
      const lines = [...Array(rows).keys()];
      const mixed = (old: number | undefined, value: number): number =>
        beta * (old ?? 0) + (1 - beta) * value;
      for (const i of lines) r[i] = mixed(r[i], sum(columns.map((j) => at(i, j))));
      for (const j of columns) c[j] = mixed(c[j], sum(lines.map((i) => at(i, j))));
      const u = g.map((value, k) => {
        v[k] = mixed(v[k], value * value + tiny);
        const [i, j] = [Math.floor(k / cols), k % cols];
        return value / Math.sqrt(shape.length === 2 ? (r[i]! * c[j]!) / sum(r) : v[k]);
      });
      const alpha = Math.max(least, rms(p)) * rate;
      const scale = Math.max(1, rms(u) / threshold);
      return p.map((x, k) => x - (alpha * u[k]!) / scale);
    };
  });
}

interface SelfTuning {
  readonly rate: number;
  readonly d0: number;
  readonly b1: number;
  readonly b2: number;
  readonly epsilon: number;
  readonly decay: number;
}

/** All tensors of the example as one list of numbers, as the papers write x. */
function overAll(rule: (x: number[], g: number[]) => number[]): Oracle {
  return (params, grads) => {
    const names = Object.keys(params);
    const flat = (all: Named): number[] => names.flatMap((name) => [...all[name]!.data]);
    const next = rule(flat(params), flat(grads));
    let at = 0;
    return Object.fromEntries(
      names.map((name) => {
        const { shape, data } = params[name]!;
        const part = next.slice(at, at + data.length);
        at += data.length;
        return [name, { shape, data: part }];
      }),
    );
  };
}

export interface WithDistance {
  readonly oracle: Oracle;
  /** The estimate d as it stands. */
  readonly distance: () => number;
}

export function prodigy({ rate, d0, b1, b2, epsilon, decay }: SelfTuning): WithDistance {
  const [m, v, s]: [number[], number[], number[]] = [[], [], []];
  const b3 = Math.sqrt(b2);
  let d = d0;
  let r = 0;
  let start: number[] | undefined;
  const oracle = overAll((x, g) => {
    start ??= x;
    const first = start;
    r = b3 * r + (1 - b3) * rate * d ** 2 * sum(g.map((gi, i) => gi * (first[i]! - x[i]!)));
    const next = x.map((xi, i) => {
      m[i] = b1 * (m[i] ?? 0) + (1 - b1) * d * g[i]!;
      v[i] = b2 * (v[i] ?? 0) + (1 - b2) * d ** 2 * g[i]! ** 2;
      s[i] = b3 * (s[i] ?? 0) + (1 - b3) * rate * d ** 2 * g[i]!;
      return xi - rate * d * (m[i] / (Math.sqrt(v[i]) + d * epsilon) + decay * xi);
    });
    d = Math.max(d, r / sum(s.map(Math.abs)));
    return next;
  });
  return { oracle, distance: () => d };
}

export function dAdaptation({ rate, d0, b1, b2, epsilon, decay }: SelfTuning): WithDistance {
  const [m, v, s]: [number[], number[], number[]] = [[], [], []];
  const root = Math.sqrt(b2);
  let d = d0;
  let r = 0;
  const oracle = overAll((x, g) => {
    const lambda = rate * d;
    let gain = 0;
    const next = x.map((xi, i) => {
      m[i] = b1 * (m[i] ?? 0) + (1 - b1) * lambda * g[i]!;
      v[i] = b2 * (v[i] ?? 0) + (1 - b2) * g[i]! ** 2;
      const a = Math.sqrt(v[i]) + epsilon;
      gain += (g[i]! * (s[i] ?? 0)) / a;
      s[i] = root * (s[i] ?? 0) + (1 - root) * lambda * g[i]!;
      return xi - m[i] / a - lambda * decay * xi;
    });
    r = root * r + (1 - root) * lambda * gain;
    d = Math.max(d, r / ((1 - root) * sum(s.map(Math.abs))));
    return next;
  });
  return { oracle, distance: () => d };
}
