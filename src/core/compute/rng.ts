/**
 * Random numbers for everything: a counter-based generator without hidden state. A stream is named by
 * (seed, purpose, step, member) and its words do not depend on who else draws, so any step of any worker can be
 * repeated alone. Threefry-4x32 with 20 rounds: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy
 * as 1, 2, 3", SC 2011, and its Random123 test vectors.
 *
 * Word n of a stream is word n mod 4 of threefry4x32(counter, key) with key = [seed, purpose, step, member] and
 * counter = [lo, hi, 0, 0], the two halves of floor(n / 4). All arithmetic below is 32-bit integer or IEEE
 * double without fused multiply-add, so a kernel compiled without contraction gives the same bits.
 */
import { invariant, UserError } from '../../base/index';

/** What a stream is for. Numbers are part of every recorded result: add new ones, never renumber. */
export const RNG_PURPOSES = {
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
  curvature: 13,
} as const;

export type RngPurpose = keyof typeof RNG_PURPOSES;

export interface Rng {
  /** Next 32 random bits, 0 … 2^32-1. */
  uint32(): number;
  /** Uniform in [0, 1), a multiple of 2^-24: exact in float32. One word. */
  uniform(): number;
  /** Standard normal as a double; two words give two of them, the second is kept for the next call. */
  normal(): number;
  /** Standard normal, redrawn until within ±2. */
  truncatedNormal(): number;
  /** Uniform integer in [0, bound), without bias; 1 <= bound <= 2^32. */
  integer(bound: number): number;
  /** A uniformly random order of 0 … length-1. */
  permutation(length: number): Int32Array;
  /** The same in memory that is there already. */
  fillPermutation(out: Int32Array): void;
  /** out[i] = low + (high - low)·uniform(), rounded to float32 (so `high` itself can come up by rounding). */
  fillUniform(out: Float32Array, low: number, high: number): void;
  /** out[i] = mean + sd·normal(), rounded to float32. */
  fillNormal(out: Float32Array, mean: number, sd: number): void;
  /** out[i] = sd·truncatedNormal(), rounded to float32. */
  fillTruncatedNormal(out: Float32Array, sd: number): void;
}

export interface RngKey {
  /** Integer 0 … 2^32-1, a person's choice. */
  readonly seed: number;
  readonly purpose: RngPurpose;
  /** Integer 0 … 2^32-1: step, epoch or whatever else counts; 0 when left out. */
  readonly step?: number;
  /** Integer 0 … 2^32-1: which of several alike (task, pair, tensor); 0 when left out. */
  readonly member?: number;
}

/** Four 32-bit words, each 0 … 2^32-1. */
export type Words4 = readonly [number, number, number, number];

/** The generator of one stream, at its first word. @throws UserError('config') on a bad seed */
export function createRng(key: RngKey): Rng {
  return new ThreefryRng(streamKey(key));
}

/** The four words that name a stream, for kernels that make its numbers. @throws UserError('config') on a bad seed */
export function streamKey({ seed, purpose, step = 0, member = 0 }: RngKey): Words4 {
  checkSeed(seed);
  invariant(isUint32(step), `a stream's step must be an integer in 0..2^32-1, got ${step}`);
  invariant(isUint32(member), `a stream's member must be an integer in 0..2^32-1, got ${member}`);
  return [seed, RNG_PURPOSES[purpose], step, member];
}

/** Returns `seed` if it is an integer in 0 … 2^32-1. @throws UserError('config') otherwise */
export function checkSeed(seed: number): number {
  if (isUint32(seed)) return seed;
  throw new UserError('config', `seed must be an integer from 0 to 4294967295, got ${seed}`, {
    remedy: 'Give another seed.',
  });
}

/**
 * One block of the generator: 20 rounds of Threefry-4x32.
 * @returns four words, each 0 … 2^32-1
 */
export function threefry4x32(counter: Words4, key: Words4): Words4 {
  const out = new Uint32Array(4);
  threefryBlock(Uint32Array.from(counter), expandKey(key), out);
  return [out[0]!, out[1]!, out[2]!, out[3]!];
}

/** Rounds come in five groups of four; after each the key is added. */
const GROUPS = 5;
const PARITY = 0x1bd11bda;
const TWO_32 = 2 ** 32;

/** The key and the xor of its words with the parity constant: u32[5]. */
function expandKey(key: Words4): Uint32Array {
  return Uint32Array.of(...key, PARITY ^ key[0] ^ key[1] ^ key[2] ^ key[3]);
}

