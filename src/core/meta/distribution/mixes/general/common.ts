/** What entries of the general mix have in common. */
import type { TemplateFields } from '../../draw';
import { VARIATION } from '../recipe';

export const ACTIVATION = {
  choose: ['relu', 'tanh', 'gelu', 'silu', 'elu'],
  weights: [0.55, 0.2, 0.09, 0.08, 0.08],
};

/** More outputs than emoji98 has classes, as image nets of a thousand classes have after years of data. */
export const OUTPUTS = { choose: [250, 120] };

const REPARAMETRIZATION = {
  maybe: { level: { choose: ['global', 'tensor'] }, decades: { choose: [1, 2, 0.5] } },
  probability: 0.4,
};

function withShare(least: number, probability: number): TemplateFields {
  return {
    ...VARIATION,
    trainShare: { maybe: { logUniform: [least, 1] }, probability },
    reparametrization: REPARAMETRIZATION,
  };
}

export const FEW_EXAMPLES: TemplateFields = withShare(0.02, 0.3);
export const SOME_EXAMPLES: TemplateFields = withShare(0.1, 0.3);
/** A share of 105 rows of iris is to hold a batch. */
export const SMALL_TABLES: TemplateFields = withShare(0.2, 0.4);
export const WHOLE_DATA: TemplateFields = { initScale: VARIATION['initScale']! };
