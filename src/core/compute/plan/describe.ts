/** A plan in words: a line per kernel call with shapes, bytes moved and floating-point operations. */
import type { MapNode, MapRef, PlanNode } from './nodes';
import { refsOf } from './nodes';
import type { Plan } from './plan';
import type { View } from './view';
import { isContiguous } from './view';
import { bytesOf, flopsOf } from './work';

interface NodeDescription {
  /** `matmul`, `map`, `conv.forward`. */
  readonly kind: string;
  readonly text: string;
  readonly flops: number;
  /** Read and written, each word once per view. */
  readonly bytes: number;
}

function describeNode(plan: Plan, node: PlanNode): NodeDescription {
  return {
    kind: node.kind === 'kernel' ? node.op : node.kind,
    text: textOf(plan, node),
    flops: flopsOf(node),
    bytes: bytesOf(node),
  };
}

/** Floating-point operations of a run, and bytes of the arena. */
export function planCost({ step, words }: Plan): {
  readonly flops: number;
  readonly bytes: number;
} {
  return { flops: step.reduce((sum, node) => sum + flopsOf(node), 0), bytes: 4 * words };
}

/**
 * The listing of a plan.
 * @param notes  a column of its own for each call, as its time
 */
export function describePlan(plan: Plan, notes?: readonly string[]): string {
  const lines = plan.step.map((node) => describeNode(plan, node));
  const { flops, bytes: arenaBytes } = planCost(plan);
  const head =
    `${plan.step.length} calls, ${formatFlops(flops)}, arena ${formatBytes(arenaBytes)}` +
    (plan.setup.length > 0 ? `, ${plan.setup.length} calls once before` : '');
  const kinds = Math.max(...lines.map(({ kind }) => kind.length), 0);
  const rows = lines.map(({ kind, text, flops: own, bytes }, index) => {
    const numbers = [formatFlops(own).padStart(12), formatBytes(bytes).padStart(9)];
    const note = notes?.[index];
    const columns = note === undefined ? numbers : [...numbers, note.padStart(10)];
    return `${String(index).padStart(4)}  ${kind.padEnd(kinds)}${columns.join('')}  ${text}`;
  });
  return [head, ...rows].join('\n');
}

function textOf(plan: Plan, node: PlanNode): string {
  const view = (one: View): string => nameOf(plan, one);
  if (node.kind === 'map') return mapText(plan, node);
  if (node.kind === 'matmul') {
    const bias = node.bias === undefined ? '' : ` + ${view(node.bias)}`;
    const sum = `${view(node.a)} x ${view(node.b)}${bias}`;
    const value = node.relu === true ? `relu(${sum})` : sum;
    return `${view(node.out)} ${node.accumulate ? '+=' : '='} ${value}`;
  }
  return `${node.outputs.map(view).join(', ')} = ${node.op}(${node.inputs.map(view).join(', ')})`;
}

function mapText(plan: Plan, node: MapNode): string {
  const uses = new Map<number, number>();
  const count = (ref: MapRef): void => {
    if ('step' in ref) uses.set(ref.step, (uses.get(ref.step) ?? 0) + 1);
  };
  refsOf(node).forEach(count);
  const named: string[] = [];
  const refText = (ref: MapRef): string => {
    if ('constant' in ref) return String(Number(ref.constant.toPrecision(6)));
    if ('view' in ref) return nameOf(plan, ref.view);
    return (uses.get(ref.step) ?? 0) > 1 ? `v${ref.step}` : stepText(ref.step);
  };
  const stepText = (index: number): string => {
    const { op, args } = node.steps[index]!;
    return `${op}(${args.map(refText).join(', ')})`;
  };
  node.steps.forEach((_, index) => {
    if ((uses.get(index) ?? 0) > 1) named.push(`v${index} = ${stepText(index)}`);
  });
  const outputs = node.outputs.map(({ mode, value, view }) => {
    const text = refText(value);
    return `${nameOf(plan, view)} = ${mode === 'store' ? text : `${mode}(${text})`}`;
  });
  return [...named, ...outputs].join('; ');
}

/** `params/w [784, 128]`, `%5[64, 32]^` where it is read in another order than it lies. */
function nameOf({ buffers }: Plan, view: View): string {
  const buffer = buffers[view.buffer]!;
  const name = buffer.name ?? `${buffer.role === 'constant' ? '#' : '%'}${view.buffer}`;
  const strides = view.strides.some((stride, axis) => stride === 0 && view.shape[axis] !== 1)
    ? '*'
    : isContiguous(view)
      ? ''
      : '^';
  return `${name}[${view.shape.join(', ')}]${strides}`;
}

/** `3.1 MFLOP` */
function formatFlops(flops: number): string {
  if (flops >= 1e9) return `${(flops / 1e9).toFixed(2)} GFLOP`;
  return flops >= 1e6 ? `${(flops / 1e6).toFixed(2)} MFLOP` : `${(flops / 1e3).toFixed(1)} kFLOP`;
}

/** `1.2 MB` */
function formatBytes(bytes: number): string {
  return bytes >= 2 ** 20
    ? `${(bytes / 2 ** 20).toFixed(1)} MB`
    : `${(bytes / 1024).toFixed(1)} kB`;
}
