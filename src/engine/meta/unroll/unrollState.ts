/** How trainings that are gone back through lie in a checkpoint. */
import { withPrefix } from '../../../core/index';
import type { EstimatorState, UnrollStand } from '../../../core/index';
import type { NamedFloats } from '../../../base/index';
import type { SavedEstimation } from '../estimation';
import { savedFloats } from '../labels';

export interface UnrollState {
  readonly estimator: EstimatorState;
  /** Of each particle, where it is in the middle of a training. */
  readonly stands: readonly (UnrollStand | undefined)[];
}

interface Labels extends EstimatorState {
  readonly stands: readonly (StandLabels | null)[];
}

interface StandLabels {
  readonly step: number;
  readonly first?: number;
  /** Names in their order, which sums over parameters depend on and files do not keep. */
  readonly params: readonly string[];
  readonly state: readonly string[];
}

export function encodeUnrolls({ estimator, stands }: UnrollState): SavedEstimation {
  const labels: Labels = {
    ...estimator,
    stands: stands.map((stand) => {
      if (stand === undefined) return null;
      const { params, state = {}, ...place } = stand;
      return { ...place, params: Object.keys(params), state: Object.keys(state) };
    }),
  };
  const tensors = stands.map((stand, i) => ({
    ...withPrefix(placeOf(i, 'params'), stand?.params ?? {}),
    ...withPrefix(placeOf(i, 'state'), stand?.state ?? {}),
  }));
  return { labels, tensors: Object.assign({}, ...tensors) as NamedFloats };
}

/** @throws UserError('checkpoint') where arrays are missing */
export function decodeUnrolls({ labels, tensors }: SavedEstimation): UnrollState {
  const { stands, particles, problems } = labels as Labels;
  const arraysOf = (place: string, names: readonly string[]): NamedFloats =>
    Object.fromEntries(
      names.map((name) => {
        const data = savedFloats(tensors, `${place}/${name}`);
        return [name, { shape: tensors[`${place}/${name}`]!.shape, data }];
      }),
    );
  return {
    estimator: { particles, problems },
    stands: stands.map((stand, i) => {
      if (stand === null) return undefined;
      const params = arraysOf(placeOf(i, 'params'), stand.params);
      return { ...stand, params, state: arraysOf(placeOf(i, 'state'), stand.state) };
    }),
  };
}

function placeOf(particle: number, what: 'params' | 'state'): string {
  return `stand/${particle}/${what}`;
}
