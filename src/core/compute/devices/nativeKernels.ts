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
  /** Bytes by which the memory misses a multiple of the alignment, which is a power of two. */
  misalignment(arena: Float32Array, alignment: number): number;
  /** Asks the system to map the memory in large pages where it has some. */
  preferLargePages(arena: Float32Array): void;
  /** Bytes from the arena's first word to those of another array. */
  distance(arena: Float32Array, memory: Uint8Array | Float32Array): number;
}

export interface NativeVariant {
  readonly isa: string;
  /** Op names in the order of their codes. */
  readonly ops: readonly string[];
  run(arena: Float32Array, start: number, words: number, times: number): number;
}

/** Arenas start at a cache line, those of many bytes at a large page: weights of that size are read at each step. */
const LINE_BYTES = 64;
const LARGE_PAGE_BYTES = 2 ** 21;
const MANY_BYTES = 2 * LARGE_PAGE_BYTES;

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
      const arena = createArena(binding, variant, words, crew !== undefined);
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
  words: number,
  isShared: boolean,
): Arena {
  checkArenaSize(words);
  const alignment = 4 * words >= MANY_BYTES ? LARGE_PAGE_BYTES : LINE_BYTES;
  const buffer = newBuffer(words, alignment, isShared);
  const missed = binding.misalignment(new Float32Array(buffer), alignment);
  const place = (alignment - missed) % alignment;
  const f32 = new Float32Array(buffer, place, words);
  const i32 = new Int32Array(buffer, place, words);
  if (alignment === LARGE_PAGE_BYTES) binding.preferLargePages(f32);
  return {
    f32,
    i32,
    run: (start, length, times = 1) => {
      const status = variant.run(f32, start, length, times);
      return status === 0 ? times : repetitions(status, i32, start);
    },
  };
}

function newBuffer(
  words: number,
  alignment: number,
  isShared: boolean,
): ArrayBuffer | SharedArrayBuffer {
  const bytes = 4 * words + alignment;
  try {
    return isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  } catch (error) {
    throw outOfMemory(words, error);
  }
}
