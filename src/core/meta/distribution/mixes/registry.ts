/** The distributions that come with the program, in the order in which they are listed to people. */
import type { TaskDistribution } from '../distribution';
import { GENERAL_MIX } from './general/general';
import { HARD_MIX } from './general/hard';
import { RECIPE_MIX } from './recipe';
import { WIDE_MIX } from './wide';

export const TASK_MIXES: readonly TaskDistribution[] = [
  RECIPE_MIX,
  WIDE_MIX,
  GENERAL_MIX,
  HARD_MIX,
];
