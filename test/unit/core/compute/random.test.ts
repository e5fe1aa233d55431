import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KernelRuntime } from '../../../../src/core/index';
import type { Rng, RngKey } from '../../../../src/core/compute/rng';
import { RNG_PURPOSES, createRng } from '../../../../src/core/compute/rng';
import { KernelCall, bitsOf } from '../../../support/kernelCall';
import { kernelRuntimes } from '../../../support/kernels';

const DISTRIBUTION = { uniform: 0, normal: 1 } as const;

const uint32 = fc.oneof(
  fc.constantFrom(0, 1, 2 ** 32 - 1),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
);
const keys: fc.Arbitrary<RngKey> = fc.record({
  seed: uint32,
  purpose: fc.constantFrom('dropout', 'noise', 'init'),
  step: uint32,
  member: uint32,
});
const counts = fc.oneof(
  fc.integer({ min: 0, max: 70 }),
  fc.constantFrom(255, 256, 257, 510, 511, 512, 513, 1000, 1025, 4099),
);
const starts = fc.oneof(fc.integer({ min: 0, max: 70 }), fc.constantFrom(509, 1022));

function keyWords({ seed, purpose, step = 0, member = 0 }: RngKey): Uint32Array {
  return Uint32Array.of(seed, RNG_PURPOSES[purpose], step, member);
}

/** A stream after `words` of its words. */
function streamAt(key: RngKey, words: number): Rng {
  const rng = createRng(key);
  for (let i = 0; i < words; i++) rng.uint32();
  return rng;
}

interface Draw {
  readonly key: RngKey;
  readonly count: number;
  readonly distribution: number;
  readonly first?: number;
  readonly spare?: number;
  /** Mean and standard deviation or the ends of the range: random.fillScaled. */
  readonly scaled?: readonly [number, number];
}

function draw(runtime: KernelRuntime, d: Draw): Float32Array {
  const { key, count, distribution, first = 0, spare = 0, scaled } = d;
  const call = new KernelCall(runtime, count + 64);
  const out = call.result(count);
  const args = [out, count, distribution, call.put(keyWords(key)), first, spare];
  if (scaled === undefined) call.run('random.fill', ...args);
  else call.run('random.fillScaled', ...args, ...scaled.map(bitsOf));
  return call.read(out, count);
}

function filled(count: number, fill: (out: Float32Array) => void): Float32Array {
  const out = new Float32Array(count);
  fill(out);
  return out;
}

describe.each(kernelRuntimes)('random on $flavour $isa', (runtime) => {
  it('uniform numbers have the bits of createRng, from any word on', () => {
    fc.assert(
      fc.property(keys, counts, starts, (key, count, first) => {
        const got = draw(runtime, { key, count, first, distribution: DISTRIBUTION.uniform });
        const rng = streamAt(key, first);
        expect(got).toEqual(
          filled(count, (out) => {
            rng.fillUniform(out, 0, 1);
          }),
        );
      }),
    );
  });

  it('normals have the bits of createRng, from any word on', () => {
    fc.assert(
      fc.property(keys, counts, starts, (key, count, first) => {
        const got = draw(runtime, { key, count, first, distribution: DISTRIBUTION.normal });
        const rng = streamAt(key, first);
        expect(got).toEqual(
          filled(count, (out) => {
            rng.fillNormal(out, 0, 1);
          }),
        );
      }),
    );
  });

  it('normals begin with the half that the draw before left over', () => {
    fc.assert(
      fc.property(keys, counts, starts, (key, count, before) => {
        const first = before + 2;
        const rng = streamAt(key, before);
        rng.normal();
        const distribution = DISTRIBUTION.normal;
        const got = draw(runtime, { key, count, first, spare: 1, distribution });
        expect(got).toEqual(
          filled(count, (out) => {
            rng.fillNormal(out, 0, 1);
          }),
        );
      }),
    );
  });

  it('a hundred thousand numbers in a row have the same bits', () => {
    const key: RngKey = { seed: 77, purpose: 'noise', step: 3, member: 1 };
    const count = 100_000;
    const normals = draw(runtime, { key, count, distribution: DISTRIBUTION.normal });
    expect(normals).toEqual(
      filled(count, (out) => {
        createRng(key).fillNormal(out, 0, 1);
      }),
    );
  });

  it('scaled numbers have the bits of fillNormal and fillUniform', () => {
    const float = fc.oneof(
      fc.constantFrom(0, 1, -1, 1e-40, 3e38),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(keys, counts, float, float, (key, count, a, b) => {
        // The kernel's sum gives +0; so does the other but for a mean of -0.
        const scaled = [Math.fround(a + 0), Math.fround(b + 0)] as const;
        const normals = draw(runtime, { key, count, scaled, distribution: DISTRIBUTION.normal });
        expect(normals).toEqual(
          filled(count, (out) => {
            createRng(key).fillNormal(out, ...scaled);
          }),
        );
        const uniform = draw(runtime, { key, count, scaled, distribution: DISTRIBUTION.uniform });
        expect(uniform).toEqual(
          filled(count, (out) => {
            createRng(key).fillUniform(out, ...scaled);
          }),
        );
      }),
    );
  });

  it('counts words beyond 2^32', () => {
    const key: RngKey = { seed: 1, purpose: 'noise' };
    const distribution = DISTRIBUTION.uniform;
    const first = 2 ** 32 - 4 - 2 ** 32;
    const end = draw(runtime, { key, count: 8, first, distribution });
    const before = draw(runtime, { key, count: 4, first, distribution });
    expect(end.slice(0, 4)).toEqual(before);
    expect(end.slice(4)).not.toEqual(draw(runtime, { key, count: 4, distribution }));
  });

  it.each([false, true])('perturb adds scaled normals, in place: %s', (inPlace) => {
    fc.assert(
      fc.property(keys, counts, fc.constantFrom(1, -1, 0.5, 0), (key, count, sign) => {
        const theta = Float32Array.from({ length: count }, (_, i) => Math.sin(i));
        const sd = Float32Array.from({ length: count }, (_, i) => 0.1 + (i % 7));
        const call = new KernelCall(runtime, 3 * count + 64);
        const out = inPlace ? call.update(theta) : call.result(count);
        const input = inPlace ? out : call.put(theta);
        const [keyAt, sdAt] = [call.put(keyWords(key)), call.put(sd)];
        const signAt = call.put(Float32Array.of(sign));
        call.run('random.perturb', out, input, count, keyAt, sdAt, signAt);
        const normals = filled(count, (n) => {
          createRng(key).fillNormal(n, 0, 1);
        });
        const exact = theta.map(
          (x, i) => x + Math.fround(Math.fround(sign * sd[i]!) * normals[i]!),
        );
        expect(call.read(out, count)).toEqual(exact);
      }),
    );
  });
});
