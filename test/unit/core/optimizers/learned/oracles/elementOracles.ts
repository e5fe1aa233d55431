/** Float64 judges of the optimizers that look at each element and nothing beyond its tensor. */
import type { OracleDecays, OracleTensor } from '../../../../../parity/oracle';
import {
  accumulate,
  clip,
  featuresOf,
  mean,
  oracleStart,
  zeros,
} from '../../../../../parity/oracle';
import { NN, haiku, normalise, perceptron, tanhTime } from './oracle';
import type { OracleResult, OracleRun } from './oracle';

export function mlpLoptOracle({ theta, tensors, steps }: OracleRun): OracleResult {
  const betas = [0.1, 0.5, 0.9, 0.99, 0.999, 0.9999];
  const now = tensors.map(({ data }) => ({ data: [...data], m: data.map(() => zeros(6)) }));
  return steps.map(({ grads }, t) =>
    now.map((tensor, i) => {
      const rows = grads[i]!.map((g, j) => {
        tensor.m[j] = tensor.m[j]!.map((m, k) => betas[k]! * m + (1 - betas[k]!) * g);
        return [g, tensor.data[j]!, ...tensor.m[j]];
      });
      normalise(rows);
      tensor.data = tensor.data.map((p, j) => {
        const out = perceptron(theta, haiku(''), [...rows[j]!, ...tanhTime(t)]);
        return p - 0.001 * out[0]! * Math.exp(0.001 * out[1]!);
      });
      return [...tensor.data];
    }),
  );
}

/** 1 - exp(10 (ln(1 - b) / 10 + x)) */
function learned(initial: number[], offsets: number[], isBounded: boolean): number[] {
  return initial.map((b, k) => {
    const decay = 1 - Math.exp(10 * (Math.log(1 - b) / 10 + offsets[k]!));
    return isBounded ? clip(decay, 0, 1) : decay;
  });
}

function decaysOf(theta: Record<string, number[]>): OracleDecays {
  const three = [0.9, 0.99, 0.999];
  return {
    momentum: learned(three, theta['momentum_decays']!, false),
    v: learned([0.999], theta['rms_decays']!, true)[0]!,
    factored: learned(three, theta['adafactor_decays']!, true),
  };
}

function startOf({ tensors }: OracleRun): OracleTensor[] {
  const none = { 'lstm_init_state/hidden': [], 'lstm_init_state/cell': [] };
  const flags = { buggedLossFeatures: false, buggedNextLstmState: false };
  const setup = { hidden: 0, bank: 0, ffMult: 1, numSteps: 20, theta: none, ...flags };
  return oracleStart(setup, tensors).tensors;
}

/** Of VeLO's 30 features without clip(g) and g·s; vectors have an epsilon in the last three. */
function adafactorRows(tensor: OracleTensor, grads: number[]): number[][] {
  return featuresOf(tensor, grads).map((row, j) => {
    const kept = row.filter((_, c) => c !== 1 && c !== 14);
    if (tensor.shape.length >= 2) return kept;
    const last = [0, 1, 2].map(
      (c) => tensor.m[3 * j + c]! * (tensor.diagonal[3 * j + c]! + 1e-6) ** -0.5,
    );
    return [...kept.slice(0, -3), ...last];
  });
}

/** @param step  what is taken off a parameter, of the network's outputs and the element's m·s and s */
function adafactorOracle(
  run: OracleRun,
  step: (out: number[], element: { p: number; g: number; m: number[]; s: number }) => number,
): OracleResult {
  const now = startOf(run);
  const decays = decaysOf(run.theta);
  return run.steps.map(({ grads }, t) =>
    now.map((tensor, i) => {
      accumulate(tensor, grads[i]!, decays);
      const rows = adafactorRows(tensor, grads[i]!);
      normalise(rows);
      tensor.data = tensor.data.map((p, j) => {
        const out = perceptron(run.theta, NN, [...rows[j]!, ...tanhTime(t)]);
        const m = tensor.m.slice(3 * j, 3 * j + 3);
        const s = 1 / Math.sqrt(tensor.v[j]! + 1e-6);
        return p - step(out, { p, g: grads[i]![j]!, m, s });
      });
      return [...tensor.data];
    }),
  );
}

export function adafacMlpOracle(run: OracleRun): OracleResult {
  return adafactorOracle(run, ([d, a]) => 0.001 * d! * Math.exp(0.001 * a!));
}

export interface NominalSetting {
  nominalStep: number;
  nominalGradient: 'sgd' | 'momentum' | 'aggMo' | 'adam' | 'adamAggMo';
  nominalControlled: boolean;
  weightDecay: number;
  decayControlled: boolean;
  preconditioned: boolean;
  expScale: number;
}

export function adafacNominalOracle(run: OracleRun, setting: NominalSetting): OracleResult {
  const { nominalStep, weightDecay, expScale } = setting;
  return adafactorOracle(run, ([d, a, c, w], { p, g, m, s }) => {
    const along = {
      sgd: g,
      momentum: m[2]!,
      aggMo: mean(m),
      adam: m[2]! * s,
      adamAggMo: mean(m.map((x) => x * s)),
    }[setting.nominalGradient];
    const own = 0.001 * d! * Math.exp(expScale * a!) * (setting.preconditioned ? s : 1);
    const nominal = nominalStep * Math.exp(expScale * (setting.nominalControlled ? c! : 1)) * along;
    const decay = weightDecay * Math.exp(expScale * (setting.decayControlled ? w! : 0));
    return decay * p + own + nominal;
  });
}

