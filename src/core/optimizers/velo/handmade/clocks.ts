/**
 * A theta made by hand, with clocks: as the plain one, but three LSTM units count steps and turn the schedule
 * down in long runs, so that short runs take large steps. This is what ships as `velo-handmade-1`.
 * Constructed, not meta-trained; with a reservoir of random units it is where meta-training starts.
 */
import type { NamedFloats } from '../../../../base/index';
import { initParams } from '../../../compute/parameters';
import type { Rng } from '../../../compute/rng';
import type { ThetaCard } from '../../learned/thetaCodec';
import { entry } from '../lookup';
import { veloParameters } from '../theta';
import type { VeloArchitecture, VeloTheta } from '../theta';
import type { Gate } from './blank';
import {
  FRACTION_UNITS,
  blankTensors,
  copyFractions,
  feedCell,
  gateColumn,
  handmadeArchitecture,
  hiddenResponse,
  passMomentumThrough,
  set,
  setGateBias,
  sigmoid,
} from './blank';
import { weightedRidge } from './linearSolve';
import { cosineWithWarmup } from './schedule';

export interface ClockThetaOptions {
  /** LSTM hidden size, ≥ 13. */
  readonly hidden: number;
  /** Bank size, ≥ 1; all its networks are the same. */
  readonly bank: number;
  /** Step multiplier at the top of the schedule in a short run. */
  readonly peak?: number;
  /** Gives the units beyond 12 random weights that have no effect yet: features for meta-training to pick up. */
  readonly reservoir?: Rng;
}

/** Units 0 … 8 copy fractions, unit 9 is a constant: together the schedule. Units 10 … 12 are clocks. */
const CONSTANT_UNIT = FRACTION_UNITS;
const SCHEDULE_UNITS = FRACTION_UNITS + 1;
const CLOCK_STEPS = [30, 150, 700] as const;
const BUILT_UNITS = SCHEDULE_UNITS + CLOCK_STEPS.length;

/** Bias of the output gates: they stand nearly open. */
const OPEN = 2;
/** What is left of the schedule when all clocks have run down. */
const LONG_RUN_SHARE = 0.15;

/** Constants of the head's fit. */
const FIT_STEPS = 400;
/** At half of this the fit dips below zero in the last half per cent of the run. */
const FIT_FLOOR = 0.008;
const FIT_RIDGE = 0.3;
const FIT_END_WEIGHT = 300;

/**
 * How much the cell gates of the built units may move, in units in which those of others move by 0.3: those of the schedule
 * by a tenth, those of clocks by what is little against their rate, or noise would stop or unleash them.
 */
export const CLOCK_UNIT_SCALES: readonly { readonly weights: number; readonly bias: number }[] = [
  ...Array.from({ length: SCHEDULE_UNITS }, () => ({ weights: 0.03, bias: 0.03 })),
  ...CLOCK_STEPS.map((steps) => ({ weights: 0.4 / steps, bias: 2 / steps })),
];

/** The constants of the shipped theta. */
export const SHIPPED_THETA_OPTIONS = { hidden: 32, bank: 8, peak: 40 } as const;

/** What the shipped theta's file says of it. */
export const SHIPPED_THETA_CARD: ThetaCard = {
  name: 'velo-handmade-1',
  provenance:
    'Made by hand, not meta-trained: normalised momentum as the direction, a cosine schedule fitted by ' +
    'ridge regression, and three LSTM units that count steps.',
  licence: 'MIT',
  createdBy: 'VeLO Lab',
};

/**
 * Builds the theta with clocks.
 * @throws UserError('config') when the LSTM has fewer units than the construction needs
 */
export function clockTheta(options: ClockThetaOptions): VeloTheta {
  const { hidden, bank, peak = SHIPPED_THETA_OPTIONS.peak, reservoir } = options;
  const architecture = handmadeArchitecture({ hidden, bank }, BUILT_UNITS);
  const tensors = blankTensors(architecture);
  if (reservoir !== undefined) plantReservoir(tensors, architecture, reservoir);
  passMomentumThrough(tensors, architecture);
  addScheduleUnits(tensors);
  // Before the clocks: they are to turn the fitted schedule down, not to be made up for by the fit.
  fitHead(tensors, peak);
  addClocks(tensors);
  return { architecture, tensors };
}

