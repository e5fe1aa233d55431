/**
 * The C kernels as a Node addon. Arenas are ordinary ArrayBuffers of the JavaScript engine, whose memory does
 * not move; the addon keeps nothing.
 */
import { UserError } from '../../../base/index';
import type { Arena, KernelRuntime } from '../kernelRuntime';
import { crewed } from './crew';
import type { Crew } from './crew';
import { checkArenaSize, outOfMemory, repetitions } from './kernelStatus';

/** What the addon exports. */
export interface NativeBinding {
  /** Builds that this machine can run, best first. */
  readonly variants: readonly NativeVariant[];
  /** Bytes by which the memory misses a multiple of 64. */
  misalignment(arena: Float32Array): number;
  /** Bytes from the arena's first word to those of another array. */
  distance(arena: Float32Array, memory: Uint8Array | Float32Array): number;
}

export interface NativeVariant {
  readonly isa: string;
  /** Op names in the order of their codes. */
  readonly ops: readonly string[];
  run(arena: Float32Array, start: number, words: number, times: number): number;
}

/** Words in a cache line; arenas start at one. */
const LINE_WORDS = 16;

/**
 * A runtime over a loaded addon.
 * @param isa  instruction set to use; by default the best that this machine has
 * @param crew  that works on every arena together
 * @throws UserError('device') when the addon has no such build for this machine
 */
export function createNativeKernels(
  binding: NativeBinding,
  isa?: string,
  crew?: Crew,
): KernelRuntime {
  const variant = binding.variants.find((one) => isa === undefined || one.isa === isa);
  if (variant === undefined) {
    const have = binding.variants.map((one) => one.isa).join(', ') || 'none';
    throw new UserError(
      'device',
      `this machine cannot run the native kernels for ${isa ?? 'any instruction set'} (it can run: ${have})`,
    );
  }
  return {
    flavour: 'native',
    isa: variant.isa,
    ops: new Map(variant.ops.map((name, op) => [name, op])),
    allocate: (words) => {
      const arena = createArena(binding, variant, newBuffer(words, crew !== undefined), words);
      if (crew === undefined) return arena;
      const { f32 } = arena;
      return crewed(arena, crew, f32, (...program) => variant.run(f32, ...program));
    },
    ...(crew === undefined ? {} : { threads: crew.threads }),
    distance: ({ f32 }, memory) => binding.distance(f32, memory),
  };
}

function createArena(
  binding: NativeBinding,
  variant: NativeVariant,
  buffer: ArrayBuffer | SharedArrayBuffer,
  words: number,
): Arena {
  const skipped = ((64 - binding.misalignment(new Float32Array(buffer))) % 64) / 4;
  const f32 = new Float32Array(buffer, skipped * 4, words);
  const i32 = new Int32Array(buffer, skipped * 4, words);
  return {
    f32,
    i32,
    run: (start, length, times = 1) => {
      const status = variant.run(f32, start, length, times);
      return status === 0 ? times : repetitions(status, i32, start);
    },
  };
}

function newBuffer(words: number, isShared: boolean): ArrayBuffer | SharedArrayBuffer {
  checkArenaSize(words);
  const bytes = (words + LINE_WORDS) * 4;
  try {
    return isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  } catch (error) {
    throw outOfMemory(words, error);
  }
}
