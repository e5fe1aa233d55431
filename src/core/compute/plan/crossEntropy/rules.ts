/** What the result of a call is, by what is known of its inputs. */
import { sameShape, sizeOf } from '../../../../base/index';
import type { Graph, GraphNode, ValueId } from '../../capture/graph';
import { resolveAxes } from '../lower/call';
import type { Entropy, Fact, Target } from './facts';
import { normalized, scaled } from './facts';

/** An input of a call. */
interface Known {
  readonly id: ValueId;
  readonly shape: readonly number[];
  readonly isFloat: boolean;
  readonly fact: Fact | undefined;
  /** The first value that has the same rows: logits and labels go by this name. */
  readonly root: ValueId;
}

/** A call and the shape of its result. */
interface Call {
  readonly node: GraphNode;
  readonly shape: readonly number[];
  readonly isFloat: boolean;
}

type Rule = (call: Call, a: Known, b: Known) => Fact | undefined;

export type Facts = ReadonlyMap<ValueId, Fact>;

/** Of the values that are something; of those that nothing is known about there are no facts. */
export function factsOf(graph: Graph): Facts {
  const facts = new Map<ValueId, Fact>();
  const roots = new Map<ValueId, ValueId>();
  const known = (id: ValueId): Known => {
    const { shape, dtype } = graph.values[id]!;
    const root = roots.get(id) ?? id;
    return { id, shape, isFloat: dtype === 'float32', fact: facts.get(id), root };
  };
  for (const [id, data] of graph.constants) {
    const value = data[0];
    if (value === undefined || data.some((other) => !Object.is(other, value))) continue;
    facts.set(id, { is: 'number', value });
  }
  for (const node of graph.nodes) {
    const rule = RULES[node.op];
    if (rule === undefined) continue;
    const id = node.outputs[0]!;
    const { shape, isFloat } = known(id);
    const call = { node, shape, isFloat };
    const inputs = Object.values(node.inputs).map(known) as [Known, Known];
    const fact = rule(call, ...inputs);
    if (fact !== undefined) facts.set(id, fact);
    if (keepsRows(call, inputs[0])) roots.set(id, inputs[0].root);
  }
  return facts;
}

/** Whether the result has the numbers of `x` in the same rows: of operations with a rule. */
function keepsRows({ node, shape, isFloat }: Call, x: Known): boolean {
  if (node.op === 'Cast') return isFloat && x.isFloat;
  return ['Identity', 'Reshape', 'ExpandDims'].includes(node.op) && shape.at(-1) === x.shape.at(-1);
}

const RULES: Readonly<Record<string, Rule>> = {
  Identity: (_, x) => x.fact,
  Cast: ({ isFloat }, x) => (isFloat ? x.fact : undefined),
  Reshape: reshaped,
  ExpandDims: reshaped,
  Fill: ({ node }) => ({ is: 'number', value: Math.fround(Number(node.attrs['value'])) }),
  ZerosLike: () => ({ is: 'number', value: 0 }),
  OnesLike: () => ({ is: 'number', value: 1 }),
  OneHot: ({ node }, { root }) => {
    const cols = node.attrs['depth'] as number;
    const [on, off] = ['onValue', 'offValue'].map((name) =>
      Math.fround(node.attrs[name] as number),
    );
    return { is: 'target', target: { labels: root, cols, hit: on! - off!, miss: off! } };
  },
  Softmax: ({ node, shape }, { root }) => {
    const [axis] = resolveAxes(node.attrs['dim'] as number, shape.length);
    return axis === shape.length - 1 ? { is: 'softmax', logits: root } : undefined;
  },
  Max: (call, x) =>
    x.isFloat && isOverColumns(call, x) ? { is: 'maximum', logits: x.root } : undefined,
  Exp: (_, { fact }) => {
    if (fact?.is === 'shifted') return { is: 'exponentials', logits: fact.logits };
    return fact?.is === 'logSoftmax' ? { is: 'softmax', logits: fact.logits } : undefined;
  },
  Log: (_, { fact }) =>
    fact?.is === 'total' ? { is: 'logTotal', logits: fact.logits } : undefined,
  Neg: (_, { fact }) => scaled(fact, -1),
  Sum: sum,
  Mean: (call, x) => {
    if (x.fact?.is === 'number') return x.fact;
    return scaled(sum(call, x), sizeOf(call.shape) / sizeOf(x.shape));
  },
  Add: (call, a, b) => added(call, a, b) ?? added(call, b, a),
  Sub: difference,
  Multiply: (call, a, b) => product(call, a, b) ?? product(call, b, a),
  RealDiv: quotient,
};