/** @param counter u32[4], @param ks u32[5] expanded key, @param out u32[4] written */
function threefryBlock(counter: Uint32Array, ks: Uint32Array, out: Uint32Array): void {
  let x0 = (counter[0]! + ks[0]!) | 0;
  let x1 = (counter[1]! + ks[1]!) | 0;
  let x2 = (counter[2]! + ks[2]!) | 0;
  let x3 = (counter[3]! + ks[3]!) | 0;
  // Rotations (paper, table 2, 4x32) as constants: engines make one instruction of each.
  for (let group = 1; group <= GROUPS; group++) {
    if ((group & 1) === 1) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 10) | (x1 >>> 22)) ^ x0;
      x2 = (x2 + x3) | 0;
      x3 = ((x3 << 26) | (x3 >>> 6)) ^ x2;
      x0 = (x0 + x3) | 0;
      x3 = ((x3 << 11) | (x3 >>> 21)) ^ x0;
      x2 = (x2 + x1) | 0;
      x1 = ((x1 << 21) | (x1 >>> 11)) ^ x2;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
      x2 = (x2 + x3) | 0;
      x3 = ((x3 << 27) | (x3 >>> 5)) ^ x2;
      x0 = (x0 + x3) | 0;
      x3 = ((x3 << 23) | (x3 >>> 9)) ^ x0;
      x2 = (x2 + x1) | 0;
      x1 = ((x1 << 5) | (x1 >>> 27)) ^ x2;
    } else {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
      x2 = (x2 + x3) | 0;
      x3 = ((x3 << 20) | (x3 >>> 12)) ^ x2;
      x0 = (x0 + x3) | 0;
      x3 = ((x3 << 17) | (x3 >>> 15)) ^ x0;
      x2 = (x2 + x1) | 0;
      x1 = ((x1 << 11) | (x1 >>> 21)) ^ x2;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 25) | (x1 >>> 7)) ^ x0;
      x2 = (x2 + x3) | 0;
      x3 = ((x3 << 10) | (x3 >>> 22)) ^ x2;
      x0 = (x0 + x3) | 0;
      x3 = ((x3 << 18) | (x3 >>> 14)) ^ x0;
      x2 = (x2 + x1) | 0;
      x1 = ((x1 << 20) | (x1 >>> 12)) ^ x2;
    }
    x0 = (x0 + ks[group % 5]!) | 0;
    x1 = (x1 + ks[(group + 1) % 5]!) | 0;
    x2 = (x2 + ks[(group + 2) % 5]!) | 0;
    x3 = (x3 + ks[(group + 3) % 5]! + group) | 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

function isUint32(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < TWO_32;
}

class ThreefryRng implements Rng {
  readonly #ks: Uint32Array;
  readonly #counter = new Uint32Array(4);
  readonly #block = new Uint32Array(4);
  #used = 4;
  /** Second half of the last Box-Muller pair, NaN when there is none. */
  #spare = NaN;

  constructor(key: Words4) {
    this.#ks = expandKey(key);
  }

