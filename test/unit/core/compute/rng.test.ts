import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/base/index';
import { createRng, RNG_PURPOSES, threefry4x32 } from '../../../../src/core/compute/rng';
import type { RngKey, Words4 } from '../../../../src/core/compute/rng';

/** Two-sided bound with a false alarm below 1e-6 under a normal law. */
const Z = 4.9;

const words = (text: string): Words4 => {
  const [a = 0, b = 0, c = 0, d = 0] = text.split(' ').map((word) => Number.parseInt(word, 16));
  return [a, b, c, d];
};

function draws(count: number, next: () => number): Float64Array {
  return Float64Array.from({ length: count }, next);
}

function momentsOf(values: ArrayLike<number>): { mean: number; variance: number; fourth: number } {
  const list = Array.from(values);
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  const centred = list.map((value) => (value - mean) ** 2);
  const variance = centred.reduce((a, b) => a + b, 0) / list.length;
  const fourth = centred.reduce((a, b) => a + b * b, 0) / list.length;
  return { mean, variance, fourth };
}

describe('threefry4x32', () => {
  it.each([
    {
      name: 'zeros',
      counter: '00000000 00000000 00000000 00000000',
      key: '00000000 00000000 00000000 00000000',
      expected: '9c6ca96a e17eae66 fc10ecd4 5256a7d8',
    },
    {
      name: 'ones',
      counter: 'ffffffff ffffffff ffffffff ffffffff',
      key: 'ffffffff ffffffff ffffffff ffffffff',
      expected: '2a881696 57012287 f6c7446e a16a6732',
    },
    {
      name: 'digits of pi',
      counter: '243f6a88 85a308d3 13198a2e 03707344',
      key: 'a4093822 299f31d0 082efa98 ec4e6c89',
      expected: '59cd1dbb b8879579 86b5d00c ac8b6d84',
    },
  ])('gives the published answer for $name', ({ counter, key, expected }) => {
    expect(threefry4x32(words(counter), words(key))).toEqual(words(expected));
  });
});

describe('createRng', () => {
  it('draws the words of consecutive blocks under the key (seed, purpose, step, member)', () => {
    const rng = createRng({ seed: 4294967295, purpose: 'noise', step: 7, member: 3 });
    const key: Words4 = [4294967295, RNG_PURPOSES.noise, 7, 3];
    const expected = [0, 1, 2].flatMap((block) => threefry4x32([block, 0, 0, 0], key));
    expect(Array.from({ length: 12 }, () => rng.uint32())).toEqual(expected);
  });

  it('keeps the numbers of the purposes, which are part of every recorded result', () => {
    expect(RNG_PURPOSES).toMatchObject({
      init: 1,
      batch: 2,
      split: 3,
      dropout: 4,
      theta: 5,
      noise: 6,
      task: 7,
      truncation: 8,
      augment: 9,
      evaluation: 10,
      sweep: 11,
      bootstrap: 12,
    });
    expect(new Set(Object.values(RNG_PURPOSES)).size).toBe(Object.keys(RNG_PURPOSES).length);
  });

  it('repeats a stream for the same key', () => {
    const key: RngKey = { seed: 5, purpose: 'init', step: 2, member: 1 };
    const [a, b] = [createRng(key), createRng(key)];
    expect(draws(50, () => a.normal())).toEqual(draws(50, () => b.normal()));
  });

  it('gives another stream when any part of the key differs', () => {
    const keys: RngKey[] = [
      { seed: 1, purpose: 'init' },
      { seed: 2, purpose: 'init' },
      { seed: 1, purpose: 'batch' },
      { seed: 1, purpose: 'init', step: 1 },
      { seed: 1, purpose: 'init', member: 1 },
    ];
    const first = keys.map((key) => createRng(key).uint32());
    expect(new Set(first).size).toBe(keys.length);
  });

  it.each([-1, 0.5, 4294967296, NaN, Infinity])('refuses the seed %s in one sentence', (seed) => {
    const attempt = () => createRng({ seed, purpose: 'init' });
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(`seed must be an integer from 0 to 4294967295, got ${seed}`);
  });

  it('treats a bad step or bound as a defect of the caller', () => {
    expect(() => createRng({ seed: 0, purpose: 'init', step: -1 })).toThrow('step must be');
    const rng = createRng({ seed: 0, purpose: 'init' });
    expect(() => rng.integer(0)).toThrow('bound must be');
    expect(() => rng.integer(2.5)).toThrow('bound must be');
  });
});

describe('uniform', () => {
  it('is the top 24 bits of a word, scaled to [0, 1)', () => {
    const key: RngKey = { seed: 9, purpose: 'task' };
    const [a, b] = [createRng(key), createRng(key)];
    for (let i = 0; i < 20; i++) {
      const value = a.uniform();
      expect(value).toBe(Math.floor(b.uint32() / 256) / 16777216);
      expect(Math.fround(value)).toBe(value);
    }
  });

  it('has the moments of the uniform law', () => {
    const n = 200_000;
    const rng = createRng({ seed: 11, purpose: 'task' });
    const { mean, variance } = momentsOf(draws(n, () => rng.uniform()));
    expect(Math.abs(mean - 0.5)).toBeLessThan(Z * Math.sqrt(1 / 12 / n));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(Z * Math.sqrt(1 / 180 / n));
  });

  it('fills a range', () => {
    const n = 100_000;
    const out = new Float32Array(n);
    createRng({ seed: 12, purpose: 'task' }).fillUniform(out, -3, 5);
    const { mean } = momentsOf(out);
    expect(Math.min(...out.subarray(0, 50_000))).toBeGreaterThanOrEqual(-3);
    expect(Math.max(...out.subarray(0, 50_000))).toBeLessThanOrEqual(5);
    expect(Math.abs(mean - 1)).toBeLessThan(Z * Math.sqrt(64 / 12 / n));
  });
});

