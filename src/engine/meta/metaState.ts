/** All that a meta-training is between two outer iterations, and how it lies in a checkpoint. */
import { UserError } from '../../base/index';
import type { NamedArrays } from '../../base/index';
import type { EstimatorState, OuterState, Words4 } from '../../core/index';
import type { MemberSnapshot } from '../population/contract';
import type { PlayerState } from './player';

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
  readonly estimator: EstimatorState;
  /** The best validation so far. */
  readonly best?: { readonly iteration: number; readonly ratio: number };
}

/** With what the members carry on. */
export interface WholeState {
  readonly state: MetaState;
  readonly player: PlayerState;
  readonly members: readonly (MemberSnapshot | undefined)[];
}

interface Labels {
  readonly innerSteps: number;
  readonly seconds: number;
  readonly best?: MetaState['best'];
  readonly problems: number;
  readonly particles: readonly {
    readonly problem: number;
    readonly length: number;
    readonly step: number;
    readonly noise?: Words4;
  }[];
  readonly player: {
    readonly diverged: readonly number[];
    readonly first: readonly (number | null)[];
  };
  readonly members: readonly (Omit<MemberSnapshot, 'image'> | null)[];
}

export function encodeState({ state, player, members }: WholeState): {
  readonly tensors: NamedArrays;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const { theta, average, gradient, outer, estimator } = state;
  const labels: Labels = {
    innerSteps: state.innerSteps,
    seconds: state.seconds,
    ...(state.best === undefined ? {} : { best: state.best }),
    problems: estimator.problems,
    particles: estimator.particles.map((particle) => without(particle, 'accumulated')),
    player: {
      diverged: player.diverged,
      first: player.first.map((loss) => (Number.isFinite(loss) ? loss : null)),
    },
    members: members.map((member) => (member === undefined ? null : without(member, 'image'))),
  };
  const floats = (data: Float32Array) => ({ shape: [data.length], data });
  const tensors: NamedArrays = {
    theta: floats(theta),
    average: floats(average),
    gradient: floats(gradient),
    ...Object.fromEntries(
      Object.entries(outer).map(([name, values]) => [`outer/${name}`, doubles(values)]),
    ),
    ...Object.fromEntries(
      estimator.particles.flatMap(({ accumulated }, i) =>
        accumulated === undefined ? [] : [[`accumulated/${i}`, floats(accumulated)]],
      ),
    ),
    ...Object.fromEntries(
      members.flatMap((member, i) =>
        member === undefined ? [] : [[`member/${i}`, floats(member.image)]],
      ),
    ),
  };
  return { tensors, metadata: { labels: JSON.stringify(labels) } };
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
  const floats = (name: string): Float32Array => {
    const data = tensors[name]?.data;
    if (data instanceof Float32Array) return data;
    throw new UserError('checkpoint', `the checkpoint lacks "${name}"`, {
      remedy: 'Begin anew from its config.json.',
    });
  };
  const outer = Object.entries(tensors).flatMap(([name, { data }]) =>
    name.startsWith('outer/') ? [[name.slice('outer/'.length), fromDoubles(data)] as const] : [],
  );
  const { innerSteps, seconds, best, problems, player } = labels;
  const particles = labels.particles.map((particle, i) => {
    const name = `accumulated/${i}`;
    return tensors[name] === undefined ? particle : { ...particle, accumulated: floats(name) };
  });
  return {
    state: {
      iteration,
      innerSteps,
      seconds,
      theta: floats('theta'),
      average: floats('average'),
      gradient: floats('gradient'),
      outer: Object.fromEntries(outer),
      estimator: { problems, particles },
      ...(best === undefined ? {} : { best }),
    },
    player: { diverged: player.diverged, first: player.first.map((loss) => loss ?? NaN) },
    members: labels.members.map((label, i) =>
      label === null ? undefined : { ...label, image: floats(`member/${i}`) },
    ),
  };
}

function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as Omit<T, K>;
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
