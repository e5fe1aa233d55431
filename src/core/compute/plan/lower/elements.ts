/**
 * The network that a learned optimizer applies to each element of a tensor, as two kernels: root mean squares of the
 * features, then features and layers at once, block by block.
 */
import { invariant, sizeOf } from '../../../../base/index';
import type { Operand, PlanBuilder } from '../builder';
import { collapseLoop } from '../mapProgram';
import type { KernelArg } from '../nodes';
import type { View } from '../view';
import { broadcastView, contiguousStrides, pickView } from '../view';
import type { Call, LowerTable } from './call';

/**
 * Attributes of an `ElementNetwork`. Its inputs: factors f32[k or 1, …] that broadcast against [k, …shape]; weights
 * [inputs, width] and biases [width] of each layer in turn; what is common to all elements, f32[c], where there is such.
 */
export interface ElementNetworkAttrs {
  /** Of the tensor. */
  readonly shape: readonly number[];
  /** Each group of features is the product, in this order, of at most three inputs. */
  readonly features: readonly (readonly number[])[];
  /** Of the inputs, how many are factors. */
  readonly factors: number;
  readonly layers: number;
  /** Root mean squares are those of so many equal parts of the elements. */
  readonly sections: number;
  readonly epsilon: number;
}

/** ELEMENT_BLOCK and BLOCK_STRIDE in elements.c. */
export const ELEMENT_BLOCK = 128;
const BLOCK_STRIDE = ELEMENT_BLOCK + 16;
/** What elements.c takes. */
const MOST_FEATURES = 64;
const MOST_FACTORS = 3;
const MOST_RANK = 6;

export const ELEMENTS: LowerTable = {
  ElementNetwork: (call) => {
    const attrs = call.node.attrs as unknown as ElementNetworkAttrs;
    const { builder } = call;
    const elements = elementsOf(call, attrs);
    const count = elements.features.length;
    const norms = builder.temporary([count, attrs.sections]);
    addNorms(builder, attrs, elements, norms);
    return addNetwork(call, attrs, elements, norms);
  },
};

/** Features over streams: views that have a word for each element. */
interface Elements {
  readonly dims: readonly number[];
  readonly streams: readonly { readonly view: View; readonly strides: readonly number[] }[];
  /** Numbers of the streams of each feature. */
  readonly features: readonly (readonly number[])[];
}

function elementsOf({ builder, inputs }: Call, attrs: ElementNetworkAttrs): Elements {
  const { shape } = attrs;
  const views: View[] = [];
  const streamOf = (view: View): number => {
    const found = views.findIndex((other) => isSame(other, view));
    return found < 0 ? views.push(view) - 1 : found;
  };
  const features = attrs.features.flatMap((factors) => {
    const operands = factors.map((index) => builder.contiguous(inputs[index]!));
    const count = Math.max(...operands.map((operand) => operand.shape[0]!));
    const spread = operands.map((operand) => broadcastView(operand, [count, ...shape]));
    return Array.from({ length: count }, (_, k) =>
      spread.map((view) => streamOf(pickView(view, 0, k))),
    );
  });
  const whole = { buffer: -1, offset: 0, shape, strides: contiguousStrides(shape) };
  const { dims, strides } = collapseLoop(shape, views, whole);
  invariant(dims.length <= MOST_RANK, 'a tensor of more axes than the kernel takes');
  invariant(features.length <= MOST_FEATURES, 'more features than the kernel takes');
  invariant(views.length <= MOST_FEATURES, 'more streams than the kernel takes');
  const streams = views.map((view, i) => ({ view, strides: strides[i]! }));
  return { dims, streams, features };
}

function isSame(a: View, b: View): boolean {
  return a.buffer === b.buffer && a.offset === b.offset && a.strides.join() === b.strides.join();
}

/** Arguments before those of one of the kernels, as ElementTask of elements.c and its lists. */
function argumentsOf(
  { dims, streams, features }: Elements,
  { shape, sections }: ElementNetworkAttrs,
  own: {
    readonly to: number;
    readonly norms: KernelArg;
    /** Place, number and layers, of a network. */
    readonly common?: readonly [KernelArg, number, number];
  },
): KernelArg[] {
  return [
    ...([{ output: 0 }, 'workspace'] as const),
    ...[sizeOf(shape), sections, dims.length, streams.length, features.length, 0, own.to],
    own.norms,
    ...(own.common ?? [0, 0, 0]),
    ...dims,
    ...streams.flatMap(({ strides }, input) => [{ input }, ...strides]),
    ...features.flatMap((feature) =>
      Array.from({ length: MOST_FACTORS }, (_, i) => feature[i] ?? -1),
    ),
  ];
}

function addNorms(
  builder: PlanBuilder,
  attrs: ElementNetworkAttrs,
  elements: Elements,
  norms: View,
): void {
  const { streams, features } = elements;
  builder.kernel({
    op: 'elements.norms',
    inputs: streams.map(({ view }) => view),
    outputs: [norms],
    args: argumentsOf(elements, attrs, {
      to: features.length,
      norms: { float: attrs.epsilon },
    }),
    workspace: blockWords(elements),
    flops: 2 * features.length * sizeOf(attrs.shape),
  });
}

/** Words of the blocks of streams and features. */
function blockWords({ streams, features }: Elements): number {
  return (streams.length + features.length) * BLOCK_STRIDE;
}

function addNetwork(
  call: Call,
  attrs: ElementNetworkAttrs,
  elements: Elements,
  norms: View,
): Operand {
  const { builder } = call;
  const { streams, features } = elements;
  const inMemory = (operand: Operand): View => builder.contiguous(operand);
  const layers = Array.from({ length: attrs.layers }, (_, layer) => {
    const [w, b] = call.inputs.slice(attrs.factors + 2 * layer).map(inMemory);
    return { w: w!, b: b! };
  });
  const [common] = call.inputs.slice(attrs.factors + 2 * attrs.layers).map(inMemory);
  const inputs = [
    ...streams.map(({ view }) => view),
    ...[norms, ...layers.flatMap(({ w, b }) => [w, b])],
    ...(common === undefined ? [] : [common]),
  ];
  const placeOf = (view: View): KernelArg => ({ input: inputs.indexOf(view) });
  const widths = layers.map(({ b }) => sizeOf(b.shape));
  const out = builder.temporary(call.shape());
  builder.kernel({
    op: 'elements.network',
    inputs,
    outputs: [out],
    args: [
      ...argumentsOf(elements, attrs, {
        to: sizeOf(attrs.shape),
        norms: placeOf(norms),
        common: [
          common === undefined ? 0 : placeOf(common),
          common === undefined ? 0 : sizeOf(common.shape),
          layers.length,
        ],
      }),
      ...layers.flatMap(({ w, b }, layer) => [placeOf(w), placeOf(b), widths[layer]!]),
    ],
    workspace:
      blockWords(elements) +
      2 * Math.max(...widths) * BLOCK_STRIDE +
      (features.length + 1) * widths[0]!,
    flops: 2 * sizeOf(attrs.shape) * layers.reduce((sum, { w }) => sum + sizeOf(w.shape), 0),
  });
  return out;
}
