/**
 * Registers the derivatives of tfjs's kernels, which tfjs-core alone does not do. The registry is global, so
 * one import anywhere serves every copy of tfjs in the process.
 */
import '@tensorflow/tfjs-core/dist/register_all_gradients';
