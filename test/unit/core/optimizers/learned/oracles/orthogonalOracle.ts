/** Float64 judge of VeLO with orthogonal steps: VeLO's judge, and what follows it written out for each matrix. */
import { clip, layer, mean, oracleStart, oracleStep } from '../../../../../parity/oracle';
import type { OracleTensor } from '../../../../../parity/oracle';
import { newtonSchulz } from './elementOracles';
import type { OracleResult, OracleRun } from './oracle';

const rms = (x: number[]): number => Math.sqrt(mean(x.map((value) => value * value)) + 1e-24);
const within = (y: number): number => Math.exp(4 * Math.tanh(y / 4));

const sizeOf = (x: number[]): number => Math.sqrt(mean(x.map((value) => value * value)) + 1e-9);

interface Averages {
  fast: number[];
  slow: number[];
  /** RMS at the start. */
  size: number;
}

export function orthoVeloOracle(
  { theta, tensors, steps, numSteps }: OracleRun,
  { hidden, bank }: { hidden: number; bank: number },
): OracleResult {
  const flags = { buggedLossFeatures: false, buggedNextLstmState: false };
  const setup = { hidden, bank, ffMult: 100, numSteps, theta, ...flags };
  const state = oracleStart(setup, tensors);
  const averages = tensors.map(({ data }): Averages => {
    return { fast: data.map(() => 0), slow: data.map(() => 0), size: sizeOf(data) };
  });
  return steps.map(({ loss, grads }, t) => {
    const before = state.tensors.map(({ data }) => [...data]);
    oracleStep(setup, state, grads, loss);
    for (const [i, tensor] of state.tensors.entries()) {
      if (tensor.shape.length < 2) continue;
      const gradient = grads[i]!.map((x) => clip(x, -1000, 1000));
      tensor.data = matrixStep(theta, { tensor, gradient, before: before[i]! }, averages[i]!, {
        t,
        numSteps,
      });
    }
    return state.tensors.map(({ data }) => [...data]);
  });
}

function matrixStep(
  theta: OracleRun['theta'],
  { tensor, gradient, before }: { tensor: OracleTensor; gradient: number[]; before: number[] },
  averages: Averages,
  { t, numSteps }: { t: number; numSteps: number },
): number[] {
  averages.fast = averages.fast.map((m, j) => 0.85 * m + 0.15 * gradient[j]!);
  averages.slow = averages.slow.map((m, j) => 0.97 * m + 0.03 * gradient[j]!);
  const width = tensor.shape.at(-1)!;
  const height = before.length / width;
  const velo = tensor.data.map((value, j) => value - before[j]!);
  const directions = [gradient, averages.fast, averages.slow, velo.map((x) => -x)];
  const silent = Array.from({ length: height }, (_, row) =>
    gradient.slice(row * width, (row + 1) * width).every((x) => x === 0),
  );
  const left = 1 - t / numSteps + 1 / numSteps;
  const common = [
    ...tensor.hidden,
    Math.log(left) / 3,
    t / numSteps,
    Math.tanh(Math.log(numSteps / 1000) / 3),
    1 / (1 + t / 20),
    Math.log(height / width) / 2,
    Math.log(Math.min(height, width)) / 4 - 1,
    tensor.shape.length > 2 ? 1 : 0,
    silent.filter((is) => is).length / height,
    Math.min(rms(averages.fast) / rms(gradient), 4),
    Math.min(rms(averages.slow) / rms(gradient), 4),
  ];
  const weights = layer(common, theta['orthogonal/mix/w']!, theta['orthogonal/mix/b']!).map(
    (learned, k) => learned + [0.1, 0.6, 0.3, 0][k]!,
  );
  const mixed = before.map((_, j) =>
    weights.reduce((sum, w, k) => sum + (w * directions[k]![j]!) / rms(directions[k]!), 0),
  );
  const orthogonal = newtonSchulz(mixed, height, width).map(
    (x) => x * Math.sqrt(Math.max(height, width)),
  );
  const size = sizeOf(before);
  const scale = Math.max(averages.size, Math.min(size, 1 / Math.sqrt(height)));
  const agreement = mean(velo.map((x, j) => -x * orthogonal[j]!)) / (rms(velo) * rms(orthogonal));
  const relative = Math.tanh((Math.log(rms(velo) / size + 1e-6) + 5) / 3);
  const inputs = [...common, relative, rms(orthogonal), agreement];
  const gates = layer(inputs, theta['orthogonal/gate/w']!, theta['orthogonal/gate/b']!);
  const share = 0.5 * within(gates[0]!);
  const rate = 0.02 * left * within(gates[1]!) * scale;
  return before.map((p, j) => p + share * velo[j]! - rate * orthogonal[j]!);
}
