/** Float64 judges of the optimizers that have an LSTM over the tensors. */
import {
  accumulate,
  clip,
  layer,
  mean,
  move,
  oracleStart,
  pushLoss,
  recurrent,
  sigmoid,
  zeros,
} from '../../../../../parity/oracle';
import { haiku, normalise, perceptron, sinTime } from './oracle';
import type { OracleResult, OracleRun } from './oracle';

/** As VeLO with one network and a control of 1; every tensor has an LSTM of its own, which all see the same. */
export function celoOracle(
  { theta, tensors, steps, numSteps }: OracleRun,
  { hidden, isScheduled }: { hidden: number; isScheduled: boolean },
): OracleResult {
  const flags = { buggedLossFeatures: false, buggedNextLstmState: false };
  const setup = { hidden, bank: 1, ffMult: 1, numSteps, theta, ...flags };
  const state = oracleStart(setup, tensors);
  return steps.map(({ loss, grads }, t) => {
    state.step = t;
    const lossFeatures = pushLoss(state, loss);
    const centres = [0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0, 1.1];
    const row = [...centres.map((c) => Math.tanh(10 * (t / numSteps - c))), ...lossFeatures];
    const { stepMultiplier } = recurrent(
      setup,
      state,
      tensors.map(() => row),
    );
    for (const [i, tensor] of state.tensors.entries()) {
      const g = grads[i]!.map((x) => clip(x, -1000, 1000));
      accumulate(tensor, g);
      move(setup, tensor, g, [1], isScheduled ? 0.1 * Math.exp(stepMultiplier[i]!) : 1);
    }
    return state.tensors.map(({ data }) => [...data]);
  });
}

interface Cell {
  hidden: number[];
  cell: number[];
}

function startCell(theta: Record<string, number[]>): Cell {
  return {
    hidden: [...theta['lstm_init_state/hidden']!],
    cell: [...theta['lstm_init_state/cell']!],
  };
}

/** Gates i, g, f, o. */
function lstm(theta: Record<string, number[]>, x: number[], { hidden, cell }: Cell): Cell {
  const H = hidden.length;
  const gates = layer(
    [...x, ...hidden],
    theta['rnn_params/rnn/linear/w']!,
    theta['rnn_params/rnn/linear/b']!,
  );
  const next = cell.map(
    (c, u) => sigmoid(gates[2 * H + u]! + 1) * c + sigmoid(gates[u]!) * Math.tanh(gates[H + u]!),
  );
  return { cell: next, hidden: next.map((c, u) => sigmoid(gates[3 * H + u]!) * Math.tanh(c)) };
}

const logOf = (x: number): number => clip(Math.log(1e-8 + Math.abs(x)), -5, 5);
const spread = (x: number[]): number => mean(x.map((value) => (value - mean(x)) ** 2));
const norm = (x: number[]): number => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));

export function nnAdamOracle({ theta, tensors, steps }: OracleRun): OracleResult {
  const half = (x: number): number => 0.5 * logOf(x);
  const named = (name: string): number => theta[`per_layer_${name}`]![0]!;
  const now = tensors.map(({ data, shape }) => ({
    shape,
    data: [...data],
    m: data.map(() => 0),
    v: data.map(() => 0),
    lstm: startCell(theta),
    ...{ lr: named('lr'), b1: named('beta1'), b2: named('beta2'), eps: named('epsilon') },
  }));
  const oneMinus = (x: number): number => 1 - Math.exp(clip(10 * x, -10, 0));
  const logWithin = (x: number, low: number, high: number): number =>
    0.1 * Math.log(clip(Math.exp(10 * x), low, high));
  return steps.map(({ grads }) =>
    now.map((tensor, i) => {
      const g = grads[i]!.map((x) => clip(x, -1000, 1000));
      const [b1, b2] = [oneMinus(tensor.b1), oneMinus(tensor.b2)];
      const eps = clip(Math.exp(10 * tensor.eps), 1e-11, 1e4);
      const lr = clip(Math.exp(10 * tensor.lr), 1e-8, 1e3);
      tensor.m = tensor.m.map((m, j) => b1 * m + (1 - b1) * g[j]!);
      tensor.v = tensor.v.map((v, j) => b2 * v + (1 - b2) * g[j]! ** 2);
      const { m, v, data: p } = tensor;
      const features = {
        beta1: clip(tensor.b1, -5, 5) * 0.2,
        beta2: clip(tensor.b2, -5, 5) * 0.2,
        epsilon: clip(tensor.eps, -5, 5) * 0.2,
        is_bias: tensor.shape.length === 1 ? 1 : -1,
        is_scalar: tensor.shape.length === 0 ? 1 : -1,
        lr: clip(tensor.lr, -5, 5) * 0.2,
        mean_g_mag: half(mean(g)),
        mean_g_sign: Math.sign(mean(g)),
        mean_gabs_mag: half(mean(g.map(Math.abs))),
        mean_m_mag: half(mean(m)),
        mean_m_sign: Math.sign(mean(m)),
        mean_p_mag: half(mean(p)),
        mean_p_sign: Math.sign(mean(p)),
        mean_rms: half(mean(v)),
        mean_sign: Math.sign(mean(v)),
        var_g: half(spread(g)),
        var_m: half(spread(m)),
        var_p: half(spread(p)),
        var_rms: half(spread(v)),
      };
      tensor.data = p.map(
        (x, j) => x - ((lr * (1 + eps)) / (eps + Math.sqrt(v[j]! + 1e-10))) * m[j]!,
      );
      tensor.lstm = lstm(theta, Object.values(features), tensor.lstm);
      const head = 'rnn_to_controls_params/rnn_to_controls';
      const change = layer(tensor.lstm.hidden, theta[`${head}/w`]!, theta[`${head}/b`]!);
      tensor.lr = logWithin(tensor.lr + 0.01 * change[0]!, 1e-8, 1e3);
      tensor.b1 = 0.1 * Math.log(1 - oneMinus(tensor.b1 + 0.01 * change[1]!));
      tensor.b2 = 0.1 * Math.log(1 - oneMinus(tensor.b2 + 0.01 * change[2]!));
      tensor.eps = logWithin(tensor.eps + 0.01 * change[3]!, 1e-11, 1e4);
      return [...tensor.data];
    }),
  );
}

