/**
 * The choices behind a speedup, by name. The defaults are those of google/learned_optimization,
 * baselines/normalizers.py, so `scoreSuite` without options is the protocol of the VeLO paper (Metz et al. 2022).
 */
import { UserError } from '../../base/index';
import type { Gaps } from './interpolation';
import type { LossSplit } from './results';
import type { SeedMean } from './seedCurves';

/**
 * Which curve of the baseline's sweep stands for the tuned baseline.
 * - `envelope`: the smallest loss of any setting at each point; stronger than any single run (the paper).
 * - `bestFinal`: the setting with the lowest mean loss at its own end.
 * - `bestAtLength`: the setting with the lowest mean loss after as many steps as the scored optimizer was given.
 */
export type Reference = 'envelope' | 'bestFinal' | 'bestAtLength';

export interface ProtocolOptions {
  /** Optimizers whose sweeps together are the baseline. */
  readonly baselines: readonly string[];
  readonly reference: Reference;
  readonly split: LossSplit;
  /** How the losses of seeds are averaged; `geometric`: of loss + `LOSS_FLOOR`, so that no seed with a tiny one decides. */
  readonly seedMean: SeedMean;
  /** Decay of the moving average along evaluation points, in [0, 1). */
  readonly smoothing: number;
  /** Whether a NaN ends a curve or is left out of the average. */
  readonly gaps: Gaps;
  /** Points, evenly from 0 to the end, to which the reference is resampled; 0 keeps the evaluation points. */
  readonly points: number;
  /** Whether the scored optimizer's last loss is smoothed as the reference is. */
  readonly scored: 'smoothed' | 'raw';
}

/**
 * The protocol with Adam as the baseline. The reference's code leaves open whether the scored loss is smoothed; here it is,
 * since a smoothed curve lags behind a raw one, and Adam scored raw against itself would be faster than itself.
 */
const PAPER_PROTOCOL: ProtocolOptions = {
  baselines: ['adam'],
  reference: 'envelope',
  split: 'train',
  seedMean: 'arithmetic',
  smoothing: 0.95,
  gaps: 'spread',
  points: 512,
  scored: 'smoothed',
};

/**
 * Choices for short trainings whose points stand dense at first and far apart later: the losses of points as they are, and of
 * seeds their geometric mean. See `lengths/scoreRow`.
 */
export const LENGTHS_PROTOCOL = {
  seedMean: 'geometric',
  smoothing: 0,
  points: 0,
  scored: 'raw',
} as const satisfies Partial<ProtocolOptions>;

/** The paper's protocol with some choices made differently. @throws UserError('config') on values out of range */
export function protocolWith(options: Partial<ProtocolOptions> = {}): ProtocolOptions {
  const protocol = { ...PAPER_PROTOCOL, ...options };
  const { smoothing, points, baselines } = protocol;
  if (!(smoothing >= 0 && smoothing < 1)) bad('smoothing', 'in [0, 1)', smoothing);
  if (points !== 0 && !(Number.isInteger(points) && points >= 2)) {
    bad('points', '0 or an integer of at least 2', points);
  }
  if (baselines.length === 0) bad('baselines', 'at least one optimizer', 'none');
  return protocol;
}

function bad(name: string, expectation: string, value: number | string): never {
  throw new UserError('config', `protocol: ${name} must be ${expectation}, got ${value}`);
}
