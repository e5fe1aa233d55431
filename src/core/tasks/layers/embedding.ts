/** Vectors that a network learns for tokens and places. */
import { normal, truncatedNormal } from '../../compute/parameters';
import type { Initializer, ParamSpec } from '../../compute/parameters';

/** Of position vectors (Dosovitskiy et al., "An image is worth 16x16 words", 2021). */
export const positionStart = normal(0.02);

/** `embedding` [vocabulary, width]. @param start  by itself a standard normal that is cut at two standard deviations */
export function embeddingSpec(
  vocabulary: number,
  width: number,
  start: Initializer = truncatedNormal(1),
): ParamSpec {
  return { name: 'embedding', shape: [vocabulary, width], start };
}
