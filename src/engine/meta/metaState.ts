/** All that a meta-training is between two outer iterations, and how it lies in a checkpoint. */
import { UserError } from '../../base/index';
import type { NamedArrays } from '../../base/index';
import type { OuterState } from '../../core/index';
import type { SavedEstimation } from './estimation';
import { floats, savedFloats } from './labels';

export interface MetaState {
  /** Outer iterations made. */
  readonly iteration: number;
  readonly innerSteps: number;
  /** Of working. */
  readonly seconds: number;
  readonly theta: Float32Array;
  /** Average of theta. */
  readonly average: Float32Array;
  /** The last estimate. */
  readonly gradient: Float32Array;
  readonly outer: OuterState;
  /** The best validation so far. */
  readonly best?: { readonly iteration: number; readonly ratio: number };
}

/** With the inner trainings that are going. */
export interface WholeState {
  readonly state: MetaState;
  readonly estimation: SavedEstimation;
}

interface Labels {
  readonly innerSteps: number;
  readonly seconds: number;
  readonly best?: MetaState['best'];
}

export function encodeState({ state, estimation }: WholeState): {
  readonly tensors: NamedArrays;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const { theta, average, gradient, outer, innerSteps, seconds, best } = state;
  const labels: Labels = { innerSteps, seconds, ...(best === undefined ? {} : { best }) };
  const tensors: NamedArrays = {
    theta: floats(theta),
    average: floats(average),
    gradient: floats(gradient),
    ...Object.fromEntries(
      Object.entries(outer).map(([name, values]) => [`outer/${name}`, doubles(values)]),
    ),
    ...estimation.tensors,
  };
  return { tensors, metadata: { labels: JSON.stringify({ ...labels, ...estimation.labels }) } };
}

/** @throws UserError('checkpoint') on one of another program */
export function decodeState(
  iteration: number,
  tensors: NamedArrays,
  metadata: Readonly<Record<string, string>>,
): WholeState {
  const labels = JSON.parse(metadata['labels'] ?? 'null') as Labels | null;
  if (labels === null) {
    throw new UserError('checkpoint', 'the checkpoint is not one of a meta-training', {
      remedy: 'Begin anew from its config.json.',
    });
  }
  const outer = Object.entries(tensors).flatMap(([name, { data }]) =>
    name.startsWith('outer/') ? [[name.slice('outer/'.length), fromDoubles(data)] as const] : [],
  );
  const { innerSteps, seconds, best } = labels;
  return {
    state: {
      iteration,
      innerSteps,
      seconds,
      theta: savedFloats(tensors, 'theta'),
      average: savedFloats(tensors, 'average'),
      gradient: savedFloats(tensors, 'gradient'),
      outer: Object.fromEntries(outer),
      ...(best === undefined ? {} : { best }),
    },
    estimation: { labels, tensors },
  };
}

/** Two words for each number: the container has none that are longer. */
function doubles(values: Float64Array): NamedArrays[string] {
  const data = new Int32Array(2 * values.length);
  data.set(new Int32Array(values.buffer, values.byteOffset, data.length));
  return { shape: [values.length, 2], data };
}

function fromDoubles(data: Float32Array | Int32Array): Float64Array {
  const values = new Float64Array(data.length / 2);
  new Int32Array(values.buffer).set(data);
  return values;
}
