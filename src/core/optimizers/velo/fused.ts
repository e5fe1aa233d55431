/**
 * VeLO at work in a kernel arena: the same update as `reference.ts`, fused into three passes over each tensor
 * (accumulate, feature norms, apply) and one packed product per LSTM layer, run by one call into C.
 * Source: HyperV2 in google/learned_optimization, research/general_lopt/hyper_v2.py.
 */
import type { FloatArray, NamedFloats, TensorSpec } from '../../../base/index';
import { sizeOf } from '../../../base/index';
import type { Arena, KernelRuntime } from '../../compute/kernelRuntime';
import { writeRows } from '../../compute/stepRow';
import type { StepRow } from '../../compute/stepRow';
import type { FusedSession, FusedUpdate } from '../optimizer';
import type { ArenaLayout } from './fused/arenaLayout';
import { INPUT_STRIDE, arenaLayout } from './fused/arenaLayout';
import { packTheta } from './fused/packTheta';
import { updateProgram, updateProgramWords } from './fused/program';
import { exportState, importState, stateArrays } from './fused/sessionState';
import { LOSS_MEANS, RUNNING_MIN_START, lossBiasCorrections, lossDecays } from './lossFeatures';
import { entry } from './lookup';
import type { VeloOptions } from './state';
import type { VeloTheta } from './theta';
import { LSTM_INPUTS } from './theta';
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
 */
export function layOutFusedVelo(
  options: VeloOptions,
  params: readonly TensorSpec[],
  start: number,
): FusedVeloUpdate {
  const { architecture } = options.theta;
  const layout = arenaLayout(architecture, params, updateProgramWords(params.length), start);
  const places = (which: 'params' | 'grads'): Record<string, number> =>
    Object.fromEntries(layout.tensors.map((tensor) => [tensor.name, tensor[which]]));
  const plan = { ...options, params, layout, rows: stepRows(options, layout) };
  return {
    words: layout.words,
    params: places('params'),
    grads: places('grads'),
    loss: layout.loss.loss,
    rows: plan.rows,
    program: (runtime) => updateProgram(runtime, layout),
    start: (runtime, arena) => startSession(plan, runtime, arena),
  };
}

/** Decays of the loss averages. */
function decaysOf({ theta, numSteps }: VeloOptions): Float32Array {
  return lossDecays(theta.architecture.buggedLossFeatures ? 10 : numSteps);
}

function stepRows(options: VeloOptions, { loss: places }: ArenaLayout): StepRow[] {
  const decays = decaysOf(options);
  return [
    {
      place: places.corrections,
      words: LOSS_MEANS,
      write: (step, { f32 }, at) => {
        f32.set(lossBiasCorrections(decays, step), at);
      },
    },
    {
      place: places.step,
      words: 1,
      write: (step, { i32 }, at) => {
        i32[at] = step;
      },
    },
    {
      place: places.fraction,
      words: 1,
      write: (step, { f32 }, at) => {
        f32[at] = step / options.numSteps;
      },
    },
  ];
}

interface LaidOut extends VeloOptions {
  readonly params: readonly TensorSpec[];
  readonly layout: ArenaLayout;
  readonly rows: readonly StepRow[];
}

function startSession(
  { theta, numSteps, params, layout, rows }: LaidOut,
  runtime: KernelRuntime,
  arena: Arena,
): FusedVeloSession {
  const { architecture } = theta;
  packTheta(theta, runtime, arena, layout);
  startState(theta, arena, layout, decaysOf({ theta, numSteps }));
  const program = updateProgram(runtime, layout);
  arena.i32.set(program, layout.program);
  const state = stateArrays(params, layout, architecture.hidden);
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
    trace: () => readTrace(arena, layout, architecture.hidden),
  };
}

/** Everything that isn't zero at the start. */
function startState(
  { tensors, architecture }: VeloTheta,
  arena: Arena,
  layout: ArenaLayout,
  decays: Float32Array,
): void {
  const { f32, i32 } = arena;
  const { lstm, loss } = layout;
  layout.tensors.forEach(({ shape }, i) => {
    i32[lstm.axisCounts + i] = shape.filter((side) => side > 1).length;
    const row = i * architecture.hidden;
    f32.set(entry(tensors, 'lstm_init_state/hidden').data, lstm.hidden + row);
    f32.set(entry(tensors, 'lstm_init_state/cell').data, lstm.cell + row);
  });
  f32.set(decays, loss.decays);
  f32.fill(RUNNING_MIN_START, loss.minima, loss.minima + LOSS_MEANS);
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
