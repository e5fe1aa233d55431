/**
 * Derivatives of convolutions with dilation, and of the derivative by the filter, which tfjs lacks. tfjs's backends
 * overlook dilations in their kernels for derivatives: there the filter is spread out with zeros instead.
 */
import * as tf from '@tensorflow/tfjs-core';
import type {
  Conv2DAttrs,
  Conv2DBackpropFilterAttrs,
  Conv2DBackpropInputAttrs,
  DepthwiseConv2dNativeAttrs,
  GradConfig,
  Tensor,
  Tensor4D,
} from '@tensorflow/tfjs-core';
import { TRACE_BACKEND } from '../capture/backendName';
import { derivative, runKernel, spreadAxis } from './derivative';

type Shape = Tensor4D['shape'];
type Rates = number | number[];
type Pair = readonly [number, number];
type DepthwiseAttrs = Pick<
  DepthwiseConv2dNativeAttrs,
  'strides' | 'pad' | 'dilations' | 'dimRoundingMode'
>;
/** With a field of our own, left out where it says nothing. */
type Dilated<Attrs> = Attrs & { readonly dilations?: Conv2DAttrs['dilations'] };

const conv2d = derivative('Conv2D', ['x', 'filter'], (dy, [x, filter], attrs: Conv2DAttrs) => ({
  x: () => slopeOfInput(dy, filter!, { ...attrs, inputShape: x!.shape as Shape }),
  filter: () => slopeOfFilter(x!, dy, { ...attrs, filterShape: filter!.shape as Shape }),
}));

const inputSlope = derivative(
  'Conv2DBackpropInput',
  ['dy', 'filter'],
  (ddx, [dy, filter], attrs: Dilated<Conv2DBackpropInputAttrs>) => ({
    dy: () => convolved(ddx, filter!, attrs),
    filter: () => slopeOfFilter(ddx, dy!, { ...attrs, filterShape: filter!.shape as Shape }),
  }),
);

const filterSlope = derivative(
  'Conv2DBackpropFilter',
  ['x', 'dy'],
  (ddf, [x, dy], attrs: Dilated<Conv2DBackpropFilterAttrs>) => ({
    x: () => slopeOfInput(dy!, ddf, { ...attrs, inputShape: x!.shape as Shape }),
    dy: () => convolved(x!, ddf, attrs),
  }),
);

function convolved(
  x: Tensor,
  filter: Tensor,
  attrs: Dilated<Omit<Conv2DAttrs, 'dilations'>>,
): Tensor {
  const { strides, pad, dataFormat, dilations = 1, dimRoundingMode } = attrs;
  return tf.conv2d(
    x as Tensor4D,
    filter as Tensor4D,
    strides,
    pad,
    dataFormat,
    dilations,
    dimRoundingMode,
  );
}

function slopeOfInput(
  dy: Tensor,
  filter: Tensor,
  attrs: Dilated<Conv2DBackpropInputAttrs>,
): Tensor {
  const { strides, pad, dataFormat, dimRoundingMode, inputShape, dilations } = attrs;
  const plain = { strides, pad, dataFormat, dimRoundingMode, inputShape };
  if (mustSpread(dilations)) {
    const spread = spreadFilter(filter, pairOf(dilations));
    return runKernel('Conv2DBackpropInput', { dy, filter: spread }, plain);
  }
  return runKernel('Conv2DBackpropInput', { dy, filter }, { ...plain, ...named(dilations) });
}

function slopeOfFilter(x: Tensor, dy: Tensor, attrs: Dilated<Conv2DBackpropFilterAttrs>): Tensor {
  const { strides, pad, dataFormat, dimRoundingMode, filterShape, dilations } = attrs;
  const plain = { strides, pad, dataFormat, dimRoundingMode };
  if (mustSpread(dilations)) {
    const spread = { ...plain, filterShape: spreadShape(filterShape, pairOf(dilations)) };
    return ownElements(runKernel('Conv2DBackpropFilter', { x, dy }, spread), pairOf(dilations));
  }
  return runKernel(
    'Conv2DBackpropFilter',
    { x, dy },
    { ...plain, filterShape, ...named(dilations) },
  );
}

