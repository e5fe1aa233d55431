/** Summaries of arrays by the C kernels, in an arena of their own that holds two arrays at a time. */
import { instructionsOf } from '../../compute/instructions';
import type { Arena, KernelRuntime } from '../../compute/kernelRuntime';
import { HISTOGRAM_SLOTS } from './histogram';
import { rootMeanSquare } from './summary';
import type { ArraySummary, Summarizer } from './summary';

/** As in trace.c: the sum of squares stands behind the counters. */
const SLOTS_STRIDE = 208;
/** Words of a cache line: every array starts at one, and kernels read up to two past an end. */
const LINE = 16;

/**
 * A summarizer for arrays of at most `maxLength` elements.
 * @throws UserError('device') where the memory cannot be had or the kernels are of another version
 */
export function createKernelSummarizer(runtime: KernelRuntime, maxLength: number): Summarizer {
  const emit = instructionsOf(runtime);
  const room = (Math.ceil(maxLength / LINE) + 2) * LINE;
  const [result, first, second] = [0, SLOTS_STRIDE + LINE, SLOTS_STRIDE + LINE + room];
  const program = second + room;
  const arena = runtime.allocate(program + LINE);
  const run = (op: string, ...args: number[]): void => {
    const instruction = emit(op, ...args);
    arena.i32.set(instruction, program);
    arena.run(program, instruction.length);
  };
  const summarizeAt = (start: number, length: number): ArraySummary => {
    run('trace.summary', result, start, length);
    return readSummary(arena, result, length);
  };
  return {
    summarize(values) {
      arena.f32.set(values, first);
      return summarizeAt(first, values.length);
    },
    summarizeUpdate(after, before) {
      arena.f32.set(after, first);
      arena.f32.set(before, second);
      run('trace.difference', second, first, second, after.length);
      return {
        parameter: summarizeAt(first, after.length),
        update: summarizeAt(second, after.length),
      };
    },
  };
}

function readSummary({ f32 }: Arena, start: number, length: number): ArraySummary {
  const words = f32.slice(start, start + SLOTS_STRIDE + 2).buffer;
  const [squares = NaN] = new Float64Array(words, SLOTS_STRIDE * 4, 1);
  return {
    counts: new Uint32Array(words, 0, HISTOGRAM_SLOTS),
    rms: rootMeanSquare(squares, length),
  };
}
