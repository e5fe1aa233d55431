import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Arena, KernelRuntime } from '../../../../src/core/index';
import { createRng } from '../../../../src/core/index';
import { kernelRuntimes } from '../../../support/kernels';
import type { MapArray, MapProgram } from '../../../support/mapProgram';
import { encodeMap, MAP_BLOCK, slotsOf } from '../../../support/mapProgram';

/** Stands in every word that no array has. */
const CANARY = 12345.5;
/** Words that must lie behind every array. */
const SLACK = 48;

const f = Math.fround;
/** Operations whose result is the same on every machine. */
const EXACT: Readonly<Record<string, (a: number, b: number, c: number) => number>> = {
  copy: (a) => a,
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  square: (a) => f(a * a),
  relu: (a) => Math.max(a, 0),
  add: (a, b) => f(a + b),
  sub: (a, b) => f(a - b),
  mul: (a, b) => f(a * b),
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  equal: (a, b) => Number(a === b),
  less: (a, b) => Number(a < b),
  greaterEqual: (a, b) => Number(a >= b),
  select: (a, b, c) => (a !== 0 ? b : c),
};

/** All elements' indices, the last dimension fastest. */
function* indicesOf(dims: readonly number[]): Generator<readonly number[]> {
  const index = dims.map(() => 0);
  for (;;) {
    yield index;
    let d = dims.length - 1;
    while (d >= 0 && ++index[d]! === dims[d]) index[d--] = 0;
    if (d < 0) return;
  }
}

const place = ({ offset, strides }: MapArray, index: readonly number[]): number =>
  strides.reduce((at, stride, d) => at + stride * index[d]!, offset);

interface Expected {
  value: number;
  /** Sum of sizes of what was added up, 0 for what must be exact. */
  size: number;
  mode: string;
}

/** What a program makes of a memory: place and value of each word that it writes. */
function interpret(map: MapProgram, memory: Float32Array): Map<number, Expected> {
  const written = new Map<number, Expected>();
  const { inputs, constants } = map;
  for (const index of indicesOf(map.dims)) {
    const slots = [...inputs.map((input) => memory[place(input, index)]!), ...constants.map(f)];
    for (const [name, to, a, b = 0, c = 0] of map.operations)
      slots[to] = EXACT[name]!(slots[a!]!, slots[b]!, slots[c]!);
    for (const output of map.outputs) {
      const at = place(output, index);
      written.set(at, combined(output.mode, written.get(at), slots[output.slot]!, memory[at]!));
    }
  }
  return written;
}

function combined(
  mode: string,
  old: Expected | undefined,
  value: number,
  memory: number,
): Expected {
  const size = Math.abs(value);
  if (mode === 'add' && old === undefined)
    return { mode, value: memory + value, size: size + Math.abs(memory) };
  if (old === undefined || mode === 'store') return { mode, value, size: 0 };
  if (mode === 'max') return { mode, value: Math.max(old.value, value), size: 0 };
  if (mode === 'min') return { mode, value: Math.min(old.value, value), size: 0 };
  if (mode === 'product') return { mode, value: old.value * value, size: 0 };
  return {
    mode,
    value: old.value + value,
    size: old.size + size + (old.size === 0 ? Math.abs(old.value) : 0),
  };
}

function agrees(got: number, { value, size, mode }: Expected): boolean {
  if (Number.isNaN(value)) return Number.isNaN(got);
  if (mode === 'product') {
    // Whether it runs over or under depends on the order.
    const extreme = !(Math.abs(value) < 1e12 && Math.abs(value) > 1e-12);
    return extreme || Math.abs(got - value) <= 1e-4 * Math.abs(value);
  }
  // Over outer dimensions sums grow in float, by at most 300 steps here.
  return got === f(value) || Math.abs(got - value) <= 1e-5 * size;
}

interface Case {
  readonly map: MapProgram;
  /** Words that the arrays take, canaries included. */
  readonly words: number;
  readonly seed: number;
}