/** A number for each row, or one number. */
const OF_ROWS: ReadonlySet<Fact['is']> = new Set([
  ...(['number', 'maximum', 'total', 'logTotal', 'logSumExp'] as const),
  ...(['targetSum', 'alignment', 'losses', 'loss'] as const),
]);

/** Rows stay rows; what they are multiplied with would have to take another shape too. */
function reshaped({ shape }: Call, { fact, shape: before }: Known): Fact | undefined {
  if (fact === undefined || OF_ROWS.has(fact.is) || sameShape(shape, before)) return fact;
  const hasFactor = 'factor' in ('target' in fact ? fact.target : fact);
  return shape.at(-1) === before.at(-1) && !hasFactor ? fact : undefined;
}

function axesOf({ node }: Call, x: Known): number[] {
  const { axis, reductionIndices } = node.attrs as Record<string, number | number[] | undefined>;
  return resolveAxes(axis ?? reductionIndices, x.shape.length);
}

function isOverColumns(call: Call, x: Known): boolean {
  const axes = axesOf(call, x);
  return axes.length === 1 && axes[0] === x.shape.length - 1;
}

function sum(call: Call, x: Known): Fact | undefined {
  const { fact } = x;
  const [before, after] = [sizeOf(x.shape), sizeOf(call.shape)];
  if (fact?.is === 'number') return scaled(fact, before / after);
  if (fact?.is === 'losses' && after > 1) return before === after ? fact : undefined;
  if (fact?.is === 'losses') return { ...fact, is: 'loss' };
  const ofRows = isOverColumns(call, x);
  if (fact?.is === 'alignedLogSoftmax' && (ofRows || after === 1)) {
    return lossesOf(fact.target, fact.logits, ofRows);
  }
  return ofRows ? rowSum(fact) : undefined;
}

function rowSum(fact: Fact | undefined): Fact | undefined {
  if (fact?.is === 'exponentials') return { is: 'total', logits: fact.logits };
  if (fact?.is === 'target') return { is: 'targetSum', target: fact.target };
  return fact?.is === 'alignedShifted' ? { ...fact, is: 'alignment' } : undefined;
}

/** Of -target · logSoftmax. */
function lossesOf(target: Target, logits: ValueId, ofRows: boolean): Fact | undefined {
  const found = normalized(target, logits);
  if (found === undefined) return undefined;
  const { entropy, scale } = found;
  return { is: ofRows ? 'losses' : 'loss', entropy, stray: entropy.smoothing, scale: -scale };
}

function isOf(known: Known, is: Fact['is'], logits: ValueId): boolean {
  return known.fact?.is === is && 'logits' in known.fact && known.fact.logits === logits;
}

/** Whether the value has one number for each row of a value of `shape`. */
function isColumn({ shape: own }: Known, shape: readonly number[]): boolean {
  return own.length === shape.length && sameShape(own, [...shape.slice(0, -1), 1]);
}

function added({ shape }: Call, a: Known, b: Known): Fact | undefined {
  if (a.fact?.is === 'number' && b.fact?.is === 'number') {
    return { is: 'number', value: Math.fround(a.fact.value + b.fact.value) };
  }
  if (b.fact?.is === 'number' && a.fact?.is === 'target' && a.fact.target.factor === undefined) {
    if (!sameShape(a.shape, shape)) return undefined;
    return { is: 'target', target: { ...a.fact.target, miss: a.fact.target.miss + b.fact.value } };
  }
  if (a.fact?.is !== 'maximum' || !isOf(b, 'logTotal', a.fact.logits)) return undefined;
  return sameShape(a.shape, b.shape) ? { is: 'logSumExp', logits: a.fact.logits } : undefined;
}

