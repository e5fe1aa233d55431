/** Float64 judge of VeLO with orthogonal steps: VeLO's judge, and what follows it written out for each matrix. */
import { clip, layer, mean, oracleStart, oracleStep } from '../../../../../parity/oracle';
import type { OracleTensor } from '../../../../../parity/oracle';
import { soapOf } from '../../worked/matrixOracles';
import { newtonSchulz } from './elementOracles';
import type { OracleResult, OracleRun } from './oracle';

const ADAM = { b1: 0.85, b2: 0.98, epsilon: 1e-12 };
/** Updates from one basis to the next. */
const BASIS_UPDATES = 4;
const rms = (x: number[]): number => Math.sqrt(mean(x.map((value) => value * value)) + 1e-24);
const within = (y: number): number => Math.exp(4 * Math.tanh(y / 4));

const sizeOf = (x: number[]): number => Math.sqrt(mean(x.map((value) => value * value)) + 1e-9);

interface Averages {
  fast: number[];
  slow: number[];
  readonly adam: (gradient: number[], t: number) => number[];
}

/** RMS at the start; of what starts at zero 1/√rows, of vectors ¼, times the geometric mean of what others are to that. */
function scalesOf(tensors: OracleRun['tensors']): { scales: number[]; common: number } {
  const usual = tensors.map(({ shape, data }) =>
    Math.sqrt(shape.length < 2 ? 1 / 16 : shape.at(-1)! / data.length),
  );
  const logs = tensors.flatMap(({ shape, data }, i) =>
    shape.length >= 2 && sizeOf(data) > 1e-4 ? [Math.log(sizeOf(data) / usual[i]!)] : [],
  );
  const relative = logs.length === 0 ? 1 : Math.exp(mean(logs));
  const scales = tensors.map(({ data }, i) =>
    sizeOf(data) > 1e-4 ? sizeOf(data) : relative * usual[i]!,
  );
  const matrices = tensors.flatMap(({ shape }, i) =>
    shape.length < 2 ? [] : [Math.log(scales[i]! / usual[i]!)],
  );
  return { scales, common: Math.exp(mean(matrices)) };
}

/** Half the ln of how much larger the squared changes of ln size are than those of the loss to itself, on average. */
function restlessnessOf(): (size: number, loss: number) => number {
  const seen: { size: number; loss: number }[] = [];
  return (size, loss) => {
    seen.push({ size: Math.log(size), loss });
    const average = (change: (i: number) => number): number =>
      seen.reduce((sum, _, i) => (i === 0 ? 0 : 0.98 * sum + 0.02 * change(i) ** 2), 0) + 1e-12;
    const sizes = average((i) => seen[i]!.size - seen[i - 1]!.size);
    const losses = average((i) => {
      const [last, now] = [seen[i - 1]!.loss, seen[i]!.loss];
      return (2 * (now - last)) / (Math.abs(now) + Math.abs(last));
    });
    return Math.log(sizes / losses) / 2;
  };
}

export function orthoVeloOracle(
  { theta, tensors, steps, numSteps }: OracleRun,
  { hidden, bank }: { hidden: number; bank: number },
): OracleResult {
  const flags = { buggedLossFeatures: false, buggedNextLstmState: false };
  const setup = { hidden, bank, ffMult: 100, numSteps, theta, ...flags };
  const state = oracleStart(setup, tensors);
  const averages = tensors.map(({ shape, data }): Averages => {
    const zeros = data.map(() => 0);
    return { fast: zeros, slow: zeros, adam: soapOf(shape, ADAM, BASIS_UPDATES) };
  });
  const { scales, common } = scalesOf(tensors);
  const restlessness = restlessnessOf();
  return steps.map(({ loss, grads }, t) => {
    const before = state.tensors.map(({ data }) => [...data]);
    oracleStep(setup, state, grads, loss);
    const every = grads.flatMap((grad) => [...grad].map((x) => clip(x, -1000, 1000)));
    const seen = state.tensors.map((tensor, i) => {
      const gradient = grads[i]!.map((x) => clip(x, -1000, 1000));
      const given = { gradient, before: before[i]!, scale: scales[i]!, net: rms(every) };
      return seenTensor(tensor, given, averages[i]!, t);
    });
    const spread = mean(seen.map(({ relative }) => Math.abs(Math.tanh(relative))));
    const alike = Math.tanh((60 * mean(every.map(Math.abs))) / rms(every) - 12 * spread - 45);
    const restless = Math.tanh(3 * (restlessness(rms(every), loss) - 2.9 - 0.4 * alike));
    const kinds = [Math.min(alike, -restless), restless];
    const largest = Math.max(...seen.map(({ fast }) => rms(fast)));
    for (const tensor of seen) {
      tensor.heard = 1 / (1 + ((3e-6 * largest) / rms(tensor.fast)) ** 2);
      tensor.own = tensor.own.map((x, k) => (k < 3 || k > 8 ? x : tensor.heard * x));
    }
    const means = seen[0]!.own.map((_, k) => mean(seen.map(({ own }) => own[k]!)));
    const count = tensors.reduce((sum, { data }) => sum + data.length, 0);
    const net = [...means, ...kinds, Math.log(tensors.length) / 3 - 1, Math.log(count) / 6 - 1.5];
    for (const [i, tensor] of state.tensors.entries()) {
      const numbers = { net, scale: scales[i]!, common, t, numSteps };
      tensor.data = stepOf(theta, seen[i]!, numbers);
    }
    return state.tensors.map(({ data }) => [...data]);
  });
}

