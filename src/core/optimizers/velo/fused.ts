/**
 * VeLO at work in a kernel arena: the same update as `reference.ts`, fused into three passes over each tensor
 * (accumulate, feature norms, apply) and one packed product per LSTM layer, run by one call into C.
 * Source: HyperV2 in google/learned_optimization, research/general_lopt/hyper_v2.py.
 */
import type { FloatArray, NamedFloats, TensorSpec } from '../../../base/index';
import { invariant, sizeOf } from '../../../base/index';
import type { Arena, KernelRuntime } from '../../compute/kernelRuntime';
import { inOrder } from '../../compute/stages';
import { writeRows } from '../../compute/stepRow';
import type { StepRow } from '../../compute/stepRow';
import { flatOf } from '../learned/flat';
import type { FusedSession, FusedUpdate } from '../optimizer';
import type { ArenaLayout } from './fused/arenaLayout';
import { CLOCK_WORDS, INPUT_STRIDE, arenaLayout, stateSpans } from './fused/arenaLayout';
import { initialStateProgram, packProgram } from './fused/packTheta';
import { updateProgramWords, updateStages } from './fused/program';
import { exportState, importState, stateArrays } from './fused/sessionState';
import {
  LOSS_MEANS,
  RUNNING_MIN_START,
  lossDecays,
  writeLossBiasCorrections,
} from './lossFeatures';
import type { VeloOptions } from './state';
import type { VeloArchitecture } from './theta';
import { LSTM_INPUTS, veloParameters } from './theta';
import type { VeloTrace } from './trace';

export interface FusedVeloSession extends FusedSession {
  /** Copies of what the last update computed on the way. */
  trace(): VeloTrace;
}

/**
 * A session for the given params in an arena of its own.
 * @throws UserError('device') when the memory cannot be had or the kernels are of another version
 */
export function createFusedVelo(
  options: VeloOptions,
  runtime: KernelRuntime,
  params: readonly TensorSpec[],
): FusedVeloSession {
  const update = layOutFusedVelo(options, params, 0);
  return update.start(runtime, runtime.allocate(update.words));
}

/** Laid out, not yet at work. */
export interface FusedVeloUpdate extends FusedUpdate {
  start(runtime: KernelRuntime, arena: Arena): FusedVeloSession;
}

/**
 * VeLO's kernels for the given params, which are zero until the caller writes them; the state starts as
 * `createVelo(options).init` does.
 * @param options  theta, and numSteps ≥ 1, the number of updates announced
 * @param params  names and shapes, any rank
 * @param start  first arena word that may be used, at a cache line
 * @param threads  most that will work on it together
 */
export function layOutFusedVelo(
  options: VeloOptions,
  params: readonly TensorSpec[],
  start: number,
  threads = 1,
): FusedVeloUpdate {
  const { architecture } = options.theta;
  const updateWords = updateProgramWords(params.length);
  const layout = arenaLayout(architecture, params, { updateWords, start, threads });
  const places = (which: 'params' | 'grads'): Record<string, number> =>
    Object.fromEntries(layout.tensors.map((tensor) => [tensor.name, tensor[which]]));
  const plan = { ...options, params, layout, rows: stepRows(options, layout) };
  return {
    words: layout.words,
    params: places('params'),
    grads: places('grads'),
    loss: layout.loss.loss,
    state: stateSpans(layout, architecture.hidden),
    theta: layout.theta,
    rows: plan.rows,
    stages: (runtime) => updateStages(runtime, layout, threads),
    start: (runtime, arena) => startSession(plan, runtime, arena),
  };
}

/** What depends on the step alone, as one row. */
function stepRows(options: VeloOptions, { loss: { clock } }: ArenaLayout): StepRow[] {
  const { theta, numSteps } = options;
  const decays = lossDecays(theta.architecture.buggedLossFeatures ? 10 : numSteps);
  const write: StepRow['write'] = (step, { f32, i32 }, at) => {
    writeLossBiasCorrections(f32, at, decays, step);
    f32.set(decays, at + LOSS_MEANS);
    i32[at + 2 * LOSS_MEANS] = step;
    f32[at + 2 * LOSS_MEANS + 1] = step / numSteps;
  };
  return [{ place: clock, words: CLOCK_WORDS, write }];
}

