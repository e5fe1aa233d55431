/**
 * An optimizer of a fused design at work in a kernel arena: three passes over each tensor (accumulate, feature norms,
 * apply) and one packed product per LSTM layer, run by one call into C.
 */
import type { FloatArray, NamedFloats, TensorSpec } from '../../../../base/index';
import { invariant, sizeOf } from '../../../../base/index';
import type { Arena, KernelRuntime } from '../../../compute/kernelRuntime';
import { inOrder } from '../../../compute/stages';
import type { StepRow } from '../../../compute/stepRow';
import { writeRows } from '../../../compute/stepRow';
import { flatOf } from '../../learned/flat';
import type { FusedSession, FusedUpdate } from '../../optimizer';
import {
  LOSS_MEANS,
  RUNNING_MIN_START,
  lossDecays,
  writeLossBiasCorrections,
} from '../lossFeatures';
import type { ArenaLayout } from './arenaLayout';
import { arenaLayout, stateSpans } from './arenaLayout';
import type { FusedDesign } from './design';
import { CLOCK_WORDS } from './lstmLayout';
import type { LstmPlaces } from './lstmLayout';
import { initialStateProgram, packProgram } from './packTheta';
import { updateProgramWords, updateStages } from './program';
import { exportState, importState, stateArrays } from './sessionState';

export interface FusedOptions {
  readonly design: FusedDesign;
  /** The theta: arrays of the design's `parameters`. */
  readonly tensors: NamedFloats;
  /** T ≥ 1, the number of updates announced. */
  readonly numSteps: number;
  readonly params: readonly TensorSpec[];
  /** First arena word that may be used, at a cache line. */
  readonly start: number;
  /** Most that will work on it together. */
  readonly threads: number;
}

/** Laid out, not yet at work. */
export interface LaidOutUpdate extends Omit<FusedUpdate, 'start'> {
  readonly layout: ArenaLayout;
  /** Without a trace. */
  start(runtime: KernelRuntime, arena: Arena): Omit<FusedSession, 'trace'>;
}

/** The kernels for the given params, which are zero until the caller writes them; the state is that before update 0. */
export function layOutFused(options: FusedOptions): LaidOutUpdate {
  const { design, params, threads, start } = options;
  const updateWords = updateProgramWords(params.length);
  const layout = arenaLayout(design, params, { updateWords, start, threads });
  const places = (which: 'params' | 'grads'): Record<string, number> =>
    Object.fromEntries(layout.tensors.map((tensor) => [tensor.name, tensor[which]]));
  const rows = layout.lstm === undefined ? [] : stepRows(layout.lstm, options.numSteps);
  return {
    layout,
    words: layout.words,
    params: places('params'),
    grads: places('grads'),
    loss: layout.loss,
    state: stateSpans(layout),
    theta: { flat: layout.theta.flat, packed: [layout.theta.packed] },
    rows,
    stages: (runtime) => updateStages(runtime, layout, threads),
    start: (runtime, arena) => startSession({ ...options, layout, rows }, runtime, arena),
  };
}

/** What depends on the step alone, as one row. */
function stepRows({ design, loss: { clock } }: LstmPlaces, numSteps: number): StepRow[] {
  const decays = lossDecays(design.lossHorizon);
  const write: StepRow['write'] = (step, { f32, i32 }, at) => {
    writeLossBiasCorrections(f32, at, decays, step);
    f32.set(decays, at + LOSS_MEANS);
    i32[at + 2 * LOSS_MEANS] = step;
    f32[at + 2 * LOSS_MEANS + 1] = step / numSteps;
  };
  return [{ place: clock, words: CLOCK_WORDS, write }];
}

interface LaidOut extends FusedOptions {
  readonly layout: ArenaLayout;
  readonly rows: readonly StepRow[];
}

function startSession(
  { design, tensors, params, layout, rows }: LaidOut,
  runtime: KernelRuntime,
  arena: Arena,
): Omit<FusedSession, 'trace'> {
  const weights = loadPrograms(design, layout, runtime, arena);
  // A training that runs the stages with others asks for neither.
  const update = once(() => {
    const program = inOrder(updateStages(runtime, layout, 1));
    arena.i32.set(program, layout.program);
    return { words: program.length };
  });
  const state = once(() => stateArrays(params, layout));
  const reset = (): void => {
    startState(arena, layout);
    weights.startState();
  };
  arena.f32.set(flatOf(design.parameters, tensors), layout.theta.flat.place);
  weights.pack();
  reset();
  return {
    params: views(arena, layout, 'params'),
    grads: views(arena, layout, 'grads'),
    update: (step, loss) => {
      writeRows(rows, step, arena);
      arena.f32[layout.loss] = loss;
      arena.run(layout.program, update().words);
    },
    exportState: () => exportState(arena, state()),
    importState: (values) => {
      importState(arena, state(), values);
    },
    loadTheta: () => {
      weights.pack();
    },
    reset,
  };
}

/** What is made when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Puts the programs that read the flat theta into the arena. */
function loadPrograms(
  design: FusedDesign,
  layout: ArenaLayout,
  runtime: KernelRuntime,
  arena: Arena,
): { pack(): void; startState(): void } {
  const pack = packProgram(runtime, design, layout);
  const start = initialStateProgram(runtime, design, layout);
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

/** State as before the first update, but for what theta says, and what is the same in all updates. */
function startState({ f32, i32 }: Arena, layout: ArenaLayout): void {
  const { lstm, tensors, multipliers } = layout;
  for (const { place, words } of stateSpans(layout)) f32.fill(0, place, place + words);
  if (lstm === undefined) {
    f32[multipliers.place] = 1;
    return;
  }
  f32.fill(RUNNING_MIN_START, lstm.loss.minima, lstm.loss.minima + LOSS_MEANS);
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
