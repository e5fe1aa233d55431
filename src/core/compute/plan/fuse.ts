/**
 * Joins elementwise nodes that run over the same elements into one loop: a value that only the loop itself reads never
 * goes to memory.
 */
import { isTakenWhole } from './mapProgram';
import { buffersOf, readsOf, withViews } from './nodes';
import type { MapNode, MapOutput, MapRef, MapStep } from './nodes';
import type { NodeGraph } from './nodeGraph';
import type { BufferId, View } from './view';
import { reshapeView, sameView, transposeView } from './view';

/** A loop keeps its values in the first-level cache: so many at most. */
const MAX_STEPS = 48;
const MAX_VIEWS = 20;

/** Merges as many as possible, in place. */
export function fuseMaps(graph: NodeGraph): void {
  for (const node of graph.nodes) {
    if (node.kind === 'map' && graph.has(node)) fuseWithProducers(graph, node);
  }
}

function fuseWithProducers(graph: NodeGraph, start: MapNode): void {
  let node = start;
  for (const buffer of buffersOf(readsOf(start))) {
    const producers = graph.writers(buffer);
    for (const producer of producers) {
      if (producer === node || producer.kind !== 'map' || producers.length > 1) continue;
      node = tryFuse(graph, producer, node) ?? node;
    }
  }
}

function tryFuse(graph: NodeGraph, producer: MapNode, consumer: MapNode): MapNode | undefined {
  const aligned = align(producer, consumer);
  if (aligned === undefined || graph.isApart(producer, consumer)) return undefined;
  const merged = merge(aligned.producer, aligned.consumer, (buffer) => {
    if (graph.buffers[buffer]?.role !== 'temporary') return true;
    return [...graph.readers(buffer)].some((reader) => reader !== producer && reader !== consumer);
  });
  if (merged.steps.length > MAX_STEPS || hasManyViews(merged) || !isTakenWhole(merged)) {
    return undefined;
  }
  graph.replace([producer, consumer], merged);
  return merged;
}

/** Both over one loop, in which the consumer reads each element that the producer stores at the same moment. */
function align(
  producer: MapNode,
  consumer: MapNode,
): { readonly producer: MapNode; readonly consumer: MapNode } | undefined {
  const candidates = [
    () => ({ producer, consumer }),
    () => {
      const moved = permuted(producer, consumer);
      return moved && { producer, consumer: moved };
    },
    () => {
      const moved = reshaped(consumer, producer.shape);
      return moved && { producer, consumer: moved };
    },
    () => {
      const moved = reshaped(producer, consumer.shape);
      return moved && { producer: moved, consumer };
    },
  ];
  for (const candidate of candidates) {
    const pair = candidate();
    if (pair !== undefined && isElementByElement(pair.producer, pair.consumer)) return pair;
  }
  return undefined;
}

function isElementByElement(producer: MapNode, consumer: MapNode): boolean {
  if (!sameShape(producer.shape, consumer.shape)) return false;
  const stored = new Map(producer.outputs.map((output) => [output.view.buffer, output]));
  return readsOf(consumer).every((view) => {
    const output = stored.get(view.buffer);
    return output === undefined || (output.mode === 'store' && sameView(output.view, view));
  });
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, axis) => side === b[axis]);
}

/** The consumer with its axes in another order, so that it walks the producer's output as that is written. */
function permuted(producer: MapNode, consumer: MapNode): MapNode | undefined {
  const output = producer.outputs.find(({ view }) =>
    readsOf(consumer).some(({ buffer }) => buffer === view.buffer),
  );
  const read = readsOf(consumer).find(({ buffer }) => buffer === output?.view.buffer);
  if (output === undefined || read?.shape.length !== output.view.shape.length) return undefined;
  const free = new Set(read.shape.keys());
  const order = output.view.shape.map((side, axis) => {
    const stride = output.view.strides[axis];
    const match = [...free].find(
      (other) => read.shape[other] === side && read.strides[other] === stride,
    );
    free.delete(match ?? -1);
    return match ?? -1;
  });
  return order.includes(-1) ? undefined : mapViews(consumer, (view) => transposeView(view, order));
}

/** The node over another shape of the same loop, where every view has it. */
function reshaped(node: MapNode, shape: readonly number[]): MapNode | undefined {
  const size = (sides: readonly number[]): number => sides.reduce((a, b) => a * b, 1);
  if (size(node.shape) !== size(shape)) return undefined;
  return mapViews(node, (view) => reshapeView(view, shape));
}

/** Stands for a view that has no other form. */
class NoSuchView extends Error {}

function mapViews(node: MapNode, change: (view: View) => View | undefined): MapNode | undefined {
  try {
    return withViews(node, (view) => {
      const next = change(view);
      if (next === undefined) throw new NoSuchView();
      return next;
    });
  } catch (thrown) {
    if (thrown instanceof NoSuchView) return undefined;
    throw thrown;
  }
}

/** @param isWanted  whether somebody outside reads the buffer */
function merge(
  producer: MapNode,
  consumer: MapNode,
  isWanted: (buffer: BufferId) => boolean,
): MapNode {
  const made = new Map<BufferId, MapRef>(
    producer.outputs.flatMap(({ mode, view, value }) =>
      mode === 'store' ? [[view.buffer, value] as const] : [],
    ),
  );
  const shift = producer.steps.length;
  const ref = (one: MapRef): MapRef => {
    if ('step' in one) return { step: one.step + shift };
    return 'view' in one ? (made.get(one.view.buffer) ?? one) : one;
  };
  const steps: MapStep[] = consumer.steps.map(({ op, args }) => ({ op, args: args.map(ref) }));
  const outputs: MapOutput[] = consumer.outputs.map((output) => ({
    ...output,
    value: ref(output.value),
  }));
  return {
    kind: 'map',
    shape: producer.shape,
    steps: [...producer.steps, ...steps],
    outputs: [...producer.outputs.filter(({ view }) => isWanted(view.buffer)), ...outputs],
  };
}

function hasManyViews(node: MapNode): boolean {
  const reads = readsOf(node);
  const most = MAX_VIEWS - node.outputs.length;
  if (reads.length <= most) return false;
  const key = ({ buffer, offset, strides }: View): string =>
    `${buffer} ${offset} ${strides.join()}`;
  return new Set(reads.map(key)).size > most;
}
