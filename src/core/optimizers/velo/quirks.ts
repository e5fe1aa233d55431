/**
 * Where VeLO is not what one would expect. Each of these is reproduced because a theta is trained with it: a
 * tidier rule would be another optimizer. Every quirk has a test of the same name in test/parity/quirks.test.ts.
 * Reference: google/learned_optimization, research/general_lopt/hyper_v2.py and learned_optimizers/common.py.
 */

export interface Quirk {
  /** What happens. */
  readonly what: string;
  /** Where it is in our code. */
  readonly where: string;
  /** Where it comes from, and what one might have expected instead. */
  readonly why: string;
}

export const QUIRKS = {
  spreadAroundMomentum: {
    what: 'The spread of v among the LSTM inputs is taken around the means of the three momenta, not of v.',
    where: 'lstmInputs.ts',
    why: 'The reference subtracts the wrong mean; broadcasting turns one channel into three.',
  },
  secondMomentScaledOnce: {
    what: 'v is scaled by 1/RMS(p) for the LSTM, although it is a square.',
    where: 'lstmInputs.ts',
    why: 'The reference scales every accumulator by the same factor.',
  },
  fractionIsDone: {
    what: 'The features that the reference calls fraction_left grow with the fraction already done.',
    where: 'lstmInputs.ts',
    why: 'A name in the reference, kept out of ours.',
  },
  rankSkipsUnitAxes: {
    what: 'The rank given to the LSTM counts axes longer than 1; five or more give all zeros.',
    where: 'lstmInputs.ts',
    why: 'The one-hot of the reference has five places.',
  },
  spikeLimitLags: {
    what: 'The limit on a loss uses the new bias correction on the old means, so it is a little low.',
    where: 'lossFeatures.ts',
    why: 'The reference corrects means that have seen c losses with the exponent c + 1.',
  },
  spikeLimitOneSided: {
    what: 'A loss is cut at twice the largest mean from above only; a fall, even below zero, passes.',
    where: 'lossFeatures.ts',
    why: 'The reference takes a minimum.',
  },
  lossFeaturesStartLate: {
    what: 'All loss features are 0 in the first two updates.',
    where: 'lossFeatures.ts',
    why: 'With fewer than three losses the means do not differ enough to compare.',
  },
  shortRunsReverseHalfLives: {
    what: 'In runs of fewer than 10 steps the half-lives of the loss means fall from 10 to T.',
    where: 'lossFeatures.ts',
    why: 'The first half-life is fixed at 10 steps.',
  },
  deadLayer: {
    what: 'The layer rnn_params/linear has weights and no effect.',
    where: 'lstm.ts',
    why: 'The reference overwrites its output before use; its files hold the weights.',
  },
  forgetGateOpens: {
    what: '1 is added to the forget gate when it is used; it is not part of the bias.',
    where: 'lstm.ts',
    why: 'Convention of the LSTM cell in haiku.',
  },
  signedMultiplier: {
    what: 'The step multiplier is linear: it may be zero or negative, which climbs.',
    where: 'step.ts',
    why: 'Printed summaries of the paper put it in an exponential; the code does not.',
  },
  longestAxisIsRow: {
    what: 'Rows average over the longest axis, so that rows and columns swap between wide and tall matrices; of equal axes the later counts as longer.',
    where: 'accumulators.ts',
    why: 'The reference sorts the sizes; a stable sort is what it was trained with.',
  },
  noBiasCorrection: {
    what: 'Momenta and second moments start at 0 without bias correction.',
    where: 'accumulators.ts',
    why: 'The features are normalised and the network sees the fraction done.',
  },
  bareDiagonal: {
    what: 'Below rank 2, momentum is divided by the root of the diagonal without any epsilon.',
    where: 'features.ts',
    why: 'As in the reference; 10^-30 inside the diagonal keeps it finite.',
  },
  absoluteNormalisation: {
    what: 'The epsilon of the feature normalisation is absolute: tensors with tiny gradients give features far below 1.',
    where: 'features.ts',
    why: 'As in the reference: 10^-5 inside the root.',
  },
  numericBlockOrder: {
    what: 'The first-layer blocks stack in numeric order: w0__10 after w0__9.',
    where: 'hypernetwork.ts',
    why: 'Sorting the names as text would put w0__10 before w0__2.',
  },
  unusedOutput: {
    what: 'The third output of the per-element network has no effect.',
    where: 'step.ts',
    why: 'A left-over of the reference; its files hold the weights.',
  },
  zeroTensorCreeps: {
    what: 'A tensor of zeros takes steps of about 3·10^-8 per unit of multiplier and can only grow geometrically.',
    where: 'step.ts',
    why: 'The step is scaled by the RMS of the tensor, at least √10^-9.',
  },
  tenStepLossBuffer: {
    what: 'With buggedLossFeatures the loss buffer is built for 10 steps whatever T is.',
    where: 'reference.ts',
    why: 'Older weights of the reference were trained so.',
  },
  forgetfulLstm: {
    what: 'With buggedNextLstmState every update starts from the learned initial LSTM state.',
    where: 'reference.ts',
    why: 'Older weights of the reference were trained so.',
  },
} as const satisfies Record<string, Quirk>;

export type QuirkName = keyof typeof QUIRKS;
