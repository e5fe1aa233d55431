/** Convolutions and pooling for tests: random geometries, plain float64 loops, and kernels run between guards. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import type { KernelRuntime } from '../../src/core/index';
import { createRng } from '../../src/core/index';
import type { ConvGeometry } from '../../src/core/compute/plan/convWorkspace';

export type Pad = 'same' | 'valid' | readonly [number, number, number, number];
type Pair = [number, number];
type TfPad = 'same' | 'valid' | [Pair, Pair, Pair, Pair];

/** A geometry with what tfjs calls its parts. */
export interface ConvCase {
  readonly geometry: ConvGeometry;
  readonly depthwise: boolean;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly pad: TfPad;
}

export interface Sizes {
  readonly batch: number;
  readonly size: Pair;
  readonly channels: number;
  /** Output channels, for a depthwise convolution those of each channel. */
  readonly out: number;
  readonly window: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly pad: Pad;
}

/** The case of these sizes; undefined where no window fits. */
export function convCase(sizes: Sizes, depthwise = false): ConvCase | undefined {
  const { batch, size, channels, out, window, strides, dilations, pad } = sizes;
  const [top, bottom, left, right] = typeof pad === 'string' ? [0, 0, 0, 0] : pad;
  const fits = (i: 0 | 1, around: number): boolean =>
    (window[i] - 1) * dilations[i] < size[i] + around;
  if (pad !== 'same' && !(fits(0, top + bottom) && fits(1, left + right))) return undefined;
  const tfPad: TfPad =
    typeof pad === 'string'
      ? pad
      : [
          [0, 0],
          [top, bottom],
          [left, right],
          [0, 0],
        ];
  const x: [number, number, number, number] = [batch, size[0], size[1], channels];
  const filter: [number, number, number, number] = [window[0], window[1], channels, out];
  const info = tf.backend_util.computeConv2DInfo(
    ...([x, filter, strides, dilations, tfPad, 'floor', depthwise] as const),
  );
  const geometry = {
    ...{ batch, height: size[0], width: size[1], channels },
    ...{ outHeight: info.outHeight, outWidth: info.outWidth, outChannels: info.outChannels },
    ...{ filterHeight: window[0], filterWidth: window[1] },
    ...{ strideHeight: strides[0], strideWidth: strides[1] },
    ...{ dilationHeight: dilations[0], dilationWidth: dilations[1] },
    ...{ padTop: info.padInfo.top, padLeft: info.padInfo.left },
  };
  return { geometry, depthwise, strides, dilations, pad: tfPad };
}

const pair = (most: number): fc.Arbitrary<Pair> =>
  fc.tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 1, max: most }));

const anyPad: fc.Arbitrary<Pad> = fc.oneof(
  fc.constant('same' as const),
  fc.constant('valid' as const),
  fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
);

/** Sizes with these channels and output channels. */
export function anySizes(channels: readonly number[], out: readonly number[]): fc.Arbitrary<Sizes> {
  return fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    size: pair(12),
    channels: fc.constantFrom(...channels),
    out: fc.constantFrom(...out),
    window: pair(4),
    strides: pair(3),
    dilations: pair(2),
    pad: anyPad,
  });
}

export function counts({ geometry: g, depthwise }: ConvCase): {
  x: number;
  filter: number;
  y: number;
} {
  return {
    x: g.batch * g.height * g.width * g.channels,
    filter: g.filterHeight * g.filterWidth * (depthwise ? 1 : g.channels) * g.outChannels,
    y: g.batch * g.outHeight * g.outWidth * g.outChannels,
  };
}

export function noise(count: number, seed: number): Float32Array {
  const rng = createRng({ seed, purpose: 'noise', step: 0, member: 0 });
  return Float32Array.from({ length: count }, () => rng.normal());
}

/** Calls `visit` for every tap of every window that lies inside: first word of x, numbers of the window and the tap. */
export function walkTaps(
  g: ConvGeometry,
  visit: (x: number, window: number, tap: number) => void,
): void {
  const outs = g.batch * g.outHeight * g.outWidth;
  for (let out = 0; out < outs; out++) {
    const ow = out % g.outWidth;
    const oh = Math.floor(out / g.outWidth) % g.outHeight;
    const image = Math.floor(out / (g.outWidth * g.outHeight)) * g.height;
    for (let tap = 0; tap < g.filterHeight * g.filterWidth; tap++) {
      const kh = Math.floor(tap / g.filterWidth);
      const y = oh * g.strideHeight - g.padTop + kh * g.dilationHeight;
      const x = ow * g.strideWidth - g.padLeft + (tap % g.filterWidth) * g.dilationWidth;
      if (y < 0 || x < 0 || y >= g.height || x >= g.width) continue;
      visit(((image + y) * g.width + x) * g.channels, out, tap);
    }
  }
}

/** An array to write between guards, and arrays to read. */
export interface KernelRun {
  readonly op: string;
  readonly outWords: number;
  readonly inputs: readonly Float32Array[];
  readonly workspace: number;
  /** The arguments, from where things are. */
  readonly args: (out: number, inputs: readonly number[], workspace: number) => readonly number[];
}

const GUARD = 64;

/** Runs one instruction; NaN lies around every array, in `out` and in the workspace, and must be left alone. */
export function runGuarded(runtime: KernelRuntime, run: KernelRun): Float32Array {
  let end = GUARD;
  const place = (words: number): number => {
    const at = end;
    end = Math.ceil((end + words + GUARD) / 16) * 16;
    return at;
  };
  const inputs = run.inputs.map((values) => place(values.length));
  const out = place(run.outWords);
  const workspace = place(run.workspace);
  const args = run.args(out, inputs, workspace);
  const program = place(args.length + 2);
  const arena = runtime.allocate(end);
  arena.f32.fill(NaN);
  run.inputs.forEach((values, i) => {
    arena.f32.set(values, inputs[i]);
  });
  arena.i32.set([runtime.ops.get(run.op) ?? -1, args.length, ...args], program);
  const before = arena.i32.slice();
  arena.run(program, args.length + 2);
  const result = arena.f32.slice(out, out + run.outWords);
  const written = (i: number): boolean =>
    (i >= out && i < out + run.outWords) || (i >= workspace && i < workspace + run.workspace);
  for (let i = 0; i < before.length; i++)
    if (before[i] !== arena.i32[i] && !written(i))
      throw new Error(
        `${run.op} wrote word ${i - out} counted from its output (${run.outWords} words)`,
      );
  return result;
}

/** Checks |got - exact| <= tolerance * (1 + size); what is not finite must be the same. */
export function expectClose(
  got: Float32Array,
  exact: ArrayLike<number>,
  size: ArrayLike<number> | undefined,
  name: string,
): void {
  if (got.length !== exact.length) throw new Error(`${name}: ${got.length} of ${exact.length}`);
  got.forEach((value, i) => {
    const want = exact[i]!;
    if (Object.is(value, want) || value === want) return;
    const most = 2e-6 * (1 + (size?.[i] ?? Math.abs(want)));
    if (!(Math.abs(value - want) <= most)) throw new Error(`${name}[${i}]: ${value}, not ${want}`);
  });
}

export function expectSameBits(got: Float32Array, want: Float32Array, name: string): void {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
    Buffer.from(buffer, byteOffset, byteLength);
  if (!bytes(got).equals(bytes(want))) throw new Error(`${name}: other bits`);
}
