/**
 * Builds a plan's nodes. Every value is written once, into a buffer of its own, so that equal calls give the same value
 * and whatever nobody reads can be dropped later.
 */
import { invariant, sizeOf } from '../../../base/index';
import { foldConstants, simplified } from './algebra';
import type { KernelNode, MapMode, MapNode, MapRef, PlanBuffer, PlanNode } from './nodes';
import type { BufferId, View } from './view';
import {
  broadcastView,
  isContiguous,
  reshapeView,
  sliceView,
  transposeView,
  wholeView,
} from './view';

/** The same number everywhere. */
export interface Fill {
  readonly fill: number;
  readonly shape: readonly number[];
}

/** A tensor during lowering. */
export type Operand = View | Fill;

export function isFill(operand: Operand): operand is Fill {
  return 'fill' in operand;
}

/** Words of a constant that is looked for among those that there are already. */
const SHORT = 64;

export class PlanBuilder {
  readonly buffers: PlanBuffer[] = [];
  readonly nodes: PlanNode[] = [];
  readonly #known = new Map<string, Operand>();

  buffer(buffer: PlanBuffer): BufferId {
    return this.buffers.push(buffer) - 1;
  }

  /** A fresh array of its own. */
  temporary(shape: readonly number[]): View {
    return wholeView(this.buffer({ words: sizeOf(shape), role: 'temporary' }), shape);
  }

  constant(data: Float32Array, shape: readonly number[]): Operand {
    const [first] = data;
    if (first !== undefined && data.every((value) => Object.is(value, first))) {
      return { fill: first, shape };
    }
    const make = (): View =>
      wholeView(this.buffer({ words: data.length, role: 'constant', data }), shape);
    if (data.length > SHORT) return make();
    const bits = new Uint32Array(Float32Array.from(data).buffer);
    return this.once(`constant ${shape.join()} ${bits.join()}`, make);
  }

  /**
   * One elementwise operation with broadcast.
   * @param op  name of the map operation
   * @param shape  of the result; the arguments are broadcast to it
   */
  map(op: string, args: readonly Operand[], shape: readonly number[]): Operand {
    const easy = foldConstants(op, args, shape) ?? simplified(op, args, shape, this.map.bind(this));
    if (easy !== undefined) return broadcast(easy, shape);
    return this.once(`${op} ${shape.join()} ${args.map(keyOf).join(' ')}`, () => {
      const out = this.temporary(shape);
      const step = { op, args: args.map((arg) => refOf(broadcast(arg, shape))) };
      this.#mapNode({ shape, steps: [step], outputs: [store({ step: 0 }, out)] });
      return out;
    });
  }

  /** Combines the elements along `axes`; the result lacks them. An empty list copies nothing. */
  reduce(
    mode: 'sum' | 'max' | 'min' | 'product',
    operand: Operand,
    axes: readonly number[],
  ): Operand {
    const { shape } = operand;
    const isReduced = shape.map((_, axis) => axes.includes(axis));
    const kept = shape.filter((_, axis) => !isReduced[axis]);
    if (shape.every((side, axis) => !isReduced[axis] || side === 1)) {
      return reshape(this, operand, kept);
    }
    if (sizeOf(shape) === 0) return { fill: EMPTY[mode], shape: kept };
    return this.once(`${mode} ${axes.join()} ${keyOf(operand)}`, () => {
      const out = this.temporary(kept);
      let next = 0;
      const strides = isReduced.map((reduced) => (reduced ? 0 : out.strides[next++]!));
      const view = { ...out, shape, strides };
      this.#mapNode({ shape, steps: [], outputs: [{ mode, value: refOf(operand), view }] });
      return out;
    });
  }

  /** Writes an operand into a part of a buffer that is being put together. */
  copyInto(target: View, operand: Operand): void {
    const { shape } = target;
    this.#mapNode({ shape, steps: [], outputs: [store(refOf(broadcast(operand, shape)), target)] });
  }

  /** The operand in memory; a number becomes a constant array of one word that is read again and again. */
  inMemory(operand: Operand): View {
    if (!isFill(operand)) return operand;
    const data = Float32Array.of(operand.fill);
    const word = this.once(`fill ${keyOf(operand)}`, () =>
      wholeView(this.buffer({ words: 1, role: 'constant', data }), []),
    );
    return broadcastView(word as View, operand.shape);
  }

  /** The operand as one array without gaps, copied where it is not. */
  contiguous(operand: Operand): View {
    const view = this.inMemory(operand);
    if (isContiguous(view)) return view;
    return this.once(`contiguous ${keyOf(view)}`, () => {
      const out = this.temporary(view.shape);
      this.copyInto(out, view);
      return out;
    }) as View;
  }

  /** A product of matrices over batch axes; all three views have the same number of axes. */
  matmul(a: View, b: View, shape: readonly number[]): View {
    return this.once(`matmul ${keyOf(a)} ${keyOf(b)}`, () => {
      const out = this.temporary(shape);
      this.nodes.push({ kind: 'matmul', a, b, out, accumulate: false });
      return out;
    }) as View;
  }

  kernel(node: Omit<KernelNode, 'kind'>): void {
    this.nodes.push({ kind: 'kernel', ...node });
  }

  /** The value of a call that gives the same whenever it is made again. */
  once(key: string, make: () => Operand): Operand {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#known.set(key, made);
    return made;
  }

  #mapNode(node: Omit<MapNode, 'kind'>): void {
    if (sizeOf(node.shape) > 0) this.nodes.push({ kind: 'map', ...node });
  }
}

/** What a reduction of nothing gives. */
const EMPTY: Readonly<Record<Exclude<MapMode, 'store'>, number>> = {
  sum: 0,
  max: -Infinity,
  min: Infinity,
  product: 1,
};

function store(value: MapRef, view: View) {
  return { mode: 'store', value, view } as const;
}

function refOf(operand: Operand): MapRef {
  return isFill(operand) ? { constant: operand.fill } : { view: operand };
}

function keyOf(operand: Operand): string {
  if (isFill(operand))
    return `=${Object.is(operand.fill, -0) ? '-0' : operand.fill}[${operand.shape.join()}]`;
  const { buffer, offset, shape, strides } = operand;
  return `${buffer}@${offset}[${shape.join()}:${strides.join()}]`;
}

export function broadcast(operand: Operand, shape: readonly number[]): Operand {
  return isFill(operand) ? { fill: operand.fill, shape } : broadcastView(operand, shape);
}

/** The same elements in another shape, copied only where no view has it. */
export function reshape(builder: PlanBuilder, operand: Operand, shape: readonly number[]): Operand {
  invariant(sizeOf(operand.shape) === sizeOf(shape), `reshape to ${shape.join()}`);
  if (isFill(operand)) return { fill: operand.fill, shape };
  return reshapeView(operand, shape) ?? wholeView(builder.contiguous(operand).buffer, shape);
}

export function transpose(operand: Operand, permutation: readonly number[]): Operand {
  if (!isFill(operand)) return transposeView(operand, permutation);
  return { fill: operand.fill, shape: permutation.map((axis) => operand.shape[axis]!) };
}

export function slice(
  operand: Operand,
  begin: readonly number[],
  size: readonly number[],
  step?: readonly number[],
): Operand {
  return isFill(operand)
    ? { fill: operand.fill, shape: size }
    : sliceView(operand, begin, size, step);
}
