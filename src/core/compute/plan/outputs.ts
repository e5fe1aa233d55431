/** Brings a plan's outputs to arrays of their own, or to the place of the input that they replace. */
import { sizeOf } from '../../../base/index';
import type { Operand, PlanBuilder } from './builder';
import { isFill } from './builder';
import type { MapNode, PlanBuffer, PlanNode } from './nodes';
import { readsOf, writesOf } from './nodes';
import type { Aliases } from './nodeGraph';
import type { BufferId, View } from './view';
import { isContiguous, sameView, wholeView } from './view';

export interface OutputPlaces {
  /** The buffer of each output. */
  readonly places: Readonly<Record<string, BufferId>>;
  /** Output buffer → the input buffer that it replaces. */
  readonly replaced: ReadonlyMap<BufferId, BufferId>;
}

/**
 * Gives each output a buffer: the one in which it was made, or a copy.
 * @param replaces  outputs that take the place of an input, by name
 */
export function placeOutputs(
  builder: PlanBuilder,
  outputs: Readonly<Record<string, Operand>>,
  replaces: Readonly<Record<string, string>>,
): OutputPlaces {
  const inputs = inputBuffers(builder.buffers);
  const replaced = new Map<BufferId, BufferId>();
  const places: Record<string, BufferId> = {};
  for (const [name, operand] of Object.entries(outputs)) {
    const input = inputs[replaces[name] ?? ''];
    // What comes out as it went in is in its place already.
    const isThere = !isFill(operand) && operand.buffer === input && isWhole(builder, operand);
    const buffer = isThere ? operand.buffer : outputBuffer(builder, name, operand);
    if (input !== undefined && !isThere) replaced.set(buffer, input);
    places[name] = buffer;
  }
  return { places, replaced };
}

export function inputBuffers(buffers: readonly PlanBuffer[]): Record<string, BufferId> {
  return Object.fromEntries(
    buffers.flatMap(({ role, name }, id) =>
      role === 'input' && name !== undefined ? [[name, id] as const] : [],
    ),
  );
}

function outputBuffer(builder: PlanBuilder, name: string, operand: Operand): BufferId {
  const { shape } = operand;
  const words = sizeOf(shape);
  if (!isFill(operand) && isWhole(builder, operand) && isTemporary(builder, operand)) {
    builder.buffers[operand.buffer] = { words, role: 'output', name };
    return operand.buffer;
  }
  const buffer = builder.buffer({ words, role: 'output', name });
  builder.copyInto(wholeView(buffer, shape), operand);
  return buffer;
}

function isTemporary({ buffers }: PlanBuilder, { buffer }: View): boolean {
  return buffers[buffer]?.role === 'temporary';
}

function isWhole({ buffers }: PlanBuilder, view: View): boolean {
  return isContiguous(view) && sizeOf(view.shape) === buffers[view.buffer]?.words;
}

/**
 * A node may write over an input that it reads only element by element. Where one does not, or the order does not have
 * it so, the output is made elsewhere and copied at the end.
 * @returns the nodes in their order, and which buffers then share a place
 */
export function copyWhereUnsafe(
  buffers: PlanBuffer[],
  { order, direct }: { readonly order: readonly PlanNode[]; readonly direct: Aliases },
  replaced: ReadonlyMap<BufferId, BufferId>,
): { readonly order: PlanNode[]; readonly shared: Map<BufferId, BufferId> } {
  const shared = new Map<BufferId, BufferId>();
  const copies: PlanNode[] = [];
  for (const [output, input] of replaced) {
    const writers = order.filter((node) => writesOf(node).some(({ buffer }) => buffer === output));
    if (direct.has(output) && writers.every((node) => isSafe(node, output, input))) {
      shared.set(output, input);
      continue;
    }
    const { words, name } = buffers[output]!;
    const copy =
      buffers.push({ words, role: 'output', ...(name === undefined ? {} : { name }) }) - 1;
    copies.push(copyNode(output, copy, words));
    shared.set(copy, input);
  }
  return { order: [...order, ...copies], shared };
}

function isSafe(node: PlanNode, output: BufferId, input: BufferId): boolean {
  const reads = readsOf(node).filter(({ buffer }) => buffer === input);
  if (reads.length === 0) return true;
  if (node.kind !== 'map') return false;
  const writes = writesOf(node).filter(({ buffer }) => buffer === output);
  return reads.every((read) =>
    writes.every((write) => sameView({ ...read, buffer: output }, write)),
  );
}

function copyNode(from: BufferId, to: BufferId, words: number): MapNode {
  const shape = [words];
  const value = { view: wholeView(from, shape) };
  return {
    kind: 'map',
    shape,
    steps: [],
    outputs: [{ mode: 'store', value, view: wholeView(to, shape) }],
  };
}
