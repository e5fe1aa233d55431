/** Writing programs for the `map` kernel (src/core/compute/kernels/map.c) by hand. */
import type { KernelRuntime } from '../../src/core/index';

/** Numbers of the modes of an output. */
const MAP_MODES = { store: 0, sum: 1, max: 2, min: 3, product: 4, add: 5 } as const;
export const MAP_BLOCK = 256;

export interface MapArray {
  readonly offset: number;
  readonly strides: readonly number[];
}

export interface MapProgram {
  readonly dims: readonly number[];
  readonly inputs: readonly MapArray[];
  readonly constants: readonly number[];
  /** Name, destination slot and operand slots. */
  readonly operations: readonly (readonly [string, number, ...number[]])[];
  readonly outputs: readonly (MapArray & {
    readonly mode: keyof typeof MAP_MODES;
    readonly slot: number;
  })[];
}

export function slotsOf({ inputs, constants, operations }: MapProgram): number {
  return Math.max(inputs.length + constants.length, ...operations.map(([, slot]) => slot + 1));
}

/** The instruction, op code and number of arguments included. */
export function encodeMap(runtime: KernelRuntime, workspace: number, map: MapProgram): number[] {
  const code = (name: string): number => {
    const found = runtime.ops.get(name);
    if (found === undefined) throw new Error(`no op ${name}`);
    return found;
  };
  const { dims, inputs, constants, operations, outputs } = map;
  const args = [
    ...[workspace, dims.length, inputs.length, constants.length, operations.length, outputs.length],
    ...dims,
    ...inputs.flatMap(({ offset, strides }) => [offset, ...strides]),
    ...new Int32Array(Float32Array.from(constants).buffer),
    ...operations.flatMap(([name, slot, a, b = 0, c = 0]) => [code(`map.${name}`), slot, a!, b, c]),
    ...outputs.flatMap((out) => [MAP_MODES[out.mode], out.slot, out.offset, ...out.strides]),
  ];
  return [code('map'), args.length, ...args];
}

/** One operation over whole arrays. */
export function applyMap(
  runtime: KernelRuntime,
  name: string,
  ...operands: readonly Float32Array[]
): Float32Array {
  const n = operands[0]!.length;
  const at = (i: number): number => i * (n + 32);
  const outOffset = at(operands.length);
  const workspace = at(operands.length + 1);
  const program = encodeMap(runtime, workspace, {
    dims: [n],
    inputs: operands.map((_, i) => ({ offset: at(i), strides: [1] })),
    constants: [],
    operations: [[name, operands.length, ...operands.map((_, i) => i)]],
    outputs: [{ mode: 'store', slot: operands.length, offset: outOffset, strides: [1] }],
  });
  const start = workspace + (operands.length + 1) * MAP_BLOCK;
  const arena = runtime.allocate(start + program.length + 64);
  operands.forEach((values, i) => {
    arena.f32.set(values, at(i));
  });
  arena.i32.set(program, start);
  arena.run(start, program.length);
  return arena.f32.slice(outOffset, outOffset + n);
}