interface GivenNumbers {
  readonly gradient: number[];
  readonly before: number[];
  readonly scale: number;
  /** RMS of all gradients. */
  readonly net: number;
}

/** A tensor before its step: averages, Adam's or SOAP's direction, and what is told of it alone. */
function seenTensor(
  tensor: OracleTensor,
  { gradient, before, scale, net }: GivenNumbers,
  averages: Averages,
  t: number,
) {
  averages.fast = averages.fast.map((m, j) => 0.85 * m + 0.15 * gradient[j]!);
  averages.slow = averages.slow.map((m, j) => 0.97 * m + 0.03 * gradient[j]!);
  const { fast, slow } = averages;
  const adaptive = averages.adam(gradient, t + 1);
  const isVector = tensor.shape.length < 2;
  const width = isVector ? 1 : tensor.shape.at(-1)!;
  const height = before.length / width;
  const silent = Array.from({ length: height }, (_, row) =>
    gradient.slice(row * width, (row + 1) * width).every((x) => x === 0),
  );
  const relative = Math.log(rms(gradient) / net);
  const own = [
    Math.log(height / width) / 2,
    Math.log(Math.min(height, width)) / 4 - 1,
    tensor.shape.length > 2 ? 1 : 0,
    silent.filter((is) => is).length / height,
    Math.min(rms(fast) / rms(gradient), 4),
    Math.min(rms(slow) / rms(gradient), 4),
    rms(adaptive),
    4 * (mean(gradient.map(Math.abs)) / rms(gradient) - 0.6),
    Math.tanh(relative / 3),
    Math.tanh(Math.log(sizeOf(before) / scale)),
  ];
  const velo = tensor.data.map((value, j) => value - before[j]!);
  const directions = [gradient, fast, slow, velo.map((x) => -x)];
  return {
    heard: 1,
    relative,
    hidden: tensor.hidden,
    own,
    fast,
    before,
    velo,
    directions,
    adaptive,
    isVector,
    width,
    height,
  };
}

interface StepNumbers {
  readonly net: number[];
  readonly scale: number;
  readonly common: number;
  readonly t: number;
  readonly numSteps: number;
}

function stepOf(
  theta: OracleRun['theta'],
  tensor: ReturnType<typeof seenTensor>,
  { net, scale, common, t, numSteps }: StepNumbers,
): number[] {
  const { heard, before, velo, directions, adaptive, isVector, width, height } = tensor;
  const layers = `orthogonal/${isVector ? 'vector' : 'matrix'}`;
  const left = 1 - t / numSteps + 1 / numSteps;
  const length = Math.tanh(Math.log(numSteps / 1000) / 3);
  const time = [Math.log(left) / 3, t / numSteps, length, 1 / (1 + t / 20)];
  const inputs = [...tensor.hidden, ...tensor.own, ...time, ...net];
  const say = (name: string, x: number[]): number[] =>
    layer(x, theta[`${layers}/${name}/w`]!, theta[`${layers}/${name}/b`]!);
  const known = [...inputs, ...say('feature', inputs).map(Math.tanh)];
  const weights = say('mix', known).map((learned, k) => learned + [0.1, 0.6, 0.3, 0][k]!);
  const mixed = before.map((_, j) =>
    weights.reduce((sum, w, k) => sum + (w * directions[k]![j]!) / rms(directions[k]!), 0),
  );
  const orthogonal = newtonSchulz(mixed, height, width).map(
    (x) => x * Math.sqrt(Math.max(height, width)),
  );
  const agreement = mean(velo.map((x, j) => -x * orthogonal[j]!)) / (rms(velo) * rms(orthogonal));
  const relative = Math.tanh((Math.log(rms(velo) / sizeOf(before) + 1e-6) + 5) / 3);
  const gates = say('gate', [...known, relative, rms(orthogonal), agreement]).map(within);
  const pace = left * Math.exp(-1.5 * length) * heard;
  const own = (isVector ? 0.01 : 0.02) * scale;
  return before.map((p, j) => {
    const turned = (own * gates[2]! + 0.003 * common * gates[3]!) * adaptive[j]!;
    return p + 0.1 * gates[0]! * velo[j]! - pace * (own * gates[1]! * orthogonal[j]! + turned);
  });
}