const DIMS = [1, 2, 3, 5, 7, 10, 16, 31, 64, 257, 300];
const MOST = 12_000;

/** Draws one of a list, and numbers, from fast-check's bits. */
type Draw = (bound: number) => number;

/** An array for some dims: in any order of dims, with gaps, reversed or repeated; `end` grows by its size. */
function drawArray(
  draw: Draw,
  dims: readonly number[],
  memory: { end: number },
  folds?: readonly boolean[],
): MapArray {
  const strides = dims.map(() => 0);
  const order = dims.map((_, d) => d).reverse();
  if (draw(3) === 0) order.sort(() => draw(2) - 0.5);
  let extent = 1 + (draw(4) === 0 ? draw(3) : 0);
  let before = 0;
  for (const d of order) {
    if (folds?.[d] === true) continue;
    strides[d] = extent;
    extent *= dims[d]!;
    if (draw(6) === 0) extent += draw(5);
    if (draw(10) !== 0) continue;
    before += strides[d] * (dims[d]! - 1);
    strides[d] = -strides[d];
  }
  const offset = memory.end + before;
  memory.end += extent + SLACK;
  return { offset, strides };
}

function drawCase(draw: Draw): Case {
  const dims: number[] = [];
  for (let rank = 1 + draw(4); rank > 0; rank--) {
    const size = DIMS[draw(DIMS.length)]!;
    dims.push(dims.reduce((a, b) => a * b, size) > MOST ? 1 : size);
  }
  if (draw(2) === 0) dims.reverse();
  const flags = (): boolean[] => dims.map(() => draw(3) === 0);
  const memory = { end: SLACK };
  const inputs = Array.from({ length: 1 + draw(3) }, () =>
    drawArray(draw, dims, memory, draw(2) === 0 ? flags() : undefined),
  );
  const constants = Array.from({ length: draw(3) }, () => draw(9) - 4);
  const first = inputs.length + constants.length;
  const known = Array.from({ length: first }, (_, slot) => slot);
  const anyKnown = (): number => known[draw(known.length)]!;
  const operations = Array.from({ length: draw(7) }, (): [string, number, ...number[]] => {
    const names = Object.keys(EXACT);
    const operands = [anyKnown(), anyKnown(), anyKnown()];
    const to = first + draw(3);
    if (!known.includes(to)) known.push(to);
    return [names[draw(names.length)]!, to, ...operands];
  });
  const taken = new Set<number>();
  const outputs = Array.from({ length: 1 + draw(3) }, (): MapProgram['outputs'][number] => {
    const slot = anyKnown();
    const mode = (['store', 'store', 'sum', 'max', 'min', 'product', 'add'] as const)[draw(7)]!;
    if (mode !== 'store') return { mode, slot, ...drawArray(draw, dims, memory, flags()) };
    const same = draw(inputs.length);
    const whole = inputs[same]!.strides.every((stride, d) => stride !== 0 || dims[d] === 1);
    if (draw(2) > 0 || !whole || taken.has(same))
      return { mode, slot, ...drawArray(draw, dims, memory) };
    taken.add(same);
    return { mode, slot, ...inputs[same]! };
  });
  return {
    map: { dims, inputs, constants, operations, outputs },
    words: memory.end,
    seed: draw(1000),
  };
}

const cases = fc.infiniteStream(fc.nat()).map((numbers): Case => {
  return drawCase((bound) => (numbers.next().value as number) % bound);
});

function run(
  runtime: KernelRuntime,
  map: MapProgram,
  words: number,
  fill: (arena: Arena) => void,
): Arena {
  const workspace = Math.ceil(words / 16) * 16;
  const start = workspace + slotsOf(map) * MAP_BLOCK;
  const program = encodeMap(runtime, workspace, map);
  const arena = runtime.allocate(start + program.length + SLACK);
  arena.i32.set(program, start);
  fill(arena);
  arena.run(start, program.length);
  return arena;
}

