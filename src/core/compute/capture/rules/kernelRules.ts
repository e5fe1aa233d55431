/** Every kernel of tfjs that a captured computation may hold. */
import { arrangementRules } from './arrangement';
import { elementwiseRules } from './elementwise';
import { indexingRules } from './indexing';
import { networkRules } from './network';
import { reductionRules } from './reduction';
import type { Rules } from './rule';

export const KERNEL_RULES: Rules = {
  ...elementwiseRules,
  ...reductionRules,
  ...arrangementRules,
  ...indexingRules,
  ...networkRules,
};
