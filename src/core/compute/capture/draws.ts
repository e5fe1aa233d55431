/**
 * The generator that a loss sees while it is captured: draws become nodes that say which words of the step's stream
 * they take, counted as `fillUniform` and `fillNormal` of the generator do.
 */
import { concat, reshape } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../base/index';
import type { RandomDraw } from './graph';
import type { Recording } from './recording';

/** Random tensors inside a loss, as a task's loss asks for them. */
export interface DrawSource {
  uniform(shape: readonly number[]): Tensor;
  normal(shape: readonly number[]): Tensor;
}

export function createDraws(recording: Recording): DrawSource {
  /** First word that nobody has taken. */
  let next = 0;
  /** Word after the pair whose second normal number is still to be given. */
  let spareAfter: number | undefined;

  const draw = (op: string, shape: readonly number[], { word, spare }: RandomDraw): Tensor =>
    recording.call(op, { word, spare }, { shape, dtype: 'float32' });

  /** Takes pairs of words for `count` numbers, and keeps what is left of the last pair. */
  const takePairs = (count: number): void => {
    next += 2 * Math.ceil(count / 2);
    spareAfter = count % 2 === 1 ? next : undefined;
  };

  return {
    uniform(shape) {
      const word = next;
      next += sizeOf(shape);
      return draw('RandomUniform', shape, { word, spare: false });
    },
    normal(shape) {
      const count = sizeOf(shape);
      const word = next;
      if (count === 0 || spareAfter === undefined) {
        if (count > 0) takePairs(count);
        return draw('RandomNormal', shape, { word, spare: false });
      }
      const pairEnd = spareAfter;
      takePairs(count - 1);
      if (pairEnd === word || count === 1) {
        return draw('RandomNormal', shape, { word: pairEnd, spare: true });
      }
      // Uniform numbers were drawn since: the words of the spare number and of the others don't adjoin.
      const first = draw('RandomNormal', [1], { word: pairEnd, spare: true });
      const others = draw('RandomNormal', [count - 1], { word, spare: false });
      return reshape(concat([first, others]), [...shape]);
    },
  };
}
