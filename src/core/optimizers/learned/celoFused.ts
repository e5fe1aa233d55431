/** Celo by the kernels of VeLO, which it has its network for each element from. */
import type { NamedFloats, TensorSpec } from '../../../base/index';
import type { FusedUpdate } from '../optimizer';
import type { FusedDesign } from '../velo/fused/design';
import { readRecurrent } from '../velo/fused/readTrace';
import { layOutFused } from '../velo/fused/session';
import { veloParameters } from '../velo/theta';
import type { CeloArchitecture } from './architecture';

/** Nine features of time and nine of the loss: the first that VeLO has too. */
export const CELO_LSTM_INPUTS = 18;

/** Its weights, in the order of the flat theta. */
export function celoParameters({ hidden }: Pick<CeloArchitecture, 'hidden'>) {
  return veloParameters({ hidden, bank: 1, lstmInputs: CELO_LSTM_INPUTS });
}

/**
 * @param options  as of `LearnedOptimizer.create`
 * @param params  names and shapes, any rank
 * @param start  first arena word that may be used, at a cache line
 * @param threads  most that will work on it together
 */
export function layOutFusedCelo(
  {
    architecture,
    tensors,
    numSteps,
  }: {
    readonly architecture: CeloArchitecture;
    readonly tensors: NamedFloats;
    readonly numSteps: number;
  },
  params: readonly TensorSpec[],
  start: number,
  threads = 1,
): FusedUpdate {
  const design = designOf(architecture, numSteps);
  const laidOut = layOutFused({ design, tensors, numSteps, params, start, threads });
  const { layout } = laidOut;
  const { lstm } = layout;
  if (lstm === undefined) return laidOut;
  return {
    ...laidOut,
    start: (runtime, arena) => ({
      ...laidOut.start(runtime, arena),
      trace: () => readRecurrent(arena, layout, lstm),
    }),
  };
}

function designOf(architecture: CeloArchitecture, numSteps: number): FusedDesign {
  const { hidden, phase } = architecture;
  const parameters = celoParameters(architecture);
  if (phase === 1) return { parameters };
  const lstm = { hidden, inputs: CELO_LSTM_INPUTS, lossHorizon: numSteps, restarts: false };
  return { parameters, lstm };
}
