/** Layers one behind another, and layers that hold others. */
import * as tf from '@tensorflow/tfjs-core';
import { UserError, formatShape, sameShape } from '../../../base/index';
import { Misfit } from './layer';
import type { BuiltLayer, Signal } from './layer';
import { buildPlain } from './specLayers';
import type { LayerContext, PlainLayerSpec } from './specLayers';

export type LayerSpec =
  | PlainLayerSpec
  /** What the layers inside give is added to what they read. */
  | { readonly layer: 'residual'; readonly layers: readonly PlainLayerSpec[] };

interface StackContext extends LayerContext {
  /** For messages. */
  readonly file: string;
}

/** What the names of parameters and the places in messages begin with. */
interface Place {
  readonly name: string;
  readonly place: string;
}

/**
 * Layers one behind another.
 * @throws UserError('config') naming the layer where two do not fit each other
 */
export function buildStack(
  specs: readonly LayerSpec[],
  input: Signal,
  context: StackContext,
  at: Place = { name: '', place: 'layers' },
): BuiltLayer {
  let out = input;
  const layers = specs.map((spec, index) => {
    const place = `${at.place}.${index}`;
    try {
      const named = { name: `${at.name}${index}.${spec.layer}`, place };
      const built = buildLayer(spec, out, context, named);
      ({ out } = built);
      return built;
    } catch (thrown) {
      if (!(thrown instanceof Misfit)) throw thrown;
      const { message, remedy } = thrown;
      throw new UserError('config', `${context.file}: ${place} (${spec.layer}) ${message}`, {
        ...{ remedy, cause: thrown },
      });
    }
  });
  return {
    params: layers.flatMap(({ params }) => params),
    out,
    apply: (params, x, rng) => layers.reduce((signal, one) => one.apply(params, signal, rng), x),
  };
}

/** @throws Misfit where the layer cannot read what it is given */
function buildLayer(
  spec: LayerSpec,
  input: Signal,
  context: StackContext,
  { name, place }: Place,
): BuiltLayer {
  if (spec.layer !== 'residual') return buildPlain(spec, name, input, context);
  const inside = { name: `${name}/`, place: `${place}.layers` };
  return residual(buildStack(spec.layers, input, context, inside), input);
}

/** x + inner(x). */
function residual(inner: BuiltLayer, { shape }: Signal): BuiltLayer {
  const { params, out, apply } = inner;
  if (!sameShape(out.shape, shape)) {
    throw new Misfit(
      `reads ${formatShape(shape)}, but its layers give ${formatShape(out.shape)}, expected the same`,
      'End its layers with the width that it reads.',
    );
  }
  return { params, out, apply: (values, x, rng) => tf.add(x, apply(values, x, rng)) };
}
