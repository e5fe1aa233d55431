/** Writes a plan out as instructions for a set of kernels. */
import { UserError, invariant } from '../../../base/index';
import { floatBits, instructionsOf } from '../instructions';
import type { Emit } from '../instructions';
import type { KernelRuntime } from '../kernelRuntime';
import { MAP_RANK, isTaken, mapProgram } from './mapProgram';
import type { MapProgram } from './mapProgram';
import type { KernelNode, MapNode, MatmulNode, PlanNode } from './nodes';
import type { Plan } from './plan';
import type { View } from './view';

export interface Assembled {
  readonly setup: number[];
  readonly step: number[];
}

/**
 * @throws UserError('device') when the kernels lack an op, being of another version, UserError('task') for a reduction
 *   over more axes than the kernel takes
 */
export function assemble(plan: Plan, runtime: KernelRuntime): Assembled {
  const assembler = new Assembler(plan, runtime);
  return {
    setup: plan.setup.flatMap((node) => assembler.node(node)),
    step: plan.step.flatMap((node) => assembler.node(node)),
  };
}

/** Scratch memory of a node while it runs. */
export type Workspace = Plan['workspace'];

/** Instructions for single nodes, for those who time them or share them out. */
export class Assembler {
  readonly #plan: Plan;
  readonly #ops: KernelRuntime['ops'];
  readonly #emit: Emit;

  constructor(plan: Plan, runtime: KernelRuntime) {
    this.#plan = plan;
    this.#ops = runtime.ops;
    this.#emit = instructionsOf(runtime);
  }

  /** @param workspace  as large as the plan's own, which it is by default */
  node(node: PlanNode, workspace: Workspace = this.#plan.workspace): number[] {
    switch (node.kind) {
      case 'map':
        return this.#map(node, workspace);
      case 'matmul':
        return this.#matmul(node, workspace);
      case 'kernel':
        return this.#kernel(node, workspace);
    }
  }

  #place({ buffer, offset }: View): number {
    return this.#plan.places[buffer]! + offset;
  }

  #map(node: MapNode, workspace: Workspace): number[] {
    const program = mapProgram(node);
    invariant(isTaken(program), 'a map beyond what the kernel takes');
    return placesOfLoop(program).flatMap((shifts) => this.#mapLoop(program, shifts, workspace));
  }

  /** @param shifts  of each input and output, where the loop has more axes than the kernel */
  #mapLoop(program: MapProgram, shifts: readonly number[], workspace: Workspace): number[] {
    const { inputs, constants, steps, outputs } = program;
    const dims = program.dims.slice(-MAP_RANK);
    const place = (view: View, index: number): number => this.#place(view) + shifts[index]!;
    const operation = (op: string): number => {
      const code = this.#ops.get(`map.${op}`);
      invariant(code !== undefined, `the kernels have no operation ${op}`);
      return code;
    };
    return this.#emit(
      'map',
      workspace.place,
      ...[dims.length, inputs.length, constants.length, steps.length, outputs.length],
      ...dims,
      ...inputs.flatMap(({ view, strides }, i) => [place(view, i), ...strides.slice(-MAP_RANK)]),
      ...constants.map(floatBits),
      ...steps.flatMap(({ op, out, args: [a = 0, b = 0, c = 0] }) => [operation(op), out, a, b, c]),
      ...outputs.flatMap(({ mode, slot, view, strides }, i) => [
        mode,
        slot,
        place(view, inputs.length + i),
        ...strides.slice(-MAP_RANK),
      ]),
    );
  }

  #matmul(
    { a, b, out, accumulate, bias, relu = false }: MatmulNode,
    workspace: Workspace,
  ): number[] {
    const batches = collapsedBatches([out, a, b]);
    const [outer = ONE, inner = ONE] = batches.length < 2 ? [ONE, ...batches] : batches.slice(-2);
    const [m = 1, n = 1] = out.shape.slice(-2);
    const k = a.shape.at(-1) ?? 1;
    const [aRow = 0, aCol = 0] = a.strides.slice(-2);
    const [bRow = 0, bCol = 0] = b.strides.slice(-2);
    return odometer(batches.slice(0, -2), 3).flatMap(([outShift = 0, aShift = 0, bShift = 0]) =>
      this.#emit(
        'matmul',
        ...[this.#place(out) + outShift, out.strides.at(-2) ?? 0],
        ...[this.#place(a) + aShift, aRow, aCol, this.#place(b) + bShift, bRow, bCol],
        ...[m, n, k, outer.count, inner.count],
        ...[0, 1, 2].flatMap((i) => [outer.strides[i]!, inner.strides[i]!]),
        ...[Number(accumulate), workspace.place, workspace.words],
        ...[bias === undefined ? -1 : this.#place(bias), Number(relu)],
      ),
    );
  }

  #kernel({ op, inputs, outputs, args }: KernelNode, workspace: Workspace): number[] {
    const { key } = this.#plan;
    const words = args.map((arg) => {
      if (typeof arg === 'number') return arg;
      if (arg === 'workspace') return workspace.place;
      if (arg === 'workspaceWords') return workspace.words;
      if (arg === 'key') return key;
      if ('float' in arg) return floatBits(arg.float);
      return this.#place('input' in arg ? inputs[arg.input]! : outputs[arg.output]!);
    });
    return this.#emit(op, ...words);
  }
}

/** An axis that is walked from outside. */
interface Batch {
  readonly count: number;
  /** Of each array: of a product out, a and b. */
  readonly strides: readonly number[];
}

const ONE: Batch = { count: 1, strides: [0, 0, 0] };

/** The axes before the matrices, joined where all three views run on evenly. */
function collapsedBatches(views: readonly View[]): Batch[] {
  const batches: Batch[] = [];
  const [{ shape }] = views as [View];
  shape.slice(0, -2).forEach((count, axis) => {
    if (count === 1) return;
    const strides = views.map((view) => view.strides[axis]!);
    const last = batches.at(-1);
    const joins = last?.strides.every((stride, i) => stride === strides[i]! * count);
    if (last !== undefined && joins === true) {
      batches[batches.length - 1] = { count: last.count * count, strides };
    } else {
      batches.push({ count, strides });
    }
  });
  return batches;
}

/** Shifts of a map's inputs and outputs for every place of the axes that its kernel does not have. */
function placesOfLoop({ dims, inputs, outputs }: MapProgram): number[][] {
  const arrays = [...inputs, ...outputs];
  const outer = dims.slice(0, -MAP_RANK).map((count, axis) => ({
    count,
    strides: arrays.map(({ strides }) => strides[axis]!),
  }));
  const isFolded = outputs.some(
    ({ mode, strides }) => mode !== 0 && outer.some((_, axis) => strides[axis] === 0),
  );
  if (isFolded) throw new UserError('task', 'no compiled kernel for a reduction over so many axes');
  return odometer(outer, arrays.length);
}

/** Shifts of some arrays for every place of some axes. */
function odometer(axes: readonly Batch[], arrays: number): number[][] {
  return axes.reduce<number[][]>(
    (shifts, { count, strides }) =>
      shifts.flatMap((shift) =>
        Array.from({ length: count }, (_, index) =>
          shift.map((from, array) => from + index * strides[array]!),
        ),
      ),
    [Array.from({ length: arrays }, () => 0)],
  );
}
