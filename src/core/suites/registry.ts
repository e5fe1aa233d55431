/** The suites that the program knows. */
import { QUICK_12 } from './quick12';
import { RECIPE_TEST } from './recipeTest';
import type { Suite } from './suite';
import { MINI_83, VELO_83 } from './velo83/velo83';

export const SUITES: readonly Suite[] = [QUICK_12, MINI_83, VELO_83, RECIPE_TEST];
