/**
 * A theta made by hand, the plain one: normalised momentum as the direction, and an LSTM bent into a memoryless
 * cosine schedule over the fraction done. Easy to check by hand; it has one peak for every length of run.
 * Constructed, not meta-trained.
 */
import type { NamedFloats } from '../../../../base/index';
import type { VeloTheta } from '../theta';
import {
  FRACTION_UNITS,
  blankTensors,
  copyFractions,
  handmadeArchitecture,
  hiddenResponse,
  passMomentumThrough,
  set,
  setGateBias,
} from './blank';
import { item } from '../lookup';
import { leastSquares } from './linearSolve';
import { cosineWithWarmup } from './schedule';

export interface PlainThetaOptions {
  /** LSTM hidden size, ≥ 9. */
  readonly hidden: number;
  /** Bank size, ≥ 1; all its networks are the same. */
  readonly bank: number;
  /** Step multiplier at the top of the schedule. */
  readonly peak?: number;
}

/** Fractions at which the head is fitted. */
const FIT_POINTS = 400;
/** Cut-off of the fit: the nine tanh features are nearly dependent. */
const RCOND = 1e-4;
/** Smallest step multiplier of the schedule, as a share of the peak. */
const LEAST_SHARE = 1e-4;

/**
 * Builds the plain theta.
 * @throws UserError('config') when the LSTM has fewer units than there are fraction features
 */
export function plainTheta({ hidden, bank, peak = 10 }: PlainThetaOptions): VeloTheta {
  const architecture = handmadeArchitecture({ hidden, bank }, FRACTION_UNITS);
  const tensors = blankTensors(architecture);
  passMomentumThrough(tensors, architecture);
  copyFractions(tensors);
  for (let unit = 0; unit < hidden; unit++) {
    setGateBias(tensors, 'input', unit, 10);
    setGateBias(tensors, 'forget', unit, -20);
    setGateBias(tensors, 'output', unit, 10);
  }
  fitHead(tensors, peak);
  return { architecture, tensors };
}

/**
 * Step multiplier = least squares of [h₀ … h₈, 1] on the wanted schedule, lifted by the 0.2 % of the peak by
 * which the fit dips below zero near the end: a negative multiplier climbs.
 */
function fitHead(tensors: NamedFloats, peak: number): void {
  const fractions = Array.from({ length: FIT_POINTS }, (_, i) => i / (FIT_POINTS - 1));
  const design = hiddenResponse(tensors, fractions).map((row) => [
    ...row.slice(0, FRACTION_UNITS),
    1,
  ]);
  const wanted = fractions.map((fraction) => peak * cosineWithWarmup(fraction));
  const solution = leastSquares(design, wanted, RCOND);
  const fitted = design.map((row) => row.reduce((sum, x, i) => sum + x * item(solution, i), 0));
  const lift = Math.max(0, LEAST_SHARE * peak - Math.min(...fitted));
  for (const [unit, weight] of solution.slice(0, FRACTION_UNITS).entries()) {
    set(tensors, 'rnn_params/step_size/w', [unit, 0], weight);
  }
  set(tensors, 'rnn_params/step_size/b', [0], item(solution, FRACTION_UNITS) + lift);
}
