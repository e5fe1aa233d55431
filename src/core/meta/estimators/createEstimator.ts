/** Estimators by name, from plain data. */
import type { Estimator } from '../estimators';
import { createLengthSchedule } from '../truncation';
import type { LengthSpec } from '../truncation';
import { createFullEs } from './fullEs';
import type { FullEsOptions } from './fullEs';
import { createNoiseReuseEs } from './noiseReuseEs';
import type { NoiseReuseEsOptions } from './noiseReuseEs';
import { createPes } from './pes';
import type { PesOptions } from './pes';
import { createTruncatedEs } from './truncatedEs';
import type { TruncatedOptions } from './particles';

type Plain<O> = Omit<O, 'lengths'> & { readonly lengths: LengthSpec };

export type EstimatorConfig =
  | ({ readonly kind: 'fullEs' } & Plain<FullEsOptions>)
  | ({ readonly kind: 'truncatedEs' } & Plain<TruncatedOptions>)
  | ({ readonly kind: 'pes' } & Plain<PesOptions>)
  | ({ readonly kind: 'noiseReuseEs' } & Plain<NoiseReuseEsOptions>);

/** @throws UserError('config') on an option out of range */
export function createEstimator(config: EstimatorConfig): Estimator {
  const lengths = createLengthSchedule(config.lengths);
  switch (config.kind) {
    case 'fullEs':
      return createFullEs({ ...config, lengths });
    case 'truncatedEs':
      return createTruncatedEs({ ...config, lengths });
    case 'pes':
      return createPes({ ...config, lengths });
    case 'noiseReuseEs':
      return createNoiseReuseEs({ ...config, lengths });
  }
}