interface LaidOut extends VeloOptions {
  readonly params: readonly TensorSpec[];
  readonly layout: ArenaLayout;
  readonly rows: readonly StepRow[];
}

function startSession(
  { theta, params, layout, rows }: LaidOut,
  runtime: KernelRuntime,
  arena: Arena,
): FusedVeloSession {
  const { architecture } = theta;
  const { hidden } = architecture;
  const weights = loadPrograms(theta.architecture, layout, runtime, arena);
  const program = inOrder(updateStages(runtime, layout, 1));
  arena.i32.set(program, layout.program);
  const state = stateArrays(params, layout, hidden);
  const reset = (): void => {
    startState(arena, layout, hidden);
    weights.startState();
  };
  arena.f32.set(flatOf(veloParameters(architecture), theta.tensors), layout.theta.flat.place);
  weights.pack();
  reset();
  return {
    params: views(arena, layout, 'params'),
    grads: views(arena, layout, 'grads'),
    update: (step, loss) => {
      writeRows(rows, step, arena);
      arena.f32[layout.loss.loss] = loss;
      arena.run(layout.program, program.length);
    },
    exportState: () => exportState(arena, state),
    importState: (values) => {
      importState(arena, state, values);
    },
    trace: () => readTrace(arena, layout, hidden),
    loadTheta: () => {
      weights.pack();
    },
    reset,
  };
}

/** Puts the programs that read the flat theta into the arena. */
function loadPrograms(
  architecture: VeloArchitecture,
  layout: ArenaLayout,
  runtime: KernelRuntime,
  arena: Arena,
): { pack(): void; startState(): void } {
  const pack = packProgram(runtime, architecture, layout);
  const start = initialStateProgram(runtime, architecture, layout);
  const { place, words } = layout.theta.program;
  invariant(pack.length + start.length <= words, 'the programs of a theta need more room');
  arena.i32.set([...pack, ...start], place);
  return {
    pack: () => {
      arena.run(place, pack.length);
    },
    startState: () => {
      arena.run(place + pack.length, start.length);
    },
  };
}

/** State as before the first update, but for what theta says. */
function startState({ f32, i32 }: Arena, layout: ArenaLayout, hidden: number): void {
  const { lstm, loss, tensors } = layout;
  for (const { place, words } of stateSpans(layout, hidden)) f32.fill(0, place, place + words);
  f32.fill(RUNNING_MIN_START, loss.minima, loss.minima + LOSS_MEANS);
  tensors.forEach(({ shape }, i) => {
    i32[lstm.axisCounts + i] = shape.filter((side) => side > 1).length;
  });
}

function views(arena: Arena, { tensors }: ArenaLayout, which: 'params' | 'grads'): NamedFloats {
  return Object.fromEntries(
    tensors.map((places): [string, FloatArray] => {
      const { name, shape } = places;
      const start = places[which];
      return [name, { shape, data: arena.f32.subarray(start, start + sizeOf(shape)) }];
    }),
  );
}

function readTrace(arena: Arena, { tensors, lstm, loss }: ArenaLayout, H: number): VeloTrace {
  const count = tensors.length;
  const rows = (start: number, stride: number, width: number): FloatArray => {
    const data = new Float32Array(count * width);
    for (let i = 0; i < count; i++) {
      const from = start + i * stride;
      data.set(arena.f32.subarray(from, from + width), i * width);
    }
    return { shape: [count, width], data };
  };
  const P = lstm.bank.inputs;
  const lossFeatures = LOSS_MEANS - 1;
  return {
    lossFeatures: {
      shape: [lossFeatures],
      data: arena.f32.slice(loss.features, loss.features + lossFeatures),
    },
    lstmInputs: rows(lstm.inputs, INPUT_STRIDE, LSTM_INPUTS),
    hidden: rows(lstm.hiddenOut, H, H),
    cell: rows(lstm.cellOut, H, H),
    controls: rows(lstm.heads, lstm.headsStride, P),
    stepMultiplier: {
      shape: [count],
      data: rows(lstm.heads + P, lstm.headsStride, 1).data,
    },
  };
}
