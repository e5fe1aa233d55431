/**
 * The worked example: a matrix, a vector and a scalar with gradients that are given, and the papers' formulas for them in
 * float64. The formulas here share nothing with the optimizers, which compute in float32 tensors.
 */

/** A tensor of the example: row-major numbers. */
export interface Cells {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
export type Named = Readonly<Record<string, Cells>>;

/** One update of all tensors, by the 1-based number t of the step; an oracle keeps what it remembers. */
export type Oracle = (params: Named, grads: Named, t: number) => Named;

export const START: Named = {
  w: { shape: [3, 2], data: [0.5, -1, 0.25, 2, -0.75, 1.5] },
  b: { shape: [3], data: [0, 0.5, -0.25] },
  s: { shape: [], data: [-1.5] },
};

/** Numbers of few binary digits, so that float32 has them exactly. Some change sign, one is 0 at first. */
const W = [
  [0.5, -1.25, 2, 0.75, -0.375, 1],
  [0.25, -1, 1.5, -0.5, -0.25, 0.625],
  [-0.75, 0.5, 1.75, 0.25, 0.125, 1.5],
];
const B = [
  [1, -0.5, 0],
  [0.75, 0.25, -0.125],
  [-0.5, 0.375, 0.25],
];
const S = [-0.625, 0.5, -0.375];

/** Gradients of the steps in turn; after the third they begin again. */
export function gradientsAt(t: number): Named {
  const i = (t - 1) % 3;
  return {
    w: { shape: [3, 2], data: W[i]! },
    b: { shape: [3], data: B[i]! },
    s: { shape: [], data: [S[i]!] },
  };
}

export type Rule = (p: number, g: number, t: number) => number;

/** An oracle that treats each number on its own; `create` makes the memory of one. */
export function byElement(create: () => Rule): Oracle {
  const rules = new Map<string, Rule>();
  return mapped((name, params, grads, t) =>
    params.data.map((p, i) => {
      const key = `${name} ${i}`;
      const rule = rules.get(key) ?? create();
      rules.set(key, rule);
      return rule(p, grads.data[i]!, t);
    }),
  );
}

export type TensorRule = (params: Cells, grads: Cells, t: number) => readonly number[];

/** An oracle that treats each tensor on its own; `create` makes the memory of one. */
export function byTensor(create: (shape: readonly number[]) => TensorRule): Oracle {
  const rules = new Map<string, TensorRule>();
  return mapped((name, params, grads, t) => {
    const rule = rules.get(name) ?? create(params.shape);
    rules.set(name, rule);
    return rule(params, grads, t);
  });
}

function mapped(
  rule: (name: string, params: Cells, grads: Cells, t: number) => readonly number[],
): Oracle {
  return (params, grads, t) =>
    Object.fromEntries(
      Object.entries(params).map(([name, cells]) => [
        name,
        { shape: cells.shape, data: rule(name, cells, grads[name]!, t) },
      ]),
    );
}

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
export const normOf = (values: readonly number[]): number =>
  Math.sqrt(sum(values.map((x) => x * x)));
