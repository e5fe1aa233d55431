/**
 * VeLO at work in a kernel arena: the same update as `reference.ts`, fused.
 * Source: HyperV2 in google/learned_optimization, research/general_lopt/hyper_v2.py.
 */
import type { TensorSpec } from '../../../base/index';
import { invariant } from '../../../base/index';
import type { Arena, KernelRuntime } from '../../compute/kernelRuntime';
import type { FusedSession, FusedUpdate } from '../optimizer';
import type { ArenaLayout } from './fused/arenaLayout';
import type { FusedDesign } from './fused/design';
import { INPUT_STRIDE } from './fused/lstmLayout';
import { readRecurrent, rowsFrom } from './fused/readTrace';
import { layOutFused } from './fused/session';
import { LOSS_MEANS } from './lossFeatures';
import type { VeloOptions } from './state';
import type { VeloArchitecture } from './theta';
import { LSTM_INPUTS, veloParameters } from './theta';
import type { VeloTrace } from './trace';

export interface FusedVeloSession extends FusedSession {
  /** Copies of what the last update computed on the way. */
  trace(): VeloTrace;
}

/**
 * A session for the given params in an arena of its own.
 * @throws UserError('device') when the memory cannot be had or the kernels are of another version
 */
export function createFusedVelo(
  options: VeloOptions,
  runtime: KernelRuntime,
  params: readonly TensorSpec[],
): FusedVeloSession {
  const update = layOutFusedVelo(options, params, 0);
  return update.start(runtime, runtime.allocate(update.words));
}

/** Laid out, not yet at work. */
export interface FusedVeloUpdate extends FusedUpdate {
  start(runtime: KernelRuntime, arena: Arena): FusedVeloSession;
}

/**
 * VeLO's kernels for the given params, which are zero until the caller writes them; the state starts as
 * `createVelo(options).init` does.
 * @param options  theta, and numSteps ≥ 1, the number of updates announced
 * @param params  names and shapes, any rank
 * @param start  first arena word that may be used, at a cache line
 * @param threads  most that will work on it together
 */
export function layOutFusedVelo(
  { theta, numSteps }: VeloOptions,
  params: readonly TensorSpec[],
  start: number,
  threads = 1,
): FusedVeloUpdate {
  const design = veloDesign(theta.architecture, numSteps);
  const { tensors } = theta;
  const laidOut = layOutFused({ design, tensors, numSteps, params, start, threads });
  return {
    ...laidOut,
    start: (runtime, arena) => ({
      ...laidOut.start(runtime, arena),
      trace: () => readTrace(arena, laidOut.layout),
    }),
  };
}

/** What the kernels have to know of a VeLO for a training of `numSteps` updates. */
export function veloDesign(architecture: VeloArchitecture, numSteps: number): FusedDesign {
  const { hidden, bank, ffMult, buggedLossFeatures, buggedNextLstmState } = architecture;
  return {
    parameters: veloParameters(architecture),
    lstm: {
      hidden,
      inputs: LSTM_INPUTS,
      lossHorizon: buggedLossFeatures ? 10 : numSteps,
      restarts: buggedNextLstmState,
      bank: { networks: bank, ffMult },
    },
  };
}

function readTrace(arena: Arena, layout: ArenaLayout): VeloTrace {
  const { lstm } = layout;
  invariant(lstm !== undefined, 'VeLO has an LSTM');
  const from = lstm.loss.features;
  const inputs = { stride: INPUT_STRIDE, width: LSTM_INPUTS, count: lstm.rows };
  return {
    lossFeatures: { shape: [LOSS_MEANS - 1], data: arena.f32.slice(from, from + LOSS_MEANS - 1) },
    lstmInputs: rowsFrom(arena, lstm.inputs, inputs),
    ...readRecurrent(arena, layout, lstm),
  };
}