function addScheduleUnits(tensors: NamedFloats): void {
  copyFractions(tensors);
  set(tensors, 'rnn_params/linear_2/b', [CONSTANT_UNIT], 1);
  feedCell(tensors, CONSTANT_UNIT);
  for (let unit = 0; unit < SCHEDULE_UNITS; unit++) {
    setGateBias(tensors, 'input', unit, 2);
    setGateBias(tensors, 'forget', unit, -3);
    setGateBias(tensors, 'output', unit, OPEN);
  }
}

/** A clock's cell holds t/τ; all three together close the schedule's output gates. */
function addClocks(tensors: NamedFloats): void {
  const open = sigmoid(OPEN);
  const closed = Math.log((LONG_RUN_SHARE * open) / (1 - LONG_RUN_SHARE * open));
  const closing = (closed - OPEN) / CLOCK_STEPS.length / open;
  const { shape } = entry(tensors, 'lstm_init_state/hidden');
  const hidden = shape[1] ?? 0;
  for (const [index, tau] of CLOCK_STEPS.entries()) {
    const clock = SCHEDULE_UNITS + index;
    setGateBias(tensors, 'input', clock, 0);
    setGateBias(tensors, 'cell', clock, Math.atanh(2 / tau));
    setGateBias(tensors, 'forget', clock, 9);
    setGateBias(tensors, 'output', clock, OPEN);
    for (let unit = 0; unit < SCHEDULE_UNITS; unit++) {
      const column = gateColumn(tensors, 'output', unit);
      set(tensors, 'rnn_params/rnn/linear/w', [hidden + clock, column], closing);
    }
  }
}

/**
 * Step multiplier without a bias, by ridge on a simulated run. The end of the run weighs 300 times as much: a
 * fit that ends below zero climbs the loss there and ruins the run.
 */
function fitHead(tensors: NamedFloats, peak: number): void {
  const fractions = Array.from({ length: FIT_STEPS }, (_, t) => t / FIT_STEPS);
  const design = hiddenResponse(tensors, fractions).map((row) => row.slice(0, SCHEDULE_UNITS));
  const wanted = fractions.map((f) => peak * Math.max(FIT_FLOOR, cosineWithWarmup(f)));
  const weights = fractions.map(
    (f) => 1 + FIT_END_WEIGHT * Math.min(1, Math.max(0, (f - 0.7) / 0.2)),
  );
  const head = weightedRidge(design, wanted, weights, FIT_RIDGE);
  for (const [unit, weight] of head.entries()) {
    set(tensors, 'rnn_params/step_size/w', [unit, 0], weight);
  }
}

/** Copies the columns of the units that the construction leaves free from a fresh random theta. */
function plantReservoir(tensors: NamedFloats, architecture: VeloArchitecture, rng: Rng): void {
  const fresh = initParams(veloParameters(architecture), rng);
  const gates: readonly Gate[] = ['input', 'cell', 'forget', 'output'];
  for (let unit = BUILT_UNITS; unit < architecture.hidden; unit++) {
    copyColumn(tensors, fresh, 'rnn_params/linear_1/w', unit);
    copyColumn(tensors, fresh, 'rnn_params/linear_2/w', unit);
    for (const gate of gates) {
      copyColumn(tensors, fresh, 'rnn_params/rnn/linear/w', gateColumn(tensors, gate, unit));
    }
  }
}

function copyColumn(to: NamedFloats, from: NamedFloats, name: string, column: number): void {
  const { data, shape } = entry(to, name);
  const source = entry(from, name).data;
  const width = shape[1] ?? 1;
  for (let i = column; i < data.length; i += width) data[i] = source[i]!;
}
