import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Arena, KernelRuntime } from '../../../../src/core/index';
import { matmulWorkspace } from '../../../../src/core/compute/plan/matmulWorkspace';
import { kernelRuntimes } from '../../../support/kernels';

/** Where a side's elements are: element (i, j) of batch (p, q) at start + i row + j col + p batch0 + q batch1. */
interface Layout {
  readonly start: number;
  readonly row: number;
  readonly col: number;
  readonly batch0: number;
  readonly batch1: number;
}

const LAYOUTS = {
  rows: (_rows: number, cols: number) => [cols, 1],
  columns: (rows: number) => [1, rows],
  rowsWithGaps: (_rows: number, cols: number) => [cols + 5, 1],
  columnsWithGaps: (rows: number) => [1, rows + 3],
  everyOther: (_rows: number, cols: number) => [2 * cols + 1, 2],
  sameRow: () => [0, 1],
  sameColumn: () => [1, 0],
  sameNumber: () => [0, 0],
  upwards: (_rows: number, cols: number) => [-cols, 1],
  backwards: (_rows: number, cols: number) => [cols, -1],
  columnsBackwards: (rows: number) => [-1, rows],
  overlapping: () => [1, 1],
} satisfies Record<string, (rows: number, cols: number) => [number, number]>;

type LayoutName = keyof typeof LAYOUTS;
const LAYOUT_NAMES = Object.keys(LAYOUTS) as LayoutName[];

interface Product {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly a: LayoutName;
  readonly b: LayoutName;
  readonly batch: readonly [number, number];
  /** Which of the batch dimensions each side has; it is the same along the others. */
  readonly aBatches: readonly [boolean, boolean];
  readonly bBatches: readonly [boolean, boolean];
  /** Words between the rows of out. */
  readonly gap: number;
  readonly accumulate: boolean;
  /** Not where it accumulates. */
  readonly bias: boolean;
  readonly relu: boolean;
  /** Share of the elements that are NaN or infinite. */
  readonly special: number;
  readonly seed: number;
}

const PLAIN = {
  a: 'rows',
  b: 'rows',
  batch: [1, 1],
  aBatches: [true, true],
  bBatches: [true, true],
  gap: 0,
  accumulate: false,
  bias: false,
  relu: false,
  special: 0,
  seed: 1,
} as const satisfies Partial<Product>;

/** Words around every array, of which a kernel may read two vectors and write none. */
const MARGIN = 64;
/** Bits of words that are nobody's: NaN, so that one which gets into a sum is seen. */
const CANARY = 0x7fc0_1234;

function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lays a side out behind `from`; returns the words it spans too. */
function place(
  from: number,
  [row, col]: readonly [number, number],
  [rows, cols]: readonly [number, number],
  [batch0, batch1]: readonly [number, number],
  has: readonly [boolean, boolean],
): Layout & { readonly end: number } {
  const low = Math.min(0, row * (rows - 1)) + Math.min(0, col * (cols - 1));
  const high = Math.max(0, row * (rows - 1)) + Math.max(0, col * (cols - 1));
  const size = rows > 0 && cols > 0 ? high - low + 1 : 0;
  const stride1 = has[1] ? size : 0;
  const stride0 = has[0] ? size * (has[1] ? batch1 : 1) : 0;
  const start = from + MARGIN - (size > 0 ? low : 0);
  const end = from + MARGIN + stride0 * Math.max(batch0 - 1, 0) + stride1 * (batch1 - 1) + size;
  return { start, row, col, batch0: stride0, batch1: stride1, end };
}

class Run {
  readonly a: Layout;
  readonly b: Layout;
  readonly out: Layout;
  /** A row. */
  readonly bias: Layout;
  readonly arena: Arena;
  readonly workspace: number;
  private readonly product: Product;
  private readonly words: number;
  /** The arena before the run. */
  private readonly before: Int32Array;
  private readonly memory: Float32Array;

