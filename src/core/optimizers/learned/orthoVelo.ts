/**
 * VeLO with orthogonal steps: VeLO's whole update, and then for each tensor a share of it beside an orthogonalised step
 * and one of Adam's (`orthogonalSteps.ts`).
 */
import type { NamedFloats } from '../../../base/index';
import { initParams } from '../../compute/parameters';
import type { ParamSpec } from '../../compute/parameters';
import { createRng } from '../../compute/rng';
import type { Optimizer, TensorDict, UpdateInput, UpdateResult } from '../optimizer';
import { entry } from '../velo/lookup';
import { createVelo, veloUpdate } from '../velo/reference';
import { initState } from '../velo/state';
import { veloParameters } from '../velo/theta';
import type { VeloArchitecture } from '../velo/theta';
import { VELO_OPTIONS } from './architecture';
import type { OrthoVeloArchitecture, Theta } from './architecture';
import { optimizerOf } from './learnedOptimizer';
import type { LearnedOptimizer } from './learnedOptimizer';
import { beginOrthoVelo } from './orthoVeloBegun';
import { basisRenewal, debiasing } from './orthogonalAverages';
import { pace, timeInputs } from './orthogonalInputs';
import { initOrthogonal, orthogonalParameters, orthogonalSteps } from './orthogonalSteps';

export const orthoVelo: LearnedOptimizer<OrthoVeloArchitecture> = {
  kind: 'orthoVelo',
  title: 'Orthogonal VeLO',
  summary: "VeLO's steps beside orthogonal ones and Adam's, all of learned size",
  source:
    'Metz et al. 2022, with the orthogonalisation of Muon (Jordan et al. 2024) and the step of Adam; made here',
  options: VELO_OPTIONS,
  sizes: ({ hidden, bank }) => `hidden size ${hidden} and bank size ${bank}`,
  parameters: (architecture): ParamSpec[] => [
    ...veloParameters(architecture),
    ...orthogonalParameters(architecture.hidden),
  ],
  create: createOrthoVelo,
};

/** A VeLO with orthogonal steps of which nothing is learned yet. Deterministic. */
export function orthogonalStart(
  velo: VeloArchitecture,
  tensors: NamedFloats,
): Theta<OrthoVeloArchitecture> {
  const architecture: OrthoVeloArchitecture = { ...velo, kind: 'orthoVelo' };
  const rng = createRng({ seed: 0, purpose: 'theta' });
  const layers = initParams(orthogonalParameters(velo.hidden), rng);
  return { architecture, tensors: { ...tensors, ...layers } };
}

function createOrthoVelo(
  architecture: OrthoVeloArchitecture,
  tensors: NamedFloats,
  numSteps: number,
): Optimizer {
  const velo: VeloArchitecture = { ...architecture, kind: 'velo' };
  const first = createVelo({ theta: { architecture: velo, tensors }, numSteps });
  const { recurrent } = first;
  return {
    ...optimizerOf('orthoVelo', tensors, {
      scalars: (step) => ({
        ...first.scalars(step),
        time: timeInputs(step, numSteps),
        pace: pace(step, numSteps),
        debiasing: debiasing(step),
      }),
      init: (theta, params) => ({
        ...initState(theta, architecture.hidden, params),
        ...initOrthogonal(params),
      }),
      update: (theta, input) => orthoVeloUpdate(theta, velo, input),
    }),
    ...(recurrent === undefined ? {} : { recurrent }),
    renewal: basisRenewal,
    begun: beginOrthoVelo(velo, tensors, numSteps),
  };
}

function orthoVeloUpdate(
  theta: TensorDict,
  architecture: VeloArchitecture,
  input: UpdateInput,
): UpdateResult {
  const velo = veloUpdate(theta, architecture, input);
  const { params, state } = orthogonalSteps({
    theta,
    before: input.params,
    after: velo.params,
    grads: input.grads,
    state: { ...input.state, 'lstm/hidden': entry(velo.state, 'lstm/hidden') },
    scalars: input.scalars,
    loss: input.loss,
  });
  return { params, state: { ...input.state, ...velo.state, ...state }, trace: velo.trace };
}