/** Numbers into all words of the arrays, canaries everywhere else. */
function fillArrays({ map, words, seed }: Case): Float32Array {
  const memory = new Float32Array(words).fill(CANARY);
  const rng = createRng({ seed, purpose: 'noise' });
  const special = [NaN, Infinity, -Infinity, 0];
  const odds = seed % 4 === 0 ? 0.01 : 0;
  for (const array of [...map.inputs, ...map.outputs])
    for (const index of indicesOf(map.dims))
      memory[place(array, index)] = rng.uniform() < odds ? special[rng.integer(4)]! : rng.normal();
  return memory;
}

function check(runtime: KernelRuntime, one: Case): void {
  const before = fillArrays(one);
  const expected = interpret(one.map, before);
  const after = run(runtime, one.map, one.words, ({ f32 }) => {
    f32.set(before);
  }).f32;
  const wrong = before.findIndex((old, at) => {
    const want = expected.get(at);
    return want === undefined ? !Object.is(after[at], old) : !agrees(after[at]!, want);
  });
  if (wrong < 0) return;
  const want = expected.get(wrong);
  throw new Error(
    `word ${wrong} is ${after[wrong]}, ${JSON.stringify(want)} expected, ${before[wrong]} before: ${JSON.stringify(one)}`,
  );
}

/** A program of one step over one or two arrays that lie one after the other, the last of them put out. */
function reduction(dims: readonly number[], outStrides: readonly number[]): MapProgram {
  const strides = dims.map((_, d) => dims.slice(d + 1).reduce((a, b) => a * b, 1));
  const size = dims.reduce((a, b) => a * b, 1);
  return {
    dims,
    inputs: [{ offset: 0, strides }],
    constants: [],
    operations: [['copy', 1, 0]],
    outputs: [{ mode: 'sum', slot: 1, offset: size + SLACK, strides: outStrides }],
  };
}

