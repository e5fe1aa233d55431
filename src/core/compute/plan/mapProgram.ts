/**
 * A map as the kernel wants it: its loop brought to few axes in a good order, every word that it reads once, and its
 * values in slots that are used again.
 */
import { readsOf, refsOf, withViews } from './nodes';
import type { MapMode, MapNode, MapRef } from './nodes';
import type { View } from './view';

/** Floats of a slot; MAP_BLOCK in map.c. */
export const MAP_BLOCK = 256;
/** Most axes of a loop; MAP_RANK in map.c. */
export const MAP_RANK = 6;
/** Most inputs, outputs, slots and steps of a program; the limits in map.c. */
const MAP_INPUTS = 32;
const MAP_OUTPUTS = 16;
const MAP_SLOTS = 128;
const MAP_LENGTH = 256;

const MODES: readonly MapMode[] = ['store', 'sum', 'max', 'min', 'product'];

export interface MapProgram {
  readonly dims: readonly number[];
  readonly inputs: readonly { readonly view: View; readonly strides: readonly number[] }[];
  readonly constants: readonly number[];
  readonly steps: readonly {
    readonly op: string;
    readonly out: number;
    readonly args: readonly number[];
  }[];
  readonly outputs: readonly {
    readonly mode: number;
    readonly slot: number;
    readonly view: View;
    readonly strides: readonly number[];
  }[];
  readonly slots: number;
}

/** What fits is asked while maps are joined, and again when they are written out. */
const programs = new WeakMap<MapNode, MapProgram>();

export function mapProgram(node: MapNode): MapProgram {
  const program = programs.get(node) ?? programOf(node);
  programs.set(node, program);
  return program;
}

function programOf(node: MapNode): MapProgram {
  const reads = distinctReads(node);
  const views = [...reads.values(), ...node.outputs.map(({ view }) => view)];
  const loop = collapseLoop(node.shape, views, referenceView(node, reads));
  const slots = assignSlots(node, reads);
  const inputs = [...reads.values()].map((view, i) => ({ view, strides: loop.strides[i]! }));
  const outputs = node.outputs.map(({ mode, view, value }, i) => ({
    mode: MODES.indexOf(mode),
    slot: slots.slotOf(value),
    view,
    strides: loop.strides[reads.size + i]!,
  }));
  return {
    dims: loop.dims,
    inputs,
    constants: slots.constants,
    steps: slots.steps,
    outputs,
    slots: slots.count,
  };
}

/** The same map over the loop of its program. */
export function collapsedMap(node: MapNode): MapNode {
  const { dims, inputs, outputs } = mapProgram(node);
  const strides = new Map(
    [...inputs, ...outputs].map((array) => [keyOf(array.view), array.strides]),
  );
  return withViews(node, (view) => ({ ...view, shape: dims, strides: strides.get(keyOf(view))! }));
}

/** Whether the kernel takes a program, its axes aside; it does nothing where it does not. */
export function isTaken({ inputs, outputs, slots, steps }: MapProgram): boolean {
  return (
    inputs.length <= MAP_INPUTS &&
    outputs.length <= MAP_OUTPUTS &&
    slots <= MAP_SLOTS &&
    steps.length <= MAP_LENGTH
  );
}

/** Whether the kernel takes a map, its axes included. */
export function isTakenWhole(node: MapNode): boolean {
  const { shape, steps, outputs } = node;
  // Most maps are far from the limits, also when everything in them is counted as often as it stands there.
  const isSmall =
    shape.length <= MAP_RANK &&
    readsOf(node).length <= MAP_INPUTS &&
    outputs.length <= MAP_OUTPUTS &&
    refsOf(node).length + steps.length <= MAP_SLOTS &&
    steps.length <= MAP_LENGTH;
  if (isSmall) return true;
  const program = mapProgram(node);
  return program.dims.length <= MAP_RANK && isTaken(program);
}

const keyOf = ({ buffer, offset, strides }: View): string =>
  `${buffer} ${offset} ${strides.join()}`;

function distinctReads(node: MapNode): Map<string, View> {
  const reads = new Map<string, View>();
  for (const view of readsOf(node)) reads.set(keyOf(view), view);
  return reads;
}

