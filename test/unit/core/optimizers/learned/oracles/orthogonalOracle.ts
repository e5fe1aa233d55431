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
}

/** RMS at the start; of what starts at zero 1/√rows times the geometric mean of what others are to that. */
function scalesOf(tensors: OracleRun['tensors']): number[] {
  const usual = tensors.map(({ shape, data }) =>
    Math.sqrt(shape.length < 2 ? 1 / data.length : shape.at(-1)! / data.length),
  );
  const logs = tensors.flatMap(({ shape, data }, i) =>
    shape.length >= 2 && sizeOf(data) > 1e-4 ? [Math.log(sizeOf(data) / usual[i]!)] : [],
  );
  const relative = logs.length === 0 ? 1 : Math.exp(mean(logs));
  return tensors.map(({ data }, i) => (sizeOf(data) > 1e-4 ? sizeOf(data) : relative * usual[i]!));
}

export function orthoVeloOracle(
  { theta, tensors, steps, numSteps }: OracleRun,
  { hidden, bank }: { hidden: number; bank: number },
): OracleResult {
  const flags = { buggedLossFeatures: false, buggedNextLstmState: false };
  const setup = { hidden, bank, ffMult: 100, numSteps, theta, ...flags };
  const state = oracleStart(setup, tensors);
  const averages = tensors.map(({ data }): Averages => {
    return { fast: data.map(() => 0), slow: data.map(() => 0) };
  });
  const scales = scalesOf(tensors);
  return steps.map(({ loss, grads }, t) => {
    const before = state.tensors.map(({ data }) => [...data]);
    oracleStep(setup, state, grads, loss);
    for (const [i, tensor] of state.tensors.entries()) {
      const gradient = grads[i]!.map((x) => clip(x, -1000, 1000));
      tensor.data = stepOf(
        theta,
        { tensor, gradient, before: before[i]!, scale: scales[i]! },
        averages[i]!,
        {
          t,
          numSteps,
        },
      );
    }
    return state.tensors.map(({ data }) => [...data]);
  });
}

function stepOf(
  theta: OracleRun['theta'],
  {
    tensor,
    gradient,
    before,
    scale,
  }: { tensor: OracleTensor; gradient: number[]; before: number[]; scale: number },
  averages: Averages,
  { t, numSteps }: { t: number; numSteps: number },
): number[] {
  averages.fast = averages.fast.map((m, j) => 0.85 * m + 0.15 * gradient[j]!);
  averages.slow = averages.slow.map((m, j) => 0.97 * m + 0.03 * gradient[j]!);
  const isVector = tensor.shape.length < 2;
  const layers = `orthogonal/${isVector ? 'vector' : 'matrix'}`;
  const width = isVector ? 1 : tensor.shape.at(-1)!;
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
  const weights = layer(common, theta[`${layers}/mix/w`]!, theta[`${layers}/mix/b`]!).map(
    (learned, k) => learned + [0.1, 0.6, 0.3, 0][k]!,
  );
  const mixed = before.map((_, j) =>
    weights.reduce((sum, w, k) => sum + (w * directions[k]![j]!) / rms(directions[k]!), 0),
  );
  const orthogonal = newtonSchulz(mixed, height, width).map(
    (x) => x * Math.sqrt(Math.max(height, width)),
  );
  const size = sizeOf(before);
  const agreement = mean(velo.map((x, j) => -x * orthogonal[j]!)) / (rms(velo) * rms(orthogonal));
  const relative = Math.tanh((Math.log(rms(velo) / size + 1e-6) + 5) / 3);
  const inputs = [...common, relative, rms(orthogonal), agreement];
  const gates = layer(inputs, theta[`${layers}/gate/w`]!, theta[`${layers}/gate/b`]!);
  const share = 0.1 * within(gates[0]!);
  const haste = Math.exp(-1.5 * Math.tanh(Math.log(numSteps / 1000) / 3));
  const rate = (isVector ? 0.01 : 0.02) * left * haste * within(gates[1]!) * scale;
  return before.map((p, j) => p + share * velo[j]! - rate * orthogonal[j]!);
}
