/** The meta-loss of an unrolled training, as tfjs can go back from it. */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { invariant } from '../../../base/index';
import type { TrainingLoss } from '../estimators/fullEs';
import type { MetaLoss } from '../metaLoss';

/** A loss with its value. */
export interface ReadLoss {
  readonly tensor: Scalar;
  readonly value: number;
}

export function read(tensor: Scalar): ReadLoss {
  return { tensor, value: tensor.dataSync()[0]! };
}

/** The losses whose mean the meta-loss is. */
export function chosen(
  kind: TrainingLoss,
  losses: readonly ReadLoss[],
  finals: () => ReadLoss[],
): readonly ReadLoss[] {
  switch (kind) {
    case 'avg':
      return losses;
    case 'min':
      return [losses.reduce((least, loss) => (loss.value < least.value ? loss : least))];
    case 'last':
      return [losses.at(-1)!];
    case 'lastRecompute': {
      const recomputed = finals();
      invariant(recomputed.length > 0, 'the loss after the last step needs at least one batch');
      return recomputed;
    }
  }
}

export interface Judged {
  /** Has the slope of the meta-loss, though not its value. */
  readonly slope: Scalar;
  /** The worst one where there is nothing to judge. */
  readonly loss: number;
  readonly diverged: boolean;
}

/**
 * By the chain rule: the slope of a loss times that of the meta-loss there, which is a number. Losses after the last step are
 * averaged first, as where they are only looked at.
 */
export function judge(
  { metaLoss, loss: kind }: { readonly metaLoss: MetaLoss; readonly loss: TrainingLoss },
  losses: readonly ReadLoss[],
  first: number,
): Judged {
  if (losses.length === 0)
    return { slope: tf.scalar(0), loss: metaLoss.worst(first), diverged: true };
  const values = losses.map(({ value }) => value);
  const isMean = kind === 'lastRecompute';
  const points = isMean ? values.map(() => mean(values)) : values;
  const terms = losses.map(({ tensor }, i) =>
    tf.mul<Scalar>(tensor, metaLoss.slope(points[i]!, first) / losses.length),
  );
  return {
    slope: tf.addN<Scalar>(terms),
    loss: mean(points.map((value) => metaLoss.of(value, first))),
    diverged: !values.every(Number.isFinite),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
