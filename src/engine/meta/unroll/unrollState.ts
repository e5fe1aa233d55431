/** How trainings that are gone back through lie in a checkpoint. */
import { withPrefix, withoutPrefix } from '../../../core/index';
import type { EstimatorState, UnrollStand } from '../../../core/index';
import type { NamedFloats } from '../../../base/index';
import type { SavedEstimation } from '../estimation';

export interface UnrollState {
  readonly estimator: EstimatorState;
  /** Of each particle, where it is in the middle of a training. */
  readonly stands: readonly (UnrollStand | undefined)[];
}

interface Labels extends EstimatorState {
  readonly stands: readonly ({ readonly step: number; readonly first?: number } | null)[];
}

export function encodeUnrolls({ estimator, stands }: UnrollState): SavedEstimation {
  const labels: Labels = {
    ...estimator,
    stands: stands.map((stand) => {
      if (stand === undefined) return null;
      const { step, first } = stand;
      return { step, ...(first === undefined ? {} : { first }) };
    }),
  };
  const tensors = stands.map((stand, i) => ({
    ...withPrefix(`stand/${i}/params`, stand?.params ?? {}),
    ...withPrefix(`stand/${i}/state`, stand?.state ?? {}),
  }));
  return { labels, tensors: Object.assign({}, ...tensors) as NamedFloats };
}

export function decodeUnrolls({ labels, tensors }: SavedEstimation): UnrollState {
  const { stands, particles, problems } = labels as Labels;
  // Those of a stand are floats; the others have other names.
  const floats = tensors as NamedFloats;
  return {
    estimator: { particles, problems },
    stands: stands.map((stand, i) => {
      if (stand === null) return undefined;
      const params = withoutPrefix(`stand/${i}/params`, floats);
      return { ...stand, params, state: withoutPrefix(`stand/${i}/state`, floats) };
    }),
  };
}
