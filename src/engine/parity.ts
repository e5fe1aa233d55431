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
import { Ledger, PARITY_STAGES, Travel } from './parityLedger';
import type { ParityStage, StageReport } from './parityLedger';

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

function largestSize(values: readonly number[]): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
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