export function rnnMlpOracle({ theta, tensors, steps }: OracleRun): OracleResult {
  const betas = [0.5, 0.9, 0.99, 0.999, 0.9999];
  const now = tensors.map(({ data, shape }) => ({
    shape,
    data: [...data],
    m: data.map(() => zeros(5)),
    v: data.map(() => zeros(5)),
    lstm: startCell(theta),
    fromMlp: [...theta['initial_from_mlp']!],
  }));
  let fromLstm = [...theta['initial_from_lstm']!];
  let [lossMean, lossVariance, clipSize] = [0, 0, 0.01];
  return steps.map(({ loss, grads: raw }, t) => {
    lossMean = 0.9 * lossMean + 0.1 * loss;
    lossVariance = 0.9 * lossVariance + 0.1 * (lossMean - loss) ** 2;
    const correction = 1 / (1 - 0.9 ** (t + 1) + 1e-8);
    const told = [loss, 0].map((value) => {
      const centred = value - lossMean * correction;
      return clip(centred / Math.sqrt(lossVariance * correction + 1e-8), -5, 5);
    });
    const limit = (10 * clipSize) / (1 - 0.99 ** (t + 1));
    const grads = raw.map((g) => g.map((x) => clip(x, -limit, limit)));
    const squares = mean(grads.map((g) => mean(g.map((x) => x * x))));
    clipSize = 0.99 * clipSize + 0.01 * Math.sqrt(1e-8 + squares);
    for (const [i, tensor] of now.entries()) {
      const g = grads[i]!;
      tensor.m = tensor.m.map((m, j) => m.map((x, k) => betas[k]! * x + (1 - betas[k]!) * g[j]!));
      tensor.v = tensor.v.map((v, j) =>
        v.map((x, k) => betas[k]! * x + (1 - betas[k]!) * g[j]! ** 2),
      );
      const [m, v, p] = [tensor.m.flat(), tensor.v.flat(), tensor.data];
      const sides = [0, 1, 2, 3].map((axis) => Math.log(tensor.shape[axis] ?? 1) - 1);
      const features = [
        ...[...fromLstm, ...tensor.fromMlp, logOf(norm(g)), tensor.shape.length === 0 ? 1 : -1],
        ...[logOf(mean(m)), Math.sign(mean(m)), logOf(mean(v)), Math.sign(mean(v))],
        ...[logOf(mean(p)), Math.sign(mean(p)), logOf(norm(p)), ...sides, ...told],
        ...[logOf(spread(m)), logOf(spread(v)), logOf(spread(p))],
      ];
      tensor.lstm = lstm(theta, features, tensor.lstm);
    }
    const toLstm = now.map((tensor) =>
      affine(theta, 'rnn_to_in_params/rnn_to_in', tensor.lstm.hidden),
    );
    fromLstm = fromLstm.map((_, k) => mean(toLstm.map((row) => row[k]!)));
    for (const [i, tensor] of now.entries()) {
      const toMlp = affine(theta, 'rnn_to_ff_params/rnn_to_ff', tensor.lstm.hidden);
      const rows = tensor.data.map((p, j) => {
        const s = tensor.v[j]!.map((x) => 1 / Math.sqrt(x + 1e-6));
        const scaled = tensor.m[j]!.map((x, k) => x * s[k]!);
        const own = [grads[i]![j]!, p, Math.log(Math.abs(p) + 1e-8)];
        return [...own, ...tensor.m[j]!, ...tensor.v[j]!, ...scaled, ...s];
      });
      normalise(rows);
      const common = [
        ...[...sinTime(t), Math.log(tensors.length) - 1, Math.log(norm(tensor.data) + 1e-8)],
        ...[Math.log(tensor.data.length), ...toMlp],
      ];
      const outs = rows.map((row) =>
        perceptron(theta, haiku('ffmod_params/'), [...row, ...common]),
      );
      tensor.data = tensor.data.map(
        (p, j) => p - 0.001 * outs[j]![0]! * Math.exp(0.001 * outs[j]![1]!),
      );
      tensor.fromMlp = tensor.fromMlp.map((_, k) => mean(outs.map((out) => out[2 + k]!)));
    }
    return now.map(({ data }) => [...data]);
  });
}

function affine(theta: Record<string, number[]>, name: string, x: number[]): number[] {
  return layer(x, theta[`${name}/w`]!, theta[`${name}/b`]!);
}
