/**
 * Records VeLO updates in the format velo-vectors-1 from the float64 oracle: files of any shapes, sizes, flags
 * and subsets of stages, to see that a replay takes more than the files it was made with.
 */
import { thetaSpecs } from '../../src/core/index';
import { fillArray } from '../../src/protocol/index';
import type { VeloVectors, VeloVectorsInput } from '../../src/protocol/index';
import type { OracleState, OracleTrace, Plain } from '../parity/oracle';
import { oracleStart, oracleStep } from '../parity/oracle';

export type Stage = keyof VeloVectors['steps'][number]['expect'];

export interface RecordOptions {
  readonly shapes: Readonly<Record<string, number[]>>;
  readonly hidden?: number;
  readonly bank?: number;
  readonly ffMult?: number;
  readonly buggedLossFeatures?: boolean;
  readonly buggedNextLstmState?: boolean;
  readonly numSteps?: number;
  readonly losses?: readonly number[];
  readonly seed?: number;
  readonly gradientScale?: number;
  /** Which stages a step writes down; all by default. */
  readonly stages?: (step: number) => readonly Stage[];
  readonly writeMoved?: boolean;
  readonly tolerance?: VeloVectorsInput['tolerance'];
}

const ALL: readonly Stage[] = [
  'params',
  'lossFeatures',
  'lstmInputs',
  'stepMultiplier',
  'controls',
  'hidden',
  'cell',
  'momentum',
  'secondMoment',
  'rows',
  'cols',
  'diagonal',
  'lossBuffer',
];

export function recordVectors(options: RecordOptions): VeloVectorsInput {
  const { shapes, hidden = 12, bank = 5, ffMult = 100, seed = 7, numSteps = 25 } = options;
  const { losses = [2.3, 2.1, 2.2, 8, 1.9, -0.3, 1.7], gradientScale = 0.3 } = options;
  const { buggedLossFeatures = false, buggedNextLstmState = false } = options;
  const architecture = { hidden, bank, ffMult, buggedLossFeatures, buggedNextLstmState };
  const theta = thetaSpecs({ kind: 'velo', ...architecture }).map(({ name, shape }, i) => ({
    name,
    shape: [...shape],
    seed: seed * 1000 + i,
    scale: Math.fround(0.25),
  }));
  const tensors = Object.entries(shapes).map(([name, shape], i) => ({
    name,
    shape,
    seed: seed * 2000 + i,
    scale: 0.5,
  }));
  const setup = {
    ...architecture,
    numSteps,
    theta: Object.fromEntries(theta.map((array) => [array.name, plainOf(array).data])),
  };
  const state = oracleStart(setup, tensors.map(plainOf));
  const steps = losses.map((loss, step) => {
    const gradients = tensors.map((_, i) => ({
      seed: seed * 3000 + 100 * step + i,
      scale: gradientScale,
    }));
    const before = state.tensors.map(({ data }) => data);
    const filled = gradients.map((g, i) => plainOf({ ...g, shape: tensors[i]!.shape }).data);
    const trace = oracleStep(setup, state, filled, loss);
    const moved = state.tensors.map(({ data }, i) => distance(data, before[i]!));
    const names = Object.keys(shapes);
    const wanted = options.stages?.(step) ?? ALL;
    return {
      loss,
      gradients,
      ...(options.writeMoved === false ? {} : { moved: byName(names, moved) }),
      ...(wanted.length === 0 ? {} : { expect: expectation(wanted, names, state, trace) }),
    };
  });
  return {
    format: 'velo-vectors-1',
    architecture,
    numSteps,
    theta,
    tensors,
    steps,
    ...(options.tolerance === undefined ? {} : { tolerance: options.tolerance }),
  };
}

function expectation(
  stages: readonly Stage[],
  names: readonly string[],
  state: OracleState,
  trace: OracleTrace,
): Record<string, unknown> {
  const per = (pick: (i: number) => unknown) =>
    byName(
      names,
      names.map((_, i) => pick(i)),
    );
  const at = (i: number) => state.tensors[i]!;
  const makers: Record<Stage, () => unknown> = {
    params: () => per((i) => [...at(i).data]),
    lossFeatures: () => trace.lossFeatures,
    lstmInputs: () => per((i) => trace.lstmInputs[i]),
    stepMultiplier: () => per((i) => trace.stepMultiplier[i]),
    controls: () => per((i) => trace.controls[i]),
    hidden: () => per((i) => [...at(i).hidden]),
    cell: () => per((i) => [...at(i).cell]),
    momentum: () => per((i) => [...at(i).m]),
    secondMoment: () => per((i) => [...at(i).v]),
    rows: () => per((i) => [...at(i).rows]),
    cols: () => per((i) => [...at(i).cols]),
    diagonal: () => per((i) => [...at(i).diagonal]),
    lossBuffer: () => ({
      means: [...state.lossMeans],
      runningMin: [...state.lossMin],
      decays: [...state.lossDecays],
    }),
  };
  return Object.fromEntries(stages.map((stage) => [stage, makers[stage]()]));
}

function byName<T>(names: readonly string[], values: readonly T[]): Record<string, T> {
  return Object.fromEntries(names.map((name, i) => [name, values[i] as T]));
}

function plainOf(array: { shape: number[]; seed: number; scale: number }): Plain {
  return { shape: array.shape, data: [...fillArray(array).data] };
}

function distance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}
