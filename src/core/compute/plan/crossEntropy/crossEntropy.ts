/**
 * Finds softmax cross-entropies in a graph, in whichever way the loss is written, and puts one call in the place of the
 * kernel calls that make their losses and gradients. What else reads values on the way finds them as before.
 */
import { sizeOf } from '../../../../base/index';
import type { Graph, GraphNode, GraphValue, ValueId } from '../../capture/graph';
import type { Entropy, Part } from './facts';
import { isPart } from './facts';
import type { Facts } from './rules';
import { factsOf } from './rules';

/** Attributes of a `SoftmaxCrossEntropy`: inputs are `logits` and `labels`, outputs the parts in their order. */
export interface CrossEntropyAttrs {
  readonly parts: readonly Part['is'][];
  readonly smoothing: number;
  /** As those of the parts. */
  readonly loss: { readonly stray: number; readonly scale: number };
  readonly gradient: { readonly stray: number; readonly scale: number };
}

/** The graph with a `SoftmaxCrossEntropy` for each that is found; the same graph where none is. */
export function joinCrossEntropies(graph: Graph): Graph {
  const facts = factsOf(graph);
  const isSpared = new Set<ValueId>();
  for (;;) {
    const needs = needsOf(graph, facts, isSpared);
    if (needs.parts.size === 0) return graph;
    const spared = sparedLogits(needs, facts);
    if (spared.length === 0) return rewritten(graph, needs);
    for (const logits of spared) isSpared.add(logits);
  }
}

interface Needs {
  /** That stay as they are. */
  readonly nodes: ReadonlySet<GraphNode>;
  /** That give way. */
  readonly parts: ReadonlyMap<GraphNode, Part>;
}

/** What the outputs need when calls make the parts. */
function needsOf({ nodes, outputs }: Graph, facts: Facts, isSpared: ReadonlySet<ValueId>): Needs {
  const wanted = new Set(Object.values(outputs));
  const kept = new Set<GraphNode>();
  const parts = new Map<GraphNode, Part>();
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((id) => wanted.has(id))) continue;
    const fact = facts.get(node.outputs[0]!);
    if (isPart(fact) && isPossible(fact) && !isSpared.has(fact.entropy.logits)) {
      parts.set(node, fact);
      const { entropy, factor = entropy.logits } = fact;
      for (const id of [entropy.logits, entropy.labels, factor]) wanted.add(id);
    } else {
      kept.add(node);
      for (const id of Object.values(node.inputs)) wanted.add(id);
    }
  }
  return { nodes: kept, parts };
}

function isPossible({ scale, entropy }: Part): boolean {
  const numbers = [scale, entropy.smoothing].map(Math.fround);
  return numbers.every(Number.isFinite) && numbers[0] !== 0;
}

/** Those whose exponentials somebody else wants too: a call would compute them a second time. */
function sparedLogits({ nodes, parts }: Needs, facts: Facts): ValueId[] {
  const logitsOf = (kept: readonly Part[]): Set<ValueId> =>
    new Set(kept.map(({ entropy }) => entropy.logits));
  const all = [...parts.values()];
  const joined = logitsOf(all);
  const withLoss = logitsOf(all.filter((part) => !isGradient(part)));
  return [...nodes].flatMap(({ outputs }) => {
    const fact = facts.get(outputs[0]!);
    if (fact?.is !== 'exponentials' && fact?.is !== 'softmax') return [];
    // What reads the softmax besides a loss has it from a call of its own.
    const isOwn = fact.is === 'softmax' && withLoss.has(fact.logits);
    return joined.has(fact.logits) && !isOwn ? [fact.logits] : [];
  });
}

/** One call: the parts of an entropy that it can make at once. */
interface Call {
  readonly entropy: Entropy;
  readonly members: Part[];
}

function callsOf(parts: Iterable<Part>): Map<Part, Call> {
  const calls = new Map<Part, Call>();
  for (const part of parts) {
    const found = [...calls.values()].find((call) => takes(call, part));
    const call = found ?? { entropy: part.entropy, members: [] };
    call.members.push(part);
    calls.set(part, call);
  }
  return calls;
}

function takes({ entropy, members }: Call, part: Part): boolean {
  const { logits, labels, smoothing } = part.entropy;
  if (entropy.logits !== logits || entropy.labels !== labels) return false;
  return (
    entropy.smoothing === smoothing &&
    members.every((other) => isGradient(other) !== isGradient(part) || other.stray === part.stray)
  );
}

