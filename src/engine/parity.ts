/**
 * Replays recorded VeLO updates (`velo-vectors-1`) through an implementation and compares every stage that the
 * file holds. An implementation is anything that can be stepped and observed; `parityReplays` has the two we ship.
 */
import { UserError } from '../base/index';
import type { FloatArray, NamedFloats } from '../base/index';
import { checkThetaTensors } from '../core/index';
import type { VeloTheta, VeloTrace } from '../core/index';
import { fillArray } from '../protocol/index';
import type { VeloExpectation, VeloVectors, VeloVectorsStep } from '../protocol/index';

/** Stages in the order of one update. */
export const PARITY_STAGES = [
  'lossFeatures',
  'lossBuffer',
  'lstmInputs',
  'hidden',
  'cell',
  'controls',
  'stepMultiplier',
  'momentum',
  'secondMoment',
  'rows',
  'cols',
  'diagonal',
  'params',
] as const;
export type ParityStage = (typeof PARITY_STAGES)[number];

/** Everything an implementation needs to start. */
export interface ReplaySetup {
  readonly theta: VeloTheta;
  readonly numSteps: number;
  readonly params: NamedFloats;
}

/** What can be seen after an update; names and shapes as in `Optimizer`. */
export interface ReplayView {
  readonly params: NamedFloats;
  readonly state: NamedFloats;
  readonly trace: VeloTrace;
  /** f32[10] */
  readonly lossDecays: Float32Array;
}

/** An implementation at work. */
export interface Replay {
  update(step: number, loss: number, grads: NamedFloats): void;
  /** State after the last update, as copies. */
  view(): ReplayView;
  dispose(): void;
}

export type ReplayFactory = (setup: ReplaySetup) => Replay;

/** The number of a stage that comes closest to, or furthest beyond, its tolerance. */
export interface WorstNumber {
  /** 0-based index of the update. */
  readonly step: number;
  /** Tensor of the task, or the array's name where the stage has one for all. */
  readonly tensor: string;
  /** Position in the file's flat array. */
  readonly index: number;
  readonly expected: number;
  readonly got: number;
  readonly difference: number;
  /** Largest difference allowed there. */
  readonly tolerance: number;
  /** difference / tolerance; infinite for NaN. */
  readonly ratio: number;
}

export interface StageReport {
  readonly stage: ParityStage;
  /** How many numbers were compared. */
  readonly compared: number;
  readonly worst: WorstNumber;
  readonly pass: boolean;
}

export interface ParityReport {
  /** One entry for each stage that the file holds, in the order of `PARITY_STAGES`. */
  readonly stages: readonly StageReport[];
  readonly steps: number;
  readonly pass: boolean;
}

/**
 * Runs all updates of a recording through an implementation.
 * @param place  file name for messages
 * @throws UserError('data') where an expected array has another length than the stage, or nothing is expected
 * @throws UserError('weights') where the theta's tensors aren't those of the architecture
 */
export function replayVectors(
  vectors: VeloVectors,
  factory: ReplayFactory,
  place = 'velo vectors',
): ParityReport {
  const setup = setupOf(vectors, place);
  const ledger = new Ledger(place);
  const travel = new Travel(setup.params);
  const replay = factory(setup);
  try {
    for (const [index, step] of vectors.steps.entries()) {
      replay.update(index, step.loss, gradientsOf(vectors, step));
      travel.advance(step);
      if (Object.keys(step.expect).length > 0) {
        compareStep(vectors, index, { view: replay.view(), travel, ledger });
      }
    }
  } finally {
    replay.dispose();
  }
  const stages = ledger.reports();
  if (stages.length === 0) {
    throw new UserError(
      'data',
      `${place}: no step expects any array, so there is nothing to check`,
    );
  }
  return { stages, steps: vectors.steps.length, pass: stages.every(({ pass }) => pass) };
}

function setupOf(vectors: VeloVectors, place: string): ReplaySetup {
  const fill = (arrays: VeloVectors['theta']): NamedFloats =>
    Object.fromEntries(arrays.map((array) => [array.name, fillArray(array)]));
  const architecture = { kind: 'velo', ...vectors.architecture } as const;
  const tensors = checkThetaTensors(architecture, fill(vectors.theta), place);
  return {
    theta: { architecture, tensors },
    numSteps: vectors.numSteps,
    params: fill(vectors.tensors),
  };
}

function gradientsOf(vectors: VeloVectors, step: VeloVectorsStep): NamedFloats {
  return Object.fromEntries(
    vectors.tensors.map(({ name, shape }, i) => [
      name,
      fillArray({ shape, seed: 0, scale: 0, ...step.gradients[i] }),
    ]),
  );
}

/** How far each tensor's expected values have moved so far: the yardstick for parameters. */
class Travel {
  private readonly known: Record<string, ArrayLike<number>>;
  /** Moved since the values in `known`, as far as the file says. */
  private readonly sinceKnown: Record<string, number> = {};
  private readonly total: Record<string, number> = {};

  constructor(params: NamedFloats) {
    this.known = Object.fromEntries(Object.entries(params).map(([name, { data }]) => [name, data]));
  }

  /** Adds a step's `moved`; where the file has none, the distance to the last expected values stands in. */
  advance(step: VeloVectorsStep): void {
    for (const [name, before] of Object.entries(this.known)) {
      const since = this.sinceKnown[name] ?? 0;
      const expected = step.expect.params?.[name];
      const implied =
        expected === undefined ? 0 : Math.max(0, largestDistance(before, expected) - since);
      const moved = step.moved?.[name] ?? implied;
      this.total[name] = this.of(name) + moved;
      this.sinceKnown[name] = expected === undefined ? since + moved : 0;
      if (expected !== undefined) this.known[name] = expected;
    }
  }

