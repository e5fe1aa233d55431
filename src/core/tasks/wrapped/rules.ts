/** The learned optimizers that a task can train, by name. */
import { createAdafactorMlpRule } from './adafactorMlpRule';
import type { NetworkShape } from './featureNetwork';
import type { LearnedOptimizer } from './learnedOptimizer';
import { createMlpRule } from './mlpRule';
import { learnableAdam, learnableMomentum, learnableSgd } from './plainRules';

export const RULE_NAMES = ['sgd', 'momentum', 'adam', 'mlp', 'adafactorMlp'] as const;
export type RuleName = (typeof RULE_NAMES)[number];

/** What of a network is not given has the reference's size. */
export interface RuleOptions extends Partial<Pick<NetworkShape, 'hidden' | 'hiddenLayers'>> {
  readonly stepScale?: number | undefined;
  readonly expScale?: number | undefined;
}

export function createRule(name: RuleName, options: RuleOptions): LearnedOptimizer {
  const { hiddenLayers = 2, stepScale = 0.001, expScale = 0.001 } = options;
  const network = (hidden: number): NetworkShape => {
    return { hidden: options.hidden ?? hidden, hiddenLayers, stepScale, expScale };
  };
  switch (name) {
    case 'sgd':
      return learnableSgd;
    case 'momentum':
      return learnableMomentum;
    case 'adam':
      return learnableAdam;
    case 'mlp':
      return createMlpRule(network(32));
    case 'adafactorMlp':
      return createAdafactorMlpRule(network(4));
  }
}
