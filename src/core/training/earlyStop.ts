/** Early stopping as a pure function of the held-out losses seen so far (Prechelt 1998, "Early stopping, but when?"). */
import { UserError } from '../../base/index';

export interface EarlyStopOptions {
  /** Evaluations without progress after which the training ends, ≥ 1. */
  readonly patience: number;
  /** The best loss must fall by more than this to count as progress, ≥ 0; default 0. */
  readonly minDelta?: number;
}

/** What has to be remembered between evaluations; null stands for "no finite loss yet". */
export interface EarlyStopState {
  readonly bestLoss: number | null;
  readonly bestStep: number | null;
  readonly evaluationsSinceBest: number;
}

export const NO_EVALUATIONS: EarlyStopState = {
  bestLoss: null,
  bestStep: null,
  evaluationsSinceBest: 0,
};

/** The state after one more evaluation; a loss that is not finite is never progress. */
export function observeLoss(
  state: EarlyStopState,
  { step, loss }: { readonly step: number; readonly loss: number },
  minDelta = 0,
): EarlyStopState {
  const isBetter =
    Number.isFinite(loss) && (state.bestLoss === null || loss < state.bestLoss - minDelta);
  return isBetter
    ? { bestLoss: loss, bestStep: step, evaluationsSinceBest: 0 }
    : { ...state, evaluationsSinceBest: state.evaluationsSinceBest + 1 };
}

/** @throws UserError('config') on a patience below 1 or a negative minDelta */
export function checkEarlyStop({ patience, minDelta = 0 }: EarlyStopOptions): void {
  if (!Number.isInteger(patience) || patience < 1) {
    throw new UserError('config', `earlyStop.patience must be an integer ≥ 1, got ${patience}`);
  }
  if (!(minDelta >= 0)) {
    throw new UserError('config', `earlyStop.minDelta must be ≥ 0, got ${minDelta}`);
  }
}