/** @param rule  changes an element's averages and says what is taken off it */
export function plainOracle(
  { theta, tensors, steps }: OracleRun,
  rule: (
    value: (name: string) => number,
    state: { m: number; v: number },
    g: number,
    t: number,
  ) => number,
): OracleResult {
  const now = tensors.map(({ data }) => data.map((p) => ({ p, m: 0, v: 0 })));
  return steps.map(({ grads }, t) =>
    now.map((tensor, i) =>
      tensor.map((element, j) => {
        element.p -= rule((name) => theta[name]![0]!, element, grads[i]![j]!, t);
        return element.p;
      }),
    ),
  );
}

/** 30 → 8 → 8 → 3 for matrices, of which one output is made orthogonal and of unit size; Adam for the rest. */
export function celo2Oracle(
  run: OracleRun,
  {
    isOrthogonal,
    rate,
    weightDecay,
  }: { isOrthogonal: boolean; rate: (t: number) => number; weightDecay: number },
): OracleResult {
  const names: [string, string][] = [
    ['w0', 'ff_mod_stack/~/b0'],
    ['ff_mod_stack/~/w1', 'ff_mod_stack/~/b1'],
    ['ff_mod_stack/~/w2', 'ff_mod_stack/~/b2'],
  ];
  const blocks = Array.from(
    { length: 14 },
    (_, group) => run.theta[`ff_mod_stack/~/w0__${group}`]!,
  );
  const theta = { ...run.theta, w0: blocks.flat() };
  const betas = [0.9, 0.99, 0.999].map(Math.fround);
  const decays = { momentum: betas, v: Math.fround(0.95), factored: betas };
  const now = startOf(run);
  const vectors = run.tensors.map(({ data }) => data.map(() => ({ m: 0, v: 0 })));
  return run.steps.map(({ grads }, t) =>
    now.map((tensor, i) => {
      const step =
        tensor.shape.length < 2
          ? grads[i]!.map((g, j) => {
              const state = vectors[i]![j]!;
              state.m = 0.9 * state.m + 0.1 * g;
              state.v = 0.999 * state.v + 0.001 * g * g;
              return (20 * state.m) / Math.sqrt(state.v + 1e-8);
            })
          : matrixStep(tensor, grads[i]!);
      const factor = (j: number): number => (tensor.shape.length < 2 ? 20 : 1) * tensor.data[j]!;
      tensor.data = tensor.data.map((p, j) => p - rate(t) * (step[j]! + weightDecay * factor(j)));
      return [...tensor.data];
    }),
  );

  function matrixStep(tensor: OracleTensor, raw: number[]): number[] {
    const g = raw.map((x) => clip(x, -1000, 1000));
    accumulate(tensor, g, decays);
    const rows = featuresOf(tensor, g, 1e-8);
    const [height = 1, width = 1] = tensor.shape.slice(-2);
    const size = height * width;
    const parts = Array.from({ length: g.length / size }, (_, b) =>
      rows.slice(b * size, (b + 1) * size),
    );
    return parts.flatMap((part) => {
      normalise(part, 1e-9);
      const direction = part.map((row) => perceptron(theta, names, row)[0]!);
      const turned = isOrthogonal ? newtonSchulz(direction, height, width) : direction;
      const scale = 1 / Math.sqrt(1e-9 + mean(turned.map((x) => x * x)));
      return turned.map((x) => x * scale);
    });
  }
}

/** Five steps X <- a X + (b G + c G²) X with G = X Xᵀ of the matrix or its transpose, whichever is smaller. */
export function newtonSchulz(x: number[], height: number, width: number): number[] {
  const norm = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0)) + 1e-8;
  const isTall = height > width;
  const [n, k] = isTall ? [width, height] : [height, width];
  let y = Array.from({ length: n }, (_, i) =>
    Array.from({ length: k }, (_, j) => x[isTall ? j * width + i : i * width + j]! / norm),
  );
  for (let step = 0; step < 5; step++) {
    const gram = y.map((a) => y.map((b) => a.reduce((sum, value, j) => sum + value * b[j]!, 0)));
    const square = gram.map((row) =>
      gram.map((_, j) => row.reduce((sum, value, l) => sum + value * gram[l]![j]!, 0)),
    );
    y = y.map((row, i) =>
      row.map((value, j) => {
        const mixed = y.reduce(
          (sum, other, l) => sum + (-4.775 * gram[i]![l]! + 2.0315 * square[i]![l]!) * other[j]!,
          0,
        );
        return 3.4445 * value + mixed;
      }),
    );
  }
  return x.map((_, at) => {
    const [i, j] = [Math.floor(at / width), at % width];
    return isTall ? y[j]![i]! : y[i]![j]!;
  });
}
