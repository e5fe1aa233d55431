/** The suites that the program knows. */
import { QUICK_12 } from './quick12';
import type { Suite } from './suite';

export const SUITES: readonly Suite[] = [QUICK_12];
