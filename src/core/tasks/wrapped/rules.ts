/** The learned optimizers that a task can train, by name. */
import { createAdafactorMlpRule } from '../../optimizers/learned/adafacMlp';
import { createMlpRule } from '../../optimizers/learned/mlpLopt';
import type { ElementNetworkShape } from '../../optimizers/learned/mlpLopt';
import { adamRule, momentumRule, sgdRule } from '../../optimizers/learned/plainRules';
import type { TensorRule } from '../../optimizers/learned/tensorRule';

export const RULE_NAMES = ['sgd', 'momentum', 'adam', 'mlp', 'adafactorMlp'] as const;
export type RuleName = (typeof RULE_NAMES)[number];

/** What of a network is not given has the reference's size. */
export interface RuleOptions extends Partial<Pick<ElementNetworkShape, 'hidden' | 'hiddenLayers'>> {
  readonly stepScale?: number | undefined;
  readonly expScale?: number | undefined;
}

export function createRule(name: RuleName, options: RuleOptions): TensorRule {
  const { hiddenLayers = 2, stepScale = 0.001, expScale = 0.001 } = options;
  const network = (hidden: number): ElementNetworkShape => {
    return { hidden: options.hidden ?? hidden, hiddenLayers, stepScale, expScale };
  };
  switch (name) {
    case 'sgd':
      return sgdRule;
    case 'momentum':
      return momentumRule;
    case 'adam':
      return adamRule;
    case 'mlp':
      return createMlpRule(network(32));
    case 'adafactorMlp':
      return createAdafactorMlpRule(network(4));
  }
}