  constructor(runtime: KernelRuntime, product: Product, words: number) {
    [this.product, this.words] = [product, words];
    const { M, N, K, batch, gap } = product;
    const a = place(0, LAYOUTS[product.a](M, K), [M, K], batch, product.aBatches);
    const b = place(a.end, LAYOUTS[product.b](K, N), [K, N], batch, product.bBatches);
    const out = place(b.end, [N + gap, 1], [M, N], batch, [true, true]);
    const bias = place(out.end, [0, 1], [1, N], [1, 1], [false, false]);
    [this.a, this.b, this.out, this.bias] = [a, b, out, bias];
    this.workspace = bias.end + MARGIN;
    const program = this.workspace + words + MARGIN;
    this.arena = runtime.allocate(program + MARGIN);
    this.arena.i32.fill(CANARY);
    this.fill(a, [M, K]);
    this.fill(b, [K, N]);
    if (product.accumulate) this.fill(out, [M, N]);
    if (product.bias) this.fill(bias, [1, N]);
    this.arena.i32.set([runtime.ops.get('matmul') ?? -1, 24, ...this.arguments()], program);
    this.before = this.arena.i32.slice();
    this.memory = new Float32Array(this.before.buffer);
    this.arena.run(program, 26);
  }

  /** Compares every element, or `samples` of them, with the sum in float64; each word of the arena with the canary. */
  check(samples?: number): void {
    const { M, N, batch } = this.product;
    const random = generator(7);
    const pick = (count: number): number => Math.floor(random() * count);
    for (let n = 0; n < (samples ?? 0) && M * N > 0; n++) {
      this.checkOne(pick(batch[0]), pick(batch[1]), pick(M), pick(N));
    }
    if (samples === undefined) {
      for (let p = 0; p < batch[0]; p++)
        for (let q = 0; q < batch[1]; q++)
          for (let i = 0; i < M; i++) for (let j = 0; j < N; j++) this.checkOne(p, q, i, j);
    }
    this.checkOutside();
  }

  /** Out, gaps included, as it lies in memory. */
  bytes(): Uint8Array {
    const { arena, out, bias } = this;
    const start = arena.f32.byteOffset + out.start * 4;
    return new Uint8Array(arena.f32.buffer, start, (bias.start - MARGIN - out.start) * 4);
  }

  values(): number[] {
    return [...this.arena.f32.subarray(this.out.start, this.bias.start - MARGIN)];
  }

  private checkOne(p: number, q: number, i: number, j: number): void {
    const { a, b, out, memory, product } = this;
    const at = out.start + p * out.batch0 + q * out.batch1 + i * out.row + j;
    let left = a.start + p * a.batch0 + q * a.batch1 + i * a.row;
    let right = b.start + p * b.batch0 + q * b.batch1 + j * b.col;
    let sum = product.accumulate ? memory[at]! : product.bias ? memory[this.bias.start + j]! : 0;
    let total = Math.abs(sum);
    for (let k = 0; k < product.K; k++, left += a.col, right += b.row) {
      const term = memory[left]! * memory[right]!;
      sum += term;
      total += Math.abs(term);
    }
    const bound = (product.K + 2) * 2 ** -24 * total;
    if (product.relu && sum < 0) sum = 0;
    const got = this.arena.f32[at]!;
    if (Number.isFinite(sum) ? Math.abs(got - sum) <= bound : Object.is(got, sum)) return;
    throw new Error(`out[${p}, ${q}, ${i}, ${j}] is ${got}, should be ${sum} within ${bound}`);
  }

  private checkOutside(): void {
    const { M, N, batch } = this.product;
    const expected = this.before;
    const now = this.arena.i32;
    for (let p = 0; p < batch[0]; p++)
      for (let q = 0; q < batch[1]; q++)
        for (let i = 0; i < M && N > 0; i++) {
          const at = this.out.start + p * this.out.batch0 + q * this.out.batch1 + i * this.out.row;
          expected.set(now.subarray(at, at + N), at);
        }
    expected.set(now.subarray(this.workspace, this.workspace + this.words), this.workspace);
    for (let at = 0; at < now.length; at++)
      if (expected[at] !== now[at])
        throw new Error(`word ${at} was written to; out is ${this.out.start} to ${this.workspace}`);
  }