const depthwise = derivative(
  'DepthwiseConv2dNative',
  ['x', 'filter'],
  (dy, [x, filter], attrs: DepthwiseAttrs) => ({
    x: () => slopeOfDepthwiseInput(dy, filter!, x!.shape, attrs),
    filter: () => slopeOfDepthwiseFilter(x!, dy, filter!.shape as Shape, attrs),
  }),
);

const depthwiseInputSlope = derivative(
  'DepthwiseConv2dNativeBackpropInput',
  ['dy', 'filter'],
  (ddx, [dy, filter], attrs: DepthwiseAttrs) => ({
    dy: () => depthwiseConvolved(ddx, filter!, attrs),
    filter: () => slopeOfDepthwiseFilter(ddx, dy!, filter!.shape as Shape, attrs),
  }),
);

const depthwiseFilterSlope = derivative(
  'DepthwiseConv2dNativeBackpropFilter',
  ['x', 'dy'],
  (ddf, [x, dy], attrs: DepthwiseAttrs) => ({
    x: () => slopeOfDepthwiseInput(dy!, ddf, x!.shape, attrs),
    dy: () => depthwiseConvolved(x!, ddf, attrs),
  }),
);

function depthwiseConvolved(x: Tensor, filter: Tensor, attrs: DepthwiseAttrs): Tensor {
  const { strides, pad, dilations, dimRoundingMode } = attrs;
  const [images, own] = [x as Tensor4D, filter as Tensor4D];
  return tf.depthwiseConv2d(images, own, strides, pad, 'NHWC', dilations, dimRoundingMode);
}

function slopeOfDepthwiseInput(
  dy: Tensor,
  filter: Tensor,
  inputShape: readonly number[],
  { strides, pad, dilations, dimRoundingMode }: DepthwiseAttrs,
): Tensor {
  const spread = mustSpread(dilations);
  const rates = pairOf(dilations);
  return runKernel(
    'DepthwiseConv2dNativeBackpropInput',
    { dy, filter: spread ? spreadFilter(filter, rates) : filter },
    { strides, pad, dimRoundingMode, dilations: spread ? [1, 1] : rates, inputShape },
  );
}

function slopeOfDepthwiseFilter(
  x: Tensor,
  dy: Tensor,
  filterShape: Shape,
  { strides, pad, dilations, dimRoundingMode }: DepthwiseAttrs,
): Tensor {
  const spread = mustSpread(dilations);
  const rates = pairOf(dilations);
  const shape = spread ? spreadShape(filterShape, rates) : filterShape;
  const slope = runKernel(
    'DepthwiseConv2dNativeBackpropFilter',
    { x, dy },
    { strides, pad, dimRoundingMode, dilations: spread ? [1, 1] : rates, filterShape: shape },
  );
  return spread ? ownElements(slope, rates) : slope;
}

/** Whoever reads a recorded graph looks at the dilations. */
function mustSpread(dilations: Rates | undefined): boolean {
  return isDilated(dilations) && tf.getBackend() !== TRACE_BACKEND;
}

function isDilated(dilations: Rates | undefined): boolean {
  return pairOf(dilations).some((rate) => rate !== 1);
}

function named(dilations: Rates | undefined): { dilations?: Pair } {
  return isDilated(dilations) ? { dilations: pairOf(dilations) } : {};
}

function pairOf(rates: Rates = 1): Pair {
  const [height = 1, width = height] = Array.isArray(rates) ? rates : [rates];
  return [height, width];
}

function spreadShape([height, width, inputs, outputs]: Shape, [down, across]: Pair): Shape {
  return [(height - 1) * down + 1, (width - 1) * across + 1, inputs, outputs];
}

/** The filter with zeros in its gaps, which does without dilation what `filter` does with it. */
function spreadFilter(filter: Tensor, [down, across]: Pair): Tensor {
  return spreadAxis(spreadAxis(filter, 0, down), 1, across);
}

/** What of the slope of a spread filter belongs to the filter's own elements. */
function ownElements(spread: Tensor, [down, across]: Pair): Tensor {
  return tf.stridedSlice(spread, [0, 0, 0, 0], spread.shape, [down, across, 1, 1]);
}

export const convolutionDerivatives: readonly GradConfig[] = [
  conv2d,
  inputSlope,
  filterSlope,
  depthwise,
  depthwiseInputSlope,
  depthwiseFilterSlope,
];
