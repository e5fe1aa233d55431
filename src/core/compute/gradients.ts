/**
 * Registers the derivatives of tfjs's kernels, which tfjs-core alone does not do, and those that it lacks or has
 * wrong. The registry is global, so one import anywhere serves every copy of tfjs in the process.
 */
import { registerGradient } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { arrangementDerivatives } from './derivatives/arrangement';
import { convolutionDerivatives } from './derivatives/convolution';
import { elementwiseDerivatives } from './derivatives/elementwise';
import { indexingDerivatives } from './derivatives/indexing';
import { poolingDerivatives } from './derivatives/pooling';

const CORRECTED = [
  ...elementwiseDerivatives,
  ...arrangementDerivatives,
  ...indexingDerivatives,
  ...convolutionDerivatives,
  ...poolingDerivatives,
];

/** To be called again where a package that was imported later (tfjs-layers) may have put tfjs's own back. */
export function registerCorrectedGradients(): void {
  for (const config of CORRECTED) registerGradient(config);
}

registerCorrectedGradients();