  private fill(layout: Layout, [rows, cols]: readonly [number, number]): void {
    const { product, arena } = this;
    const random = generator(product.seed + layout.start);
    const specials = [NaN, Infinity, -Infinity, 0];
    for (let p = 0; p < product.batch[0]; p++)
      for (let q = 0; q < product.batch[1]; q++)
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < cols; j++) {
            const at =
              layout.start +
              (p * layout.batch0 + q * layout.batch1) +
              (i * layout.row + j * layout.col);
            const isSpecial = product.special > 0 && random() < product.special;
            arena.f32[at] = isSpecial ? specials[Math.floor(random() * 4)]! : random() * 4 - 2;
          }
  }

  private arguments(): number[] {
    const { a, b, out, bias, product } = this;
    return [
      ...[out.start, out.row, a.start, a.row, a.col, b.start, b.row, b.col],
      ...[product.M, product.N, product.K, ...product.batch, out.batch0, out.batch1],
      ...[a.batch0, a.batch1, b.batch0, b.batch1, Number(product.accumulate)],
      ...[this.workspace, this.words],
      ...[product.bias ? bias.start : -1, Number(product.relu)],
    ];
  }
}

const size = fc.oneof(
  { arbitrary: fc.constantFrom(0, 1, 2, 3, 4, 5), weight: 2 },
  { arbitrary: fc.constantFrom(7, 8, 10, 11, 13, 16, 17, 23, 31, 32, 33, 47, 64, 67), weight: 2 },
  { arbitrary: fc.integer({ min: 1, max: 70 }), weight: 3 },
);
/** The usual layouts are half of all. */
const layout = fc.oneof(fc.constantFrom('rows', 'columns'), fc.constantFrom(...LAYOUT_NAMES));
const flags = fc.tuple(fc.boolean(), fc.boolean());
const starts = fc.constantFrom(
  { accumulate: false, bias: false },
  { accumulate: false, bias: true },
  { accumulate: true, bias: false },
);
const anyStart: fc.Arbitrary<Omit<Product, 'accumulate' | 'bias'>> = fc.record({
  M: size,
  N: size,
  K: size,
  a: layout,
  b: layout,
  batch: fc.oneof(
    fc.constant([1, 1] as const),
    fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 3 })),
  ),
  aBatches: flags,
  bBatches: flags,
  gap: fc.constantFrom(0, 0, 1, 20),
  relu: fc.boolean(),
  special: fc.constantFrom(0, 0, 0.002, 0.05),
  seed: fc.integer(),
});

const products: fc.Arbitrary<Product> = fc
  .tuple(anyStart, starts)
  .map(([product, start]) => ({ ...product, ...start }));

const wanted = ({ M, N, K }: Product): number => matmulWorkspace(M, N, K);

/** Those that cross the blocks of depth, of packed rows and of panels, with their transposes. */
const LARGE = [
  { M: 128, N: 100, K: 784 },
  { M: 530, N: 70, K: 33 },
  { M: 37, N: 530, K: 400 },
  { M: 401, N: 330, K: 385 },
  { M: 1100, N: 130, K: 200 },
  { M: 1024, N: 260, K: 64 },
  { M: 1, N: 700, K: 900 },
  { M: 3, N: 300, K: 1000 },
  { M: 900, N: 1, K: 777 },
  { M: 16, N: 512, K: 256 },
].flatMap((shape) =>
  (['rows', 'columns'] as const).flatMap((a) =>
    (['rows', 'columns'] as const).map((b) => ({ ...PLAIN, ...shape, a, b })),
  ),
);

