/**
 * Learning-rate schedules as multipliers in [0, 1] of the step and the announced length of the training.
 * Cosine decay is from Loshchilov & Hutter 2017 (SGDR, arXiv:1608.03983), one period without restarts; the
 * form with warm-up and a plateau is the one of the NAdamW baseline in Metz et al. 2020 (arXiv:2002.11887).
 */
import { UserError } from '../../base/index';

/** @param step 0-based index of the update; @param numSteps announced length, > 0; @returns [0, 1] */
export type Schedule = (step: number, numSteps: number) => number;

interface ConstantSpec {
  readonly kind: 'constant';
}

interface CosineSpec {
  readonly kind: 'cosine';
  /** Multiplier at the end, in [0, 1]; default 0. */
  readonly minMultiplier?: number;
}

interface LinearSpec {
  readonly kind: 'linear';
  /** Multiplier at the end, in [0, 1]; default 0. */
  readonly minMultiplier?: number;
}

interface WarmupCosineSpec {
  readonly kind: 'warmupCosine';
  /** Share of the training in which the multiplier climbs from 0 to 1; in [0, 1), default 0.05. */
  readonly warmupFraction?: number;
  /** Share of the training after which the decay begins, warm-up included; default `warmupFraction`. */
  readonly constantFraction?: number;
  /** Multiplier at the end, in [0, 1]; default 0. */
  readonly minMultiplier?: number;
}

export type ScheduleSpec = ConstantSpec | CosineSpec | LinearSpec | WarmupCosineSpec;

const OPTIONS_OF: Readonly<Record<ScheduleSpec['kind'], readonly string[]>> = {
  constant: [],
  cosine: ['minMultiplier'],
  linear: ['minMultiplier'],
  warmupCosine: ['warmupFraction', 'constantFraction', 'minMultiplier'],
};

/** 1 at every step. */
function constantSchedule(): Schedule {
  return () => 1;
}

/** min + (1 − min)·(1 + cos(π·step/numSteps))/2. */
function cosineSchedule(minMultiplier = 0): Schedule {
  requireShare('cosine', 'minMultiplier', minMultiplier);
  return (step, numSteps) => cosineDecay(fractionDone(step, numSteps), minMultiplier);
}

/** 1 − (1 − min)·step/numSteps. */
function linearSchedule(minMultiplier = 0): Schedule {
  requireShare('linear', 'minMultiplier', minMultiplier);
  return (step, numSteps) => 1 - (1 - minMultiplier) * fractionDone(step, numSteps);
}

/**
 * x/warmup while x < warmup, then 1 until x = constant, then a cosine from 1 to min, with x = step/numSteps.
 * @throws UserError('config') when a share is out of range or the plateau would end before the warm-up
 */
function warmupCosineSchedule(spec: Omit<WarmupCosineSpec, 'kind'> = {}): Schedule {
  const { warmupFraction = 0.05, minMultiplier = 0 } = spec;
  const { constantFraction = warmupFraction } = spec;
  requireShare('warmupCosine', 'warmupFraction', warmupFraction, true);
  requireShare('warmupCosine', 'constantFraction', constantFraction);
  requireShare('warmupCosine', 'minMultiplier', minMultiplier);
  if (constantFraction < warmupFraction) {
    throw new UserError(
      'config',
      `schedule warmupCosine: constantFraction must be at least warmupFraction (${warmupFraction}), got ${constantFraction}`,
    );
  }
  return (step, numSteps) => {
    const done = fractionDone(step, numSteps);
    if (done < warmupFraction) return done / warmupFraction;
    if (done <= constantFraction) return 1;
    return cosineDecay((done - constantFraction) / (1 - constantFraction), minMultiplier);
  };
}

/**
 * The schedule that a specification names.
 * @throws UserError('config') on an unknown kind or option, or a value out of range
 */
export function createSchedule(spec: ScheduleSpec): Schedule {
  requireKnown(spec);
  switch (spec.kind) {
    case 'constant':
      return constantSchedule();
    case 'cosine':
      return cosineSchedule(spec.minMultiplier);
    case 'linear':
      return linearSchedule(spec.minMultiplier);
    case 'warmupCosine':
      return warmupCosineSchedule(spec);
  }
}

/**
 * α of an update: the learning rate times the multiplier of the schedule.
 * @param numSteps  announced length of the training, ≥ 1
 * @returns by the 0-based index of the update
 * @throws UserError('config') as `createSchedule`
 */
export function scheduledRate(
  options: { readonly learningRate: number; readonly schedule: ScheduleSpec },
  numSteps: number,
): (step: number) => number {
  const multiplier = createSchedule(options.schedule);
  return (step) => options.learningRate * multiplier(step, numSteps);
}

function fractionDone(step: number, numSteps: number): number {
  return Math.min(Math.max(step / numSteps, 0), 1);
}

function cosineDecay(x: number, minMultiplier: number): number {
  return minMultiplier + (1 - minMultiplier) * 0.5 * (1 + Math.cos(Math.PI * x));
}

/** Specifications come from run configurations, so their type is checked here too. */
function requireKnown(spec: ScheduleSpec): void {
  const kind: string = spec.kind;
  const kinds = Object.keys(OPTIONS_OF);
  if (!kinds.includes(kind)) {
    throw new UserError('config', `schedule: kind must be one of ${kinds.join(', ')}, got ${kind}`);
  }
  const known = OPTIONS_OF[spec.kind];
  const unknown = Object.keys(spec).find((key) => key !== 'kind' && !known.includes(key));
  if (unknown !== undefined) {
    throw new UserError(
      'config',
      `schedule ${kind}: there is no option ${unknown}; ` +
        (known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`),
    );
  }
}

function requireShare(kind: string, option: string, value: number, open = false): void {
  const inside = value >= 0 && (open ? value < 1 : value <= 1);
  if (!inside) {
    const range = open ? '[0, 1)' : '[0, 1]';
    throw new UserError('config', `schedule ${kind}: ${option} must be in ${range}, got ${value}`);
  }
}