function difference({ shape }: Call, a: Known, b: Known): Fact | undefined {
  if (a.fact?.is === 'number' && b.fact?.is === 'number') {
    return { is: 'number', value: Math.fround(a.fact.value - b.fact.value) };
  }
  if (sameShape(a.shape, b.shape)) return wholeDifference(a, b);
  if (!isColumn(b, shape)) return undefined;
  if (isOf(b, 'maximum', a.root)) return { is: 'shifted', logits: a.root };
  if (isOf(b, 'logSumExp', a.root)) return { is: 'logSoftmax', logits: a.root };
  if (a.fact?.is !== 'shifted' || !isOf(b, 'logTotal', a.fact.logits)) return undefined;
  return { is: 'logSoftmax', logits: a.fact.logits };
}

function wholeDifference(a: Known, b: Known): Fact | undefined {
  if (a.fact?.is === 'logTotal' && b.fact?.is === 'alignment') {
    if (a.fact.logits !== b.fact.logits) return undefined;
    const entropy = wholeEntropy(b.fact.target, a.fact.logits);
    return entropy && { is: 'losses', entropy, stray: 1, scale: 1 };
  }
  return gradient(a, b, 1) ?? gradient(b, a, -1);
}

/** Softmax minus target, each row of the former times the sum of its target or as it is. */
function gradient({ fact: mean }: Known, { fact: goal }: Known, sign: number): Fact | undefined {
  if (goal?.is !== 'target') return undefined;
  const { target } = goal;
  if (mean?.is === 'softmax') {
    const entropy = wholeEntropy(target, mean.logits);
    return entropy && { is: 'gradient', entropy, stray: 1, scale: sign };
  }
  if (mean?.is !== 'expected' || mean.target !== target) return undefined;
  const found = normalized(target, mean.logits);
  if (found === undefined) return undefined;
  const { entropy, scale } = found;
  const { factor } = target;
  const part = { is: 'gradient', entropy, stray: entropy.smoothing, scale: sign * scale } as const;
  return factor === undefined ? part : { ...part, factor };
}

/** Of a target whose rows add up to 1. */
function wholeEntropy(target: Target, logits: ValueId): Entropy | undefined {
  const found = target.factor === undefined ? normalized(target, logits) : undefined;
  return found !== undefined && Math.abs(found.scale - 1) < 1e-6 ? found.entropy : undefined;
}

function product(call: Call, a: Known, b: Known): Fact | undefined {
  const { shape } = call;
  if (a.fact?.is === 'number') return multiple(call, a.fact.value, b);
  if (a.fact?.is === 'target' && sameShape(a.shape, b.shape)) return aligned(a.fact.target, b);
  if (a.fact?.is !== 'targetSum' || b.fact?.is !== 'softmax' || !isColumn(a, shape)) {
    return undefined;
  }
  return { is: 'expected', logits: b.fact.logits, target: a.fact.target };
}

/** The product of a value with an array of the same number everywhere. */
function multiple({ shape, isFloat }: Call, by: number, x: Known): Fact | undefined {
  if (x.fact?.is === 'number' || sameShape(x.shape, shape)) return scaled(x.fact, by);
  const isFactor = isFloat && (isColumn(x, shape) || sizeOf(x.shape) === 1);
  return isFactor ? { is: 'repeated', factor: x.id, scale: by } : undefined;
}

function aligned(target: Target, { fact }: Known): Fact | undefined {
  if (target.factor !== undefined) return undefined;
  if (fact?.is === 'shifted') return { is: 'alignedShifted', logits: fact.logits, target };
  if (fact?.is === 'logSoftmax') return { is: 'alignedLogSoftmax', logits: fact.logits, target };
  if (fact?.is !== 'repeated') return undefined;
  return scaled({ is: 'target', target: { ...target, factor: fact.factor } }, fact.scale);
}

function quotient({ shape, isFloat }: Call, a: Known, b: Known): Fact | undefined {
  if (!isFloat) return undefined;
  if (b.fact?.is === 'number') {
    const { value } = b.fact;
    if (a.fact?.is === 'number') return { is: 'number', value: Math.fround(a.fact.value / value) };
    return sameShape(a.shape, shape) ? scaled(a.fact, 1 / value) : undefined;
  }
  if (a.fact?.is !== 'exponentials' || !isColumn(b, shape)) return undefined;
  return isOf(b, 'total', a.fact.logits) ? { is: 'softmax', logits: a.fact.logits } : undefined;
}
