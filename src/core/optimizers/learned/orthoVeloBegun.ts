/** Orthogonal VeLO where there are kernels: VeLO's update by them, the orthogonal steps as operations behind it. */
import { invariant, sizeOf } from '../../../base/index';
import type { NamedFloats, TensorSpec } from '../../../base/index';
import type { BegunFused, BegunUpdate, PlacedArray } from '../optimizer';
import { veloDesign } from '../velo/fused';
import { readRecurrent } from '../velo/fused/readTrace';
import { layOutFused } from '../velo/fused/session';
import type { VeloArchitecture } from '../velo/theta';
import { wordsOf } from './flat';
import { initOrthogonal, orthogonalParameters, orthogonalSteps } from './orthogonalSteps';

/** @param tensors  of the whole theta @param numSteps  T ≥ 1 */
export function beginOrthoVelo(
  architecture: VeloArchitecture,
  tensors: NamedFloats,
  numSteps: number,
): BegunUpdate {
  return {
    fused: (params, start, threads = 1) =>
      layOutVelo(architecture, { tensors, numSteps, params, start, threads }),
    init: initOrthogonal,
    rest: orthogonalSteps,
  };
}

/** VeLO's kernels; the weights of the orthogonal steps lie behind its own and are read where they are. */
function layOutVelo(
  architecture: VeloArchitecture,
  options: Omit<Parameters<typeof layOutFused>[0], 'design'>,
): BegunFused {
  const velo = veloDesign(architecture, options.numSteps);
  const own = orthogonalParameters(architecture.hidden);
  const design = { ...velo, parameters: [...velo.parameters, ...own] };
  const laidOut = layOutFused({ ...options, design });
  const { layout } = laidOut;
  const { flat, packed } = layout.theta;
  const { lstm } = layout;
  invariant(lstm !== undefined, 'VeLO has an LSTM');
  const behind = { place: flat.place + wordsOf(velo.parameters), words: wordsOf(own) };
  return {
    ...laidOut,
    theta: { flat, packed: [packed, behind] },
    shared: {
      state: [{ name: 'lstm/hidden', shape: [lstm.rows, architecture.hidden], place: lstm.hidden }],
      theta: inARow(own, behind.place),
    },
    start: (runtime, arena) => ({
      ...laidOut.start(runtime, arena),
      trace: () => readRecurrent(arena, layout, lstm),
    }),
  };
}

function inARow(specs: readonly TensorSpec[], first: number): PlacedArray[] {
  let place = first;
  return specs.map(({ name, shape }) => {
    const array = { name, shape, place };
    place += sizeOf(shape);
    return array;
  });
}
