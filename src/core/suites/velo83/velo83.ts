/**
 * The suites of 83. The paper's figure has 83 tasks and no list of them is public; these are the 67 of
 * google/learned_optimization's `continuous_eval/evaluation_set.py` (small_time_fixed) and 16 of the other tasks with
 * published baseline curves, chosen by this rule: whatever kind the 67 lack (MLP-Mixer, PES, evolution strategies
 * around a learned optimizer, recurrent networks over pieces of words, a hundred classes), one of each data set, the
 * smaller ones first. So `velo-83` is not the paper's list, and does not say so.
 */
import type { Suite, SuiteTask } from '../suite';
import { AUTOENCODERS } from './autoencoders';
import { CONVOLUTIONAL } from './convolutional';
import { FULL_DATA, MINI_DATA, nameOf } from './data';
import { LANGUAGE_MODELS } from './languageModels';
import type { OriginalTask } from './original';
import { PATCHES } from './patches';
import { PERCEPTRONS } from './perceptrons';
import { WRAPPED } from './wrapped';

export const ORIGINALS: readonly OriginalTask[] = [
  ...PERCEPTRONS,
  ...CONVOLUTIONAL,
  ...AUTOENCODERS,
  ...PATCHES,
  ...LANGUAGE_MODELS,
  ...WRAPPED,
];

type Size = 'full' | 'mini';

function taskOf(original: OriginalTask, size: Size): SuiteTask {
  const { family, data } = original;
  const stand = (size === 'full' ? FULL_DATA : MINI_DATA)[data];
  const task = original[size](stand.settings);
  return {
    name: `${size === 'mini' ? 'mini-' : ''}${nameOf(original, stand)}`,
    family,
    ...(stand.isStandIn ? { standsFor: data } : {}),
    task,
  };
}

export const VELO_83: Suite = {
  name: 'velo-83',
  summary:
    '83 published tasks in their original sizes, with stand-ins for data that cannot be had.',
  steps: 10_000,
  baselineSteps: 100_000,
  tasks: ORIGINALS.map((original) => taskOf(original, 'full')),
};

export const MINI_83: Suite = {
  name: 'mini-83',
  summary: 'A small twin of each task of velo-83, trained in seconds on one core.',
  steps: 1000,
  baselineSteps: 10_000,
  tasks: ORIGINALS.map((original) => taskOf(original, 'mini')),
};
