/** How pairs of inner trainings lie in a checkpoint. */
import type { NamedArrays } from '../../base/index';
import type { EstimatorState, Words4 } from '../../core/index';
import type { MemberSnapshot } from '../population/contract';
import type { SavedEstimation } from './estimation';
import { floats, savedFloats, without } from './labels';
import type { PlayerState } from './player';

export interface PairState {
  readonly estimator: EstimatorState;
  readonly player: PlayerState;
  /** That were left in the middle of their trainings. */
  readonly members: readonly (MemberSnapshot | undefined)[];
}

interface Labels {
  readonly problems: number;
  readonly usual?: EstimatorState['usual'];
  readonly particles: readonly {
    readonly problem: number;
    readonly length: number;
    readonly step: number;
    readonly noise?: Words4;
  }[];
  readonly player: {
    readonly diverged: readonly number[];
    readonly first: readonly (number | null)[];
  };
  readonly members: readonly (Omit<MemberSnapshot, 'image'> | null)[];
}

export function encodePairs({ estimator, player, members }: PairState): SavedEstimation {
  const labels: Labels = {
    problems: estimator.problems,
    ...(estimator.usual === undefined ? {} : { usual: estimator.usual }),
    particles: estimator.particles.map((particle) => without(particle, 'accumulated')),
    player: {
      diverged: player.diverged,
      first: player.first.map((loss) => (Number.isFinite(loss) ? loss : null)),
    },
    members: members.map((member) => (member === undefined ? null : without(member, 'image'))),
  };
  const tensors: NamedArrays = {
    ...Object.fromEntries(
      estimator.particles.flatMap(({ accumulated }, i) =>
        accumulated === undefined ? [] : [[`accumulated/${i}`, floats(accumulated)]],
      ),
    ),
    ...Object.fromEntries(
      members.flatMap((member, i) =>
        member === undefined ? [] : [[`member/${i}`, floats(member.image)]],
      ),
    ),
  };
  return { labels, tensors };
}

/** @throws UserError('checkpoint') on one of another program */
export function decodePairs({ labels: saved, tensors }: SavedEstimation): PairState {
  const { problems, usual, particles, player, members } = saved as Labels;
  return {
    estimator: {
      problems,
      ...(usual === undefined ? {} : { usual }),
      particles: particles.map((particle, i) => {
        const name = `accumulated/${i}`;
        if (tensors[name] === undefined) return particle;
        return { ...particle, accumulated: savedFloats(tensors, name) };
      }),
    },
    player: { diverged: player.diverged, first: player.first.map((loss) => loss ?? NaN) },
    members: members.map((label, i) =>
      label === null ? undefined : { ...label, image: savedFloats(tensors, `member/${i}`) },
    ),
  };
}
