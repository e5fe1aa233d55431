/** Where the loss buffer and the LSTM of a fused update lie in its arena. */
import { LOSS_MEANS } from '../lossFeatures';
import { lstmRows } from './design';
import type { LstmDesign } from './design';
import { planeStride, roundUp } from './places';
import type { Reserve } from './places';

/** Row stride of the LSTM's inputs. */
export const INPUT_STRIDE = 32;
/** Numbers of one tensor's effective network, and the stride from one to the next. */
export const NETWORK_SIZE = 159;
export const NETWORK_STRIDE = 160;
/** Matrices are packed in strips of this many columns; PACK_COLUMNS in gemm.c. */
export const PACK_COLUMNS = 32;

/** Corrections and decays of the loss averages, the step and the fraction done. */
export const CLOCK_WORDS = 2 * LOSS_MEANS + 2;

/** A packed weight matrix with its bias. */
export interface Linear {
  readonly inputs: number;
  readonly outputs: number;
  readonly packed: number;
  readonly bias: number;
}

export interface LossPlaces {
  readonly means: number;
  readonly minima: number;
  readonly features: number;
  /** What depends on the step alone lies together: from here on `CLOCK_WORDS` words. */
  readonly clock: number;
  readonly corrections: number;
  readonly decays: number;
  readonly step: number;
  readonly fraction: number;
}

export interface LstmPlaces {
  readonly design: LstmDesign;
  readonly rows: number;
  readonly loss: LossPlaces;
  readonly axisCounts: number;
  readonly inputs: number;
  readonly mixed: number;
  /** Inputs and previous hidden state side by side, rows `joinedStride` apart. */
  readonly joined: number;
  readonly joinedStride: number;
  readonly gates: number;
  readonly hidden: number;
  readonly cell: number;
  /** Where a step leaves its hidden state and cell: the state itself unless that is never carried on. */
  readonly hiddenOut: number;
  readonly cellOut: number;
  /** Controls, where there is a bank, and behind them the step multiplier of each row. */
  readonly heads: number;
  readonly headsStride: number;
  readonly layers: LstmLayers;
}

export interface LstmLayers {
  readonly mixing: Linear;
  readonly input: Linear;
  readonly gate: Linear;
  readonly head: Linear;
  /** Of those with one. */
  readonly bank?: Linear;
}

/** What an update carries on to the next one. */
export type KeptLstm = Pick<LstmPlaces, 'design' | 'rows' | 'hidden' | 'cell'> & {
  readonly tensors: number;
  readonly means: number;
  readonly minima: number;
};

/** @param tensors  how many there are */
export function keptLstm(design: LstmDesign, tensors: number, reserve: Reserve): KeptLstm {
  const rows = lstmRows(design, tensors);
  return {
    design,
    tensors,
    rows,
    means: reserve(LOSS_MEANS),
    minima: reserve(LOSS_MEANS),
    hidden: reserve(rows * design.hidden),
    cell: reserve(rows * design.hidden),
  };
}

export function packedLayers(
  { hidden: H, inputs, bank }: LstmDesign,
  reserve: Reserve,
): LstmLayers {
  const linear = (inputs: number, outputs: number): Linear => ({
    inputs,
    outputs,
    packed: reserve(inputs * roundUp(outputs, PACK_COLUMNS)),
    bias: reserve(roundUp(outputs, PACK_COLUMNS)),
  });
  return {
    mixing: linear(inputs, H),
    input: linear(inputs, H),
    gate: linear(2 * H, 4 * H),
    head: linear(H, controlsOf(bank) + 1),
    ...(bank === undefined ? {} : { bank: linear(bank.networks, NETWORK_SIZE) }),
  };
}

/** How many controls stand before the step multiplier of a row. */
export function controlsOf(bank: LstmDesign['bank']): number {
  return bank?.networks ?? 0;
}

/** Room for the widest matrix that is put together before it is packed. */
export function stagingWords({ hidden, bank }: LstmDesign): number {
  if (bank === undefined) return 0;
  return Math.max(bank.networks * NETWORK_SIZE, hidden * (bank.networks + 1));
}

/** Seven words for each strip of each matrix. */
export function packingWords({ mixing, input, gate, head, bank }: LstmLayers): number {
  const strips = (outputs: number): number => Math.ceil(outputs / PACK_COLUMNS);
  return [mixing, input, gate, head, ...(bank === undefined ? [] : [bank])].reduce(
    (sum, { outputs }) => sum + 7 * strips(outputs),
    0,
  );
}

/** Everything of it, once what is kept and the weights have their places. */
export function lstmPlaces(kept: KeptLstm, layers: LstmLayers, reserve: Reserve): LstmPlaces {
  const { design, rows, tensors, means, minima, hidden, cell } = kept;
  const { hidden: H, bank, restarts } = design;
  const joinedStride = planeStride(2 * H);
  const headsStride = planeStride(controlsOf(bank) + 1);
  return {
    design,
    rows,
    loss: { means, minima, ...workLoss(reserve) },
    hidden,
    cell,
    layers,
    axisCounts: reserve(tensors),
    inputs: reserve(rows * INPUT_STRIDE),
    mixed: reserve(rows * H),
    joined: reserve(rows * joinedStride),
    joinedStride,
    gates: reserve(rows * 4 * H),
    hiddenOut: restarts ? reserve(rows * H) : hidden,
    cellOut: restarts ? reserve(rows * H) : cell,
    heads: reserve(rows * headsStride),
    headsStride,
  };
}

function workLoss(reserve: Reserve) {
  const clock = reserve(CLOCK_WORDS);
  return {
    clock,
    corrections: clock,
    decays: clock + LOSS_MEANS,
    step: clock + 2 * LOSS_MEANS,
    fraction: clock + 2 * LOSS_MEANS + 1,
    features: reserve(LOSS_MEANS - 1),
  };
}
