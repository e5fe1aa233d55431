/** A zoo of small models as plain tfjs losses, for whatever has to hold for all of them. */
import { convolutionModels } from './models/convolution';
import { denseModels } from './models/dense';
import { joinedEntropies, otherEntropies } from './models/entropy';
import type { Model } from './models/model';
import { operationModels } from './models/operations';
import { sequenceModels } from './models/sequence';

export { randomInputs } from './models/model';
export type { Model, ModelInputs } from './models/model';

export const MODELS: readonly Model[] = [
  ...denseModels,
  ...joinedEntropies,
  ...otherEntropies,
  ...convolutionModels,
  ...sequenceModels,
  ...operationModels,
];