function isGradient({ is }: Part): boolean {
  return is === 'gradient';
}

/** The factor with which the call makes such a part: that of all of them where they agree. */
function scaleOf({ members }: Call, is: Part['is']): number {
  const [first = 1, ...others] = members.flatMap((part) => (part.is === is ? [part.scale] : []));
  return is !== 'losses' && others.every((scale) => scale === first) ? first : 1;
}

function strayOf({ members }: Call, ofGradient: boolean): number {
  return members.find((part) => isGradient(part) === ofGradient)?.stray ?? 1;
}

function rewritten(graph: Graph, { nodes, parts }: Needs): Graph {
  const draft = new Draft(graph);
  const calls = callsOf(parts.values());
  const places = new Map(graph.nodes.flatMap(({ outputs }, at) => outputs.map((id) => [id, at])));
  const placeOf = ({ entropy }: Call): number =>
    Math.max(places.get(entropy.logits) ?? -1, places.get(entropy.labels) ?? -1);
  const byPlace = new Map<number, Call[]>();
  for (const call of new Set(calls.values())) {
    const place = placeOf(call);
    byPlace.set(place, [...(byPlace.get(place) ?? []), call]);
  }
  const addCalls = (place: number): void => {
    for (const call of byPlace.get(place) ?? []) draft.addCall(call);
  };
  addCalls(-1);
  graph.nodes.forEach((node, at) => {
    const part = parts.get(node);
    if (part !== undefined) draft.addPart(node, part, calls.get(part)!);
    else if (nodes.has(node)) draft.nodes.push(node);
    addCalls(at);
  });
  const { values, constants } = draft;
  return { ...graph, values, constants, nodes: draft.nodes };
}

/** A graph that is being written. */
class Draft {
  readonly values: GraphValue[];
  readonly nodes: GraphNode[] = [];
  readonly constants: Map<ValueId, Float32Array>;
  readonly #made = new Map<Call, Map<Part['is'], ValueId>>();

  constructor({ values, constants }: Graph) {
    this.values = [...values];
    this.constants = new Map(constants);
  }

  addCall(call: Call): void {
    const { logits, labels, smoothing } = call.entropy;
    const { shape } = this.values[logits]!;
    const rows = sizeOf(shape) / shape.at(-1)!;
    const shapes = { loss: [], losses: [rows], gradient: shape };
    const made = new Map(
      [...new Set(call.members.map(({ is }) => is))].map((is) => [is, this.#value(shapes[is])]),
    );
    this.#made.set(call, made);
    const attrs: CrossEntropyAttrs = {
      parts: [...made.keys()],
      smoothing,
      loss: { stray: strayOf(call, false), scale: scaleOf(call, 'loss') },
      gradient: { stray: strayOf(call, true), scale: scaleOf(call, 'gradient') },
    };
    const outputs = [...made.values()];
    this.nodes.push({
      op: 'SoftmaxCrossEntropy',
      inputs: { logits, labels },
      outputs,
      attrs: { ...attrs },
    });
  }

  /** What the call makes, in the shape of the old node's result, times what it lacks. */
  addPart({ outputs: [output] }: GraphNode, { is, scale, factor }: Part, call: Call): void {
    const { shape } = this.values[output!]!;
    const ratio = scale / scaleOf(call, is);
    const factors = [
      ...(ratio === 1 ? [] : [this.#number(ratio)]),
      ...(factor === undefined ? [] : [factor]),
    ];
    const reshaped = factors.length === 0 ? output! : this.#value(shape);
    const x = this.#made.get(call)!.get(is)!;
    this.nodes.push({ op: 'Reshape', inputs: { x }, outputs: [reshaped], attrs: { shape } });
    factors.reduce((a, b, i) => {
      const out = i === factors.length - 1 ? output! : this.#value(shape);
      this.nodes.push({ op: 'Multiply', inputs: { a, b }, outputs: [out], attrs: {} });
      return out;
    }, reshaped);
  }

  #value(shape: readonly number[]): ValueId {
    return this.values.push({ shape, dtype: 'float32' }) - 1;
  }

  #number(value: number): ValueId {
    const id = this.#value([]);
    this.constants.set(id, Float32Array.of(value));
    return id;
  }
}