describe('normal', () => {
  it('is Box-Muller on two words, cosine first, to the last few bits', () => {
    const key: RngKey = { seed: 21, purpose: 'noise' };
    const [a, b] = [createRng(key), createRng(key)];
    for (let i = 0; i < 20_000; i++) {
      const radius = Math.sqrt(-2 * Math.log((b.uint32() + 1) / 2 ** 32));
      const angle = (2 * Math.PI * b.uint32()) / 2 ** 32;
      expect(Math.abs(a.normal() - radius * Math.cos(angle))).toBeLessThan(1e-14);
      expect(Math.abs(a.normal() - radius * Math.sin(angle))).toBeLessThan(1e-14);
    }
  });

  it('keeps its bits: the first draws of a stream are pinned', () => {
    const rng = createRng({ seed: 0, purpose: 'init' });
    expect(Array.from({ length: 4 }, () => rng.normal())).toEqual(PINNED_NORMALS);
  });

  it('has the moments of the normal law', () => {
    const n = 200_000;
    const rng = createRng({ seed: 22, purpose: 'noise' });
    const { mean, variance, fourth } = momentsOf(draws(n, () => rng.normal()));
    expect(Math.abs(mean)).toBeLessThan(Z / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(Z * Math.sqrt(2 / n));
    expect(Math.abs(fourth - 3)).toBeLessThan(Z * Math.sqrt(96 / n));
  });

  it('has uncorrelated neighbours', () => {
    const n = 200_000;
    const rng = createRng({ seed: 23, purpose: 'noise' });
    const values = draws(n, () => rng.normal());
    for (const lag of [1, 2, 3]) {
      let sum = 0;
      for (let i = lag; i < n; i++) sum += values[i]! * values[i - lag]!;
      expect(Math.abs(sum / n)).toBeLessThan(Z / Math.sqrt(n));
    }
  });

  it('fills with a mean and a standard deviation, in float32', () => {
    const key: RngKey = { seed: 24, purpose: 'theta' };
    const out = new Float32Array(9);
    createRng(key).fillNormal(out, 2, 0.5);
    const rng = createRng(key);
    expect([...out]).toEqual(Array.from({ length: 9 }, () => Math.fround(2 + 0.5 * rng.normal())));
  });
});

describe('truncatedNormal', () => {
  it('stays within two standard deviations and has the moments of the cut law', () => {
    const n = 200_000;
    const out = new Float32Array(n);
    createRng({ seed: 31, purpose: 'init' }).fillTruncatedNormal(out, 3);
    const { mean, variance, fourth } = momentsOf(out);
    // Of N(0, 1) cut at ±2: φ(2) = 0.05399097, P = 0.95449974; var = 1 - 2·2·φ(2)/P.
    const expected = 9 * (1 - (4 * 0.05399096651318806) / 0.9544997361036416);
    expect(out.every((value) => Math.abs(value) <= 6)).toBe(true);
    expect(Math.abs(mean)).toBeLessThan(Z * Math.sqrt(expected / n));
    expect(Math.abs(variance - expected)).toBeLessThan(Z * Math.sqrt((fourth - variance ** 2) / n));
  });
});

describe('integer', () => {
  it('falls on each value equally often', () => {
    const n = 120_000;
    const rng = createRng({ seed: 41, purpose: 'task' });
    const counts = new Float64Array(12);
    for (let i = 0; i < n; i++) counts[rng.integer(12)]! += 1;
    const sd = Math.sqrt(n * (1 / 12) * (11 / 12));
    for (const count of counts) expect(Math.abs(count - n / 12)).toBeLessThan(5.4 * sd);
  });

  it('has no bias for a bound that does not divide 2^32', () => {
    // With a plain remainder the lower half of 0 … 3·2^30 - 1 would come up 2/3 of the time.
    const n = 40_000;
    const bound = 3 * 2 ** 30;
    const rng = createRng({ seed: 42, purpose: 'task' });
    let low = 0;
    for (let i = 0; i < n; i++) if (rng.integer(bound) < bound / 3) low++;
    expect(Math.abs(low - n / 3)).toBeLessThan(Z * Math.sqrt(n * (2 / 9)));
  });

  it('takes the bounds 1 and 2^32', () => {
    const key: RngKey = { seed: 43, purpose: 'task' };
    expect(createRng(key).integer(1)).toBe(0);
    expect(createRng(key).integer(2 ** 32)).toBe(createRng(key).uint32());
  });
});

describe('permutation', () => {
  it.each([0, 1, 2, 7, 1000])('of %i holds each index once', (length) => {
    const order = createRng({ seed: 51, purpose: 'batch' }).permutation(length);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
  });

  it('puts each element in each place equally often', () => {
    const rounds = 24_000;
    const counts = new Map<string, number>();
    for (let step = 0; step < rounds; step++) {
      const order = createRng({ seed: 52, purpose: 'batch', step }).permutation(4).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    const sd = Math.sqrt(rounds * (1 / 24) * (23 / 24));
    expect(counts.size).toBe(24);
    for (const count of counts.values())
      expect(Math.abs(count - rounds / 24)).toBeLessThan(5.6 * sd);
  });
});

/** As computed by a C program of the same formulas, compiled without contraction. */
const PINNED_NORMALS = [
  1.0550649382720818, 0.5461566348384407, -0.22480334835667912, 2.1989369668741805,
];
