/**
 * Many steps of a training in one call: what is new at each step stands in tables, the kernels fetch it row by row,
 * gather the batch, and note the losses. A loss that is not finite ends the call before its update.
 */
import { invariant } from '../../../base/index';
import { instructionsOf } from '../../compute/instructions';
import type { Arena } from '../../compute/kernelRuntime';
import type { Plan } from '../../compute/plan/plan';
import type { Span } from '../../compute/span';
import type { StepRow } from '../../compute/stepRow';
import { alone } from '../../compute/stages';
import type { Stage } from '../../compute/stages';
import type { Linker } from './linker';

/** Most steps of a call, and most words of its tables. */
const MAX_STEPS = 256;
const MAX_TABLE_WORDS = 2 ** 21;

export interface BlockParts {
  /** Where something is new at each step. */
  readonly rows: readonly Span[];
  /** From the batch's rows to gradients and loss. */
  readonly gradient: readonly Stage[];
  /** Where the loss is after that. */
  readonly loss: number;
  /** What comes between gradient and update. */
  readonly between: readonly Stage[];
  /** What the update of every so many steps begins with, the first one of the training included. */
  readonly look?: { readonly every: number; readonly stages: readonly Stage[] } | undefined;
  /** From the gradients to the new parameters. */
  readonly update: readonly Stage[];
}

export interface PlannedBlock {
  /** Most steps of a call. */
  readonly capacity: number;
  start(arena: Arena): BlockRun;
}

export interface BlockRun {
  /**
   * Runs up to `count` steps, at most the capacity.
   * @param rows  what is new at each step, in the order and the places of the plan
   * @returns how many made their update; where they are fewer, the loss behind theirs is not finite
   */
  run(rows: readonly StepRow[], firstStep: number, count: number): number;
  /** Of the last call, one for each step. */
  readonly losses: Float32Array;
}

export function planBlock(linker: Linker, parts: BlockParts): PlannedBlock {
  const emit = instructionsOf(linker.kernels);
  const { rows, gradient, loss, between, look, update } = parts;
  const rowWords = rows.reduce((sum, { words }) => sum + words, 0);
  const capacity = Math.max(1, Math.min(MAX_STEPS, Math.floor(MAX_TABLE_WORDS / (rowWords + 1))));
  const counter = linker.reserve(1);
  const log = linker.reserve(capacity);
  const tables = rows.map((row) => ({ ...row, table: linker.reserve(row.words * capacity) }));
  const fetch = tables.flatMap(({ place: at, words, table }) =>
    emit('control.row', at, table, words, counter),
  );
  // Whether a step is to be made is for each thread to see.
  const guard = Array.from({ length: linker.threads }, () => emit('control.guard', loss));
  const stepWith = (before: readonly Stage[]): Span[] =>
    linker.programs([
      alone(fetch),
      ...gradient,
      alone(emit('control.store', log, loss, counter)),
      guard,
      ...between,
      ...before,
      ...update,
      alone(emit('control.count', counter)),
    ]);
  const programs: StepPrograms = {
    plain: stepWith([]),
    looking: look && { every: look.every, programs: stepWith(look.stages) },
  };
  return {
    capacity,
    start: (arena) => ({
      losses: arena.f32.subarray(log, log + capacity),
      run: (rows, firstStep, count) => {
        for (const [index, { words, table }] of tables.entries()) {
          const row = rows[index]!;
          for (let i = 0; i < count; i++) row.write(firstStep + i, arena, table + i * words);
        }
        arena.i32[counter] = 0;
        return runSteps(arena, programs, firstStep, count);
      },
    }),
  };
}

interface StepPrograms {
  readonly plain: readonly Span[];
  /** Of the steps that begin with a look. */
  readonly looking: { readonly every: number; readonly programs: readonly Span[] } | undefined;
}

/** @returns how many of `count` steps made their update */
function runSteps(arena: Arena, programs: StepPrograms, firstStep: number, count: number): number {
  let done = 0;
  while (done < count) {
    const stretch = nextStretch(programs, firstStep + done, count - done);
    const made = runPrograms(arena, stretch.programs, stretch.times);
    done += made;
    if (made < stretch.times) break;
  }
  return done;
}

/** One step with a look, or those without one up to the next. */
function nextStretch({ plain, looking }: StepPrograms, step: number, left: number) {
  if (looking === undefined) return { programs: plain, times: left };
  const since = step % looking.every;
  if (since === 0) return { programs: looking.programs, times: 1 };
  return { programs: plain, times: Math.min(left, looking.every - since) };
}

function runPrograms(arena: Arena, programs: readonly Span[], times: number): number {
  const [{ place, words }] = programs as [Span];
  if (programs.length === 1) return arena.run(place, words, times);
  invariant(arena.runTogether !== undefined, 'an arena of a runtime with threads');
  return arena.runTogether(programs, times);
}

/** The key of a plan's random numbers, where it draws any. */
export function drawRows(plan: Plan, seed: number, purpose: number): StepRow[] {
  const draws = plan.step.some((node) => node.kind === 'kernel' && node.args.includes('key'));
  return draws ? [keyRow(plan.key, seed, purpose)] : [];
}

/** The four words that make the random numbers of a step its own. */
function keyRow(place: number, seed: number, purpose: number): StepRow {
  return {
    place,
    words: 4,
    write: (step, { i32 }, at) => {
      i32[at] = seed;
      i32[at + 1] = purpose;
      i32[at + 2] = step;
      i32[at + 3] = 0;
    },
  };
}