describe.each(kernelRuntimes)('map on $flavour $isa', (runtime) => {
  it('agrees with a plain interpreter and writes nothing else', () => {
    fc.assert(
      fc.property(cases, (one) => {
        check(runtime, one);
      }),
      { numRuns: Number(process.env.MAP_RUNS ?? 150) },
    );
  });

  it.each([
    { name: 'all of a vector', dims: [1_000_000], out: [0], count: 1 },
    { name: 'all of a matrix', dims: [1000, 1000], out: [0, 0], count: 1 },
    { name: 'long columns', dims: [100_000, 10], out: [0, 1], count: 10 },
    { name: 'wide columns', dims: [2000, 500], out: [0, 1], count: 500 },
    { name: 'long rows', dims: [10, 100_000], out: [1, 0], count: 10 },
    { name: 'short rows', dims: [100_000, 10], out: [1, 0], count: 100_000 },
    { name: 'rows in the middle', dims: [30, 1000, 33], out: [33, 0, 1], count: 990 },
  ])('sums $name to 1e-6', ({ dims, out, count }) => {
    const map = reduction(dims, out);
    const size = dims.reduce((a, b) => a * b, 1);
    const at = size + SLACK;
    const arena = run(runtime, map, at + count + SLACK, ({ f32 }) => {
      createRng({ seed: 3, purpose: 'noise' }).fillUniform(f32.subarray(0, size), 0, 1);
    });
    const want = new Float64Array(count);
    for (const index of indicesOf(dims))
      want[place({ offset: 0, strides: out }, index)]! += arena.f32[place(map.inputs[0]!, index)]!;
    const worst = want.reduce(
      (most, sum, i) => Math.max(most, Math.abs(arena.f32[at + i]! / sum - 1)),
      0,
    );
    expect(worst).toBeLessThan(1e-6);
  });

  it('answers the same bits each time', () => {
    const map = reduction([313, 77], [0, 1]);
    const once = (): Float32Array =>
      run(runtime, map, 313 * 77 + 3 * SLACK + 77, ({ f32 }) => {
        createRng({ seed: 5, purpose: 'noise' }).fillNormal(f32.subarray(0, 313 * 77), 0, 1);
      }).f32.slice(0, 313 * 77 + SLACK + 77);
    expect(once()).toEqual(once());
  });

  it('updates several arrays in place', () => {
    const n = 1003;
    const at = [0, n + SLACK, 2 * (n + SLACK)];
    const arrays = at.map((offset) => ({ offset, strides: [1] }));
    const map: MapProgram = {
      dims: [n],
      inputs: arrays,
      constants: [0.5],
      // The old second array into the first one, the sum of all into the second.
      operations: [
        ['add', 4, 0, 1],
        ['add', 4, 4, 2],
        ['mul', 5, 4, 3],
      ],
      outputs: [
        { mode: 'store', slot: 1, ...arrays[0]! },
        { mode: 'store', slot: 4, ...arrays[1]! },
        { mode: 'store', slot: 5, ...arrays[2]! },
      ],
    };
    const { f32 } = run(runtime, map, 3 * (n + SLACK), (arena) => {
      for (let i = 0; i < n; i++) at.forEach((offset, a) => (arena.f32[offset + i] = i + a * 1000));
    });
    for (let i = 0; i < n; i++) {
      const sum = 3 * i + 3000;
      expect(at.map((offset) => f32[offset + i])).toEqual([i + 1000, sum, sum / 2]);
    }
  });

  it('keeps apart more totals of columns than it has room for', () => {
    const [rows, columns, many] = [70, 300, 7];
    const map: MapProgram = {
      dims: [rows, columns],
      inputs: [{ offset: 0, strides: [columns, 1] }],
      constants: [1],
      operations: Array.from({ length: many - 1 }, (_, i) => [
        'add',
        i + 2,
        i === 0 ? 0 : i + 1,
        1,
      ]),
      outputs: Array.from({ length: many }, (_, i) => ({
        mode: 'sum',
        slot: i === 0 ? 0 : i + 1,
        offset: rows * columns + SLACK + i * columns,
        strides: [0, 1],
      })),
    };
    const words = rows * columns + many * columns + 2 * SLACK;
    const { f32 } = run(runtime, map, words, (arena) => {
      for (let i = 0; i < rows * columns; i++) arena.f32[i] = i % 7;
    });
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let r = 0; r < rows; r++) sum += f32[r * columns + j]!;
      const got = map.outputs.map(({ offset }) => f32[offset + j]);
      expect(got).toEqual(got.map((_, i) => sum + i * rows));
    }
  });

  it('takes six dimensions that cannot be joined', () => {
    check(runtime, {
      map: {
        dims: [2, 3, 2, 3, 2, 3],
        inputs: [{ offset: SLACK, strides: [1, 2, 6, 12, 36, 72] }],
        constants: [2],
        operations: [['mul', 2, 0, 1]],
        outputs: [
          { mode: 'store', slot: 2, offset: 400, strides: [108, 36, 18, 6, 3, 1] },
          { mode: 'sum', slot: 2, offset: 800, strides: [0, 6, 3, 0, 0, 1] },
        ],
      },
      words: 1000,
      seed: 1,
    });
  });

  it('does nothing for a program beyond its limits', () => {
    const map: MapProgram = {
      dims: [4],
      inputs: [{ offset: 0, strides: [1] }],
      constants: [],
      operations: Array.from({ length: 257 }, () => ['neg', 1, 0]),
      outputs: [{ mode: 'store', slot: 1, offset: 64, strides: [1] }],
    };
    const { f32 } = run(runtime, map, 128, (arena) => arena.f32.fill(3, 0, 4));
    expect([...f32.subarray(64, 68)]).toEqual([0, 0, 0, 0]);
  });
});