  uint32(): number {
    if (this.#used === 4) this.#refill();
    return this.#block[this.#used++]!;
  }

  uniform(): number {
    return (this.uint32() >>> 8) * 2 ** -24;
  }

  /**
   * Box-Muller: with words a, b, r = √(-2 ln((a+1)·2⁻³²)) and φ = 2π·b·2⁻³² the pair is r cos φ, r sin φ, in
   * that order. Square root as in IEEE; logarithm, sine and cosine as in `logOfFraction` and `turn`.
   */
  normal(): number {
    const spare = this.#spare;
    if (spare === spare) {
      this.#spare = NaN;
      return spare;
    }
    const radius = Math.sqrt(-2 * logOfFraction(this.uint32()));
    turn(this.uint32(), cosSin);
    this.#spare = radius * cosSin[1]!;
    return radius * cosSin[0]!;
  }

  truncatedNormal(): number {
    let value = this.normal();
    while (value > 2 || value < -2) value = this.normal();
    return value;
  }

  integer(bound: number): number {
    invariant(
      Number.isInteger(bound) && bound >= 1 && bound <= TWO_32,
      `integer: bound must be an integer in 1..2^32, got ${bound}`,
    );
    return this.#below(bound);
  }

  permutation(length: number): Int32Array {
    const order = new Int32Array(length);
    this.fillPermutation(order);
    return order;
  }

  /** Fisher-Yates from the last place down: place i swaps with integer(i + 1). */
  fillPermutation(out: Int32Array): void {
    for (let i = 0; i < out.length; i++) out[i] = i;
    for (let i = out.length - 1; i > 0; i--) {
      // `#below(i + 1)`, in place: a number beyond 2³¹ that a function returns is an object in memory.
      const limit = Math.floor(TWO_32 / (i + 1)) * (i + 1);
      let word: number;
      do {
        if (this.#used === 4) this.#refill();
        word = this.#block[this.#used++]!;
      } while (word >= limit);
      const j = word - Math.floor(word / (i + 1)) * (i + 1);
      const kept = out[i]!;
      out[i] = out[j]!;
      out[j] = kept;
    }
  }

  fillUniform(out: Float32Array, low: number, high: number): void {
    const width = high - low;
    for (let i = 0; i < out.length; i++) out[i] = low + width * this.uniform();
  }

  fillNormal(out: Float32Array, mean: number, sd: number): void {
    for (let i = 0; i < out.length; i++) out[i] = mean + sd * this.normal();
  }

  fillTruncatedNormal(out: Float32Array, sd: number): void {
    for (let i = 0; i < out.length; i++) out[i] = sd * this.truncatedNormal();
  }

  /** word mod bound of the next word that is below the largest multiple of bound; quotients of doubles are exact here. */
  #below(bound: number): number {
    const limit = Math.floor(TWO_32 / bound) * bound;
    let word = this.uint32();
    while (word >= limit) word = this.uint32();
    return word - Math.floor(word / bound) * bound;
  }

  #refill(): void {
    threefryBlock(this.#counter, this.#ks, this.#block);
    this.#counter[0]! += 1;
    if (this.#counter[0] === 0) this.#counter[1]! += 1;
    this.#used = 0;
  }
}

/** Scratch of `turn`: [cos, sin]. */
const cosSin = new Float64Array(2);

/**
 * ln((word + 1)·2⁻³²), within 2 units in the last place. With n = word + 1 = m·2^e and m in [√½, √2),
 * ln = (e - 32)·ln 2 + 2(s + s³/3 + … + s¹⁹/19), s = (m - 1)/(m + 1), the series by Horner's rule in s².
 * Engines and C libraries differ in the last bits of `log`; this does not.
 */
function logOfFraction(word: number): number {
  const n = word + 1;
  let exponent = n === TWO_32 ? 32 : 31 - Math.clz32(n);
  let m = n / 2 ** exponent;
  if (m >= Math.SQRT2) {
    m *= 0.5;
    exponent += 1;
  }
  const s = (m - 1) / (m + 1);
  return (exponent - 32) * Math.LN2 + 2 * s * horner(LOG_TERMS, s * s);
}

/** 1/19, 1/17, …, 1. */
const LOG_TERMS = Float64Array.from({ length: 10 }, (_, i) => 1 / (19 - 2 * i));

/** Taylor coefficients ±1/k! of sin (odd k from 15 down to 1) and cos (even k from 16 down to 0). */
const SIN_TERMS = taylorTerms(15);
const COS_TERMS = taylorTerms(16);

function taylorTerms(highest: number): Float64Array {
  const terms: number[] = [];
  for (let k = highest; k >= 0; k -= 2) {
    let factorial = 1;
    for (let j = 2; j <= k; j++) factorial *= j;
    terms.push((k & 2) === 0 ? 1 / factorial : -1 / factorial);
  }
  return Float64Array.from(terms);
}

function horner(terms: Float64Array, x: number): number {
  let sum = terms[0]!;
  for (let i = 1; i < terms.length; i++) sum = sum * x + terms[i]!;
  return sum;
}

/**
 * out = [cos φ, sin φ] of φ = 2π·word·2⁻³². The nearest quarter turn q is split off in integers, what is left
 * is x = (word - q·2³⁰)·(2π·2⁻³²) with |x| <= π/4; sin x = x·S(x²), cos x = C(x²) by Horner's rule.
 */
function turn(word: number, out: Float64Array): void {
  const quarter = Math.floor((word + 2 ** 29) / 2 ** 30);
  const x = (word - quarter * 2 ** 30) * ((2 * Math.PI) / TWO_32);
  const x2 = x * x;
  const sine = x * horner(SIN_TERMS, x2);
  const cosine = horner(COS_TERMS, x2);
  const swapped = (quarter & 1) === 1;
  const cosSign = quarter === 1 || quarter === 2 ? -1 : 1;
  const sinSign = quarter === 2 || quarter === 3 ? -1 : 1;
  out[0] = cosSign * (swapped ? sine : cosine);
  out[1] = sinSign * (swapped ? cosine : sine);
}