  of(name: string): number {
    return this.total[name] ?? 0;
  }
}

function largestDistance(a: ArrayLike<number>, b: readonly number[]): number {
  return b.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (a[i] ?? 0))), 0);
}

function largestSize(values: readonly number[]): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

/** Worst number and count of every stage met so far. */
class Ledger {
  private readonly entries = new Map<ParityStage, { compared: number; worst: WorstNumber }>();
  private readonly place: string;

  constructor(place: string) {
    this.place = place;
  }

  /** @param tolerance  largest difference allowed in this array */
  compare(
    at: { readonly stage: ParityStage; readonly step: number; readonly tensor: string },
    got: ArrayLike<number>,
    expected: readonly number[],
    tolerance: number,
  ): void {
    if (got.length !== expected.length) {
      throw new UserError(
        'data',
        `${this.place}: steps[${at.step}].expect.${at.stage}: "${at.tensor}" must have ` +
          `${got.length} numbers, got ${expected.length}`,
      );
    }
    for (const [index, wanted] of expected.entries()) {
      const value = got[index] ?? NaN;
      const difference = Math.abs(value - wanted);
      const ratio = Number.isNaN(difference) ? Infinity : difference / tolerance;
      const { step, tensor } = at;
      this.record(at.stage, {
        step,
        tensor,
        index,
        expected: wanted,
        got: value,
        difference,
        tolerance,
        ratio,
      });
    }
  }

  reports(): StageReport[] {
    return PARITY_STAGES.flatMap((stage) => {
      const entry = this.entries.get(stage);
      return entry === undefined ? [] : [{ stage, ...entry, pass: entry.worst.ratio <= 1 }];
    });
  }

  private record(stage: ParityStage, number: WorstNumber): void {
    const entry = this.entries.get(stage);
    if (entry === undefined) {
      this.entries.set(stage, { compared: 1, worst: number });
      return;
    }
    entry.compared++;
    if (number.ratio > entry.worst.ratio) entry.worst = number;
  }
}

/** Which tolerance of the file judges a stage; parameters have their own rule. */
const TOLERANCE_OF = {
  lossFeatures: 'lossFeatures',
  lossBuffer: 'accumulators',
  lstmInputs: 'lstmInputs',
  hidden: 'lstm',
  cell: 'lstm',
  controls: 'controls',
  stepMultiplier: 'stepMultiplier',
  momentum: 'accumulators',
  secondMoment: 'accumulators',
  rows: 'accumulators',
  cols: 'accumulators',
  diagonal: 'accumulators',
} as const satisfies Record<Exclude<ParityStage, 'params'>, keyof VeloVectors['tolerance']>;

/** Rounding of float32 parameters, relative to max(1, largest parameter). */
const PARAM_ROUNDING = 2e-7;

function compareStep(
  vectors: VeloVectors,
  step: number,
  seen: { readonly view: ReplayView; readonly travel: Travel; readonly ledger: Ledger },
): void {
  const { view, travel, ledger } = seen;
  const expect: VeloExpectation = vectors.steps[step]?.expect ?? {};
  for (const stage of PARITY_STAGES) {
    for (const [tensor, expected] of expectedArrays(expect, stage)) {
      const unit = Math.max(1, largestSize(expected));
      const tolerance =
        stage === 'params'
          ? vectors.tolerance.path * travel.of(tensor) + PARAM_ROUNDING * unit
          : vectors.tolerance[TOLERANCE_OF[stage]] * unit;
      ledger.compare({ stage, step, tensor }, observed(view, stage, tensor), expected, tolerance);
    }
  }
}

function expectedArrays(expect: VeloExpectation, stage: ParityStage): [string, number[]][] {
  const arrays = expect[stage];
  if (arrays === undefined) return [];
  if (Array.isArray(arrays)) return [['all', arrays]];
  return Object.entries(arrays).filter((pair): pair is [string, number[]] => pair[1] !== undefined);
}

/** What the implementation has for one array of the file, in the file's layout. */
function observed(view: ReplayView, stage: ParityStage, tensor: string): ArrayLike<number> {
  const { params, state, trace } = view;
  const row = Object.keys(params).indexOf(tensor);
  switch (stage) {
    case 'lossFeatures':
      return trace.lossFeatures.data;
    case 'lossBuffer':
      return tensor === 'decays' ? view.lossDecays : floats(state, `loss/${tensor}`);
    case 'lstmInputs':
    case 'controls':
    case 'stepMultiplier':
      return rowOf(trace[stage], row);
    case 'hidden':
    case 'cell':
      return rowOf(state[`lstm/${stage}`], row);
    case 'secondMoment':
      return floats(state, `secondMoment/${tensor}`);
    case 'momentum':
    case 'rows':
    case 'cols':
    case 'diagonal':
      return decaysLast([0, 1, 2].map((k) => floats(state, `${stage}/${k}/${tensor}`)));
    case 'params':
      return floats(params, tensor);
  }
}

/** The array of that name, or nothing where the state has none (rows of a vector). */
function floats(arrays: NamedFloats, name: string): Float32Array {
  return arrays[name]?.data ?? new Float32Array(0);
}

function rowOf(array: FloatArray | undefined, row: number): Float32Array {
  if (array === undefined) return new Float32Array(0);
  const width = array.data.length / (array.shape[0] ?? 1);
  return array.data.subarray(row * width, (row + 1) * width);
}

/** [decay][element] -> flat [element, decay] */
function decaysLast(perDecay: readonly Float32Array[]): Float32Array {
  const size = perDecay[0]?.length ?? 0;
  const out = new Float32Array(size * perDecay.length);
  for (const [k, values] of perDecay.entries()) {
    for (let i = 0; i < size; i++) out[i * perDecay.length + k] = values[i]!;
  }
  return out;
}