describe.each(kernelRuntimes)('matmul on $flavour $isa', (runtime) => {
  it('is the sum of products within K rounding errors, for all shapes, strides and batches', () => {
    fc.assert(
      fc.property(products, fc.constantFrom(0, 1, 100, 1100, 5000, -1), (product, words) => {
        new Run(runtime, product, words < 0 ? wanted(product) : words).check();
      }),
      { numRuns: 200 },
    );
  });

  it.each(LARGE)('$M x $K times $K x $N, $a and $b', (product) => {
    const run = new Run(runtime, product, wanted(product));
    run.check(300);
    for (const words of [0, 1500, Math.floor(wanted(product) / 2)]) {
      const other = new Run(runtime, product, words);
      other.check(10);
      expect(Buffer.compare(other.bytes(), run.bytes()), `with ${words} words`).toBe(0);
    }
  });

  it('is what was there plus the products where it accumulates, over several depths too', () => {
    new Run(
      runtime,
      { ...PLAIN, M: 20, N: 40, K: 1000, accumulate: true },
      matmulWorkspace(20, 40, 1000),
    ).check();
  });

  it('starts from a bias and ends with a relu over several depths', () => {
    const product = { ...PLAIN, M: 20, N: 41, K: 1000, bias: true, relu: true };
    const run = new Run(runtime, product, matmulWorkspace(20, 41, 1000));
    run.check();
    expect(run.values().filter((value) => value === 0).length).toBeGreaterThan(100);
    const narrow = new Run(runtime, product, 0);
    expect(Buffer.compare(narrow.bytes(), run.bytes())).toBe(0);
  });

  it('is the bias, or what is positive of it, without anything to add up', () => {
    const product = { ...PLAIN, M: 2, N: 7, K: 0, bias: true };
    const bias = new Run(runtime, product, 0).values();
    expect(new Set(bias.slice(0, 7)).size).toBe(7);
    expect(new Run(runtime, { ...product, relu: true }, 0).values()).toEqual(
      bias.map((value) => Math.max(value, 0)),
    );
  });

  it('is 0 without anything to add up, and leaves what it accumulates into', () => {
    const product = { ...PLAIN, M: 5, N: 7, K: 0 };
    expect(new Run(runtime, product, 0).values()).toEqual(Array(35).fill(0));
    const run = new Run(runtime, { ...product, accumulate: true }, 0);
    run.check();
    expect(run.values()).not.toContain(0);
  });

  it.each([
    { name: 'a row by columns', M: 1, N: 37, K: 50, a: 'rows', b: 'columns' },
    { name: 'a row by rows', M: 1, N: 37, K: 50, a: 'rows', b: 'rows' },
    { name: 'rows by a column', M: 37, N: 1, K: 50, a: 'rows', b: 'columns' },
    { name: 'columns by a column', M: 37, N: 1, K: 50, a: 'columns', b: 'columns' },
    { name: 'blocks', M: 37, N: 43, K: 50, a: 'rows', b: 'rows' },
    { name: 'packed blocks', M: 37, N: 43, K: 50, a: 'columns', b: 'columns' },
  ] as const)('keeps NaN, infinity and 0 times infinity in their sums: $name', (shape) => {
    for (let seed = 0; seed < 20; seed++) {
      new Run(runtime, { ...PLAIN, ...shape, special: 0.01, seed }, 5000).check();
      const ends = { bias: true, relu: true };
      new Run(runtime, { ...PLAIN, ...shape, ...ends, special: 0.01, seed }, 5000).check();
    }
  });

  it('takes a batch that shares its right side for more rows', () => {
    const product = { ...PLAIN, M: 9, N: 33, K: 20, batch: [4, 3] as const };
    new Run(runtime, { ...product, bBatches: [false, false] }, 5000).check();
    new Run(runtime, { ...product, bBatches: [true, false] }, 5000).check();
    new Run(runtime, { ...product, aBatches: [false, false], bBatches: [false, true] }, 0).check();
  });
});
