/**
 * Every family that there is: perceptrons of all kinds, conv nets, residual nets, transformers of images and text, mixers,
 * autoencoders, recurrent nets, tables, and tasks made of tasks. For trainings that go on from one on perceptrons, by
 * estimators with the shape `relative`. No config of its is one of the suite mini-83. Recorded meta-trainings name it, so it
 * stays as it is; another mix gets another name.
 */
import type { TaskDistribution } from '../../distribution';
import { HELD_OUT, UNSEEN_DATA } from '../recipe';
import {
  CHANGED_GRADIENTS,
  ESTIMATED_GRADIENTS,
  LEARNED_BY_ESTIMATES,
  LEARNED_BY_PES,
  LEARNED_ON_CONVOLUTIONS,
  LEARNED_OPTIMIZERS,
} from './derived';
import {
  CONVOLUTIONS,
  CONVOLUTIONS_OF_MANY,
  MIXERS,
  RESIDUAL_NETS,
  RESIDUAL_NETS_OF_MANY,
  TRANSFORMERS,
  TRANSFORMERS_OF_MANY,
} from './images';
import { AUTOENCODERS, PERCEPTRONS, TABLES } from './perceptrons';
import { LANGUAGE_TRANSFORMERS, RECURRENT } from './text';
import { VALIDATION } from './validation';

export const GENERAL_MIX: TaskDistribution = {
  name: 'general',
  summary:
    'Perceptrons of all kinds, conv nets, residual nets, transformers of images and text, mixers, autoencoders, recurrent nets, tables; estimated and changed gradients, tasks that train an optimizer.',
  metaTrain: [
    ...PERCEPTRONS,
    CONVOLUTIONS,
    RESIDUAL_NETS,
    TRANSFORMERS,
    MIXERS,
    AUTOENCODERS,
    TABLES,
    RECURRENT,
    LANGUAGE_TRANSFORMERS,
    ESTIMATED_GRADIENTS,
    CHANGED_GRADIENTS,
    LEARNED_OPTIMIZERS,
    LEARNED_BY_PES,
    RESIDUAL_NETS_OF_MANY,
    TRANSFORMERS_OF_MANY,
    CONVOLUTIONS_OF_MANY,
    LEARNED_ON_CONVOLUTIONS,
    LEARNED_BY_ESTIMATES,
  ],
  metaValid: VALIDATION,
  metaTest: UNSEEN_DATA,
  heldOut: HELD_OUT,
};