/** The view whose order in memory the loop follows: what is stored, else what varies most of what is read. */
function referenceView(node: MapNode, reads: ReadonlyMap<string, View>): View {
  const moving = ({ strides, shape }: View): number =>
    strides.filter((stride, axis) => stride !== 0 && shape[axis] !== 1).length;
  const stored = node.outputs.filter(({ mode }) => mode === 'store').map(({ view }) => view);
  const candidates = stored.length > 0 ? stored : [...reads.values(), node.outputs[0]!.view];
  return candidates.reduce((best, view) => (moving(view) > moving(best) ? view : best));
}

interface Loop {
  readonly dims: number[];
  /** Of each view. */
  readonly strides: number[][];
}

/** Drops axes of one element, sorts the others from far to near, and joins those that run on evenly in every view. */
export function collapseLoop(
  shape: readonly number[],
  views: readonly View[],
  reference: View,
): Loop {
  const far = (axis: number): number => {
    const own = Math.abs(reference.strides[axis]!);
    return own === 0 ? Math.max(...views.map(({ strides }) => Math.abs(strides[axis]!))) : own;
  };
  const axes = [...shape.keys()]
    .filter((axis) => shape[axis] !== 1)
    .sort((a, b) => far(b) - far(a) || a - b);
  const dims: number[] = [];
  const strides = views.map((): number[] => []);
  for (const axis of axes) {
    const side = shape[axis]!;
    const joins =
      dims.length > 0 &&
      views.every((view, i) => strides[i]!.at(-1) === view.strides[axis]! * side);
    if (joins) dims[dims.length - 1]! *= side;
    else dims.push(side);
    views.forEach((view, i) => {
      if (joins) strides[i]!.pop();
      strides[i]!.push(view.strides[axis]!);
    });
  }
  return dims.length > 0 ? { dims, strides } : { dims: [1], strides: views.map(() => [0]) };
}

interface Slots {
  readonly constants: number[];
  readonly steps: MapProgram['steps'][number][];
  readonly count: number;
  readonly slotOf: (ref: MapRef) => number;
}

/** Inputs, then constants, then values, whose slots are free again after their last use. */
function assignSlots(node: MapNode, reads: ReadonlyMap<string, View>): Slots {
  const inputSlots = new Map([...reads.keys()].map((key, slot) => [key, slot]));
  const constants = distinctConstants(node);
  const first = reads.size + constants.length;
  const lastUse = lastUses(node);
  const values: number[] = [];
  const free: number[] = [];
  let count = first;
  const slotOf = (ref: MapRef): number => {
    if ('step' in ref) return values[ref.step]!;
    return 'view' in ref
      ? inputSlots.get(keyOf(ref.view))!
      : reads.size + constants.findIndex((value) => Object.is(value, ref.constant));
  };
  const steps = node.steps.map(({ op, args }, index) => {
    const slots = args.map(slotOf);
    // A value may take the slot of an argument that is read for the last time: operations go element by element.
    for (const used of new Set(args.flatMap((arg) => ('step' in arg ? [arg.step] : [])))) {
      if (lastUse.get(used) === index) free.push(values[used]!);
    }
    values[index] = free.pop() ?? count++;
    if (!lastUse.has(index)) free.push(values[index]);
    return { op, out: values[index], args: slots };
  });
  return { constants, steps, count, slotOf };
}

function distinctConstants(node: MapNode): number[] {
  const found: number[] = [];
  for (const ref of refsOf(node)) {
    if (!('constant' in ref) || found.some((value) => Object.is(value, ref.constant))) continue;
    found.push(ref.constant);
  }
  return found;
}

/** The step after which each value is free; those that are put out never are. */
function lastUses(node: MapNode): Map<number, number> {
  const uses = new Map<number, number>();
  node.steps.forEach(({ args }, index) => {
    for (const arg of args) if ('step' in arg) uses.set(arg.step, index);
  });
  for (const { value } of node.outputs) if ('step' in value) uses.set(value.step, Infinity);
  return uses;
}
