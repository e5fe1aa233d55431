import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FloatArray, NamedFloats, TensorSpec } from '../../../../../src/base/index';
import { sizeOf } from '../../../../../src/base/index';
import type { FusedVeloSession, VeloArchitecture, VeloTheta } from '../../../../../src/core/index';
import { createFusedVelo } from '../../../../../src/core/index';
import { kernelRuntimes } from '../../../../support/kernels';

/** The parts of a `velo-vectors-1` file that are used here. */
interface Vectors {
  readonly architecture: Omit<VeloArchitecture, 'kind' | 'ffMult'>;
  readonly numSteps: number;
  readonly tolerance: Readonly<Record<string, number>>;
  readonly theta: readonly (TensorSpec & Fill)[];
  readonly tensors: readonly (TensorSpec & Fill)[];
  readonly steps: readonly VectorStep[];
}
interface Fill {
  readonly seed: number;
  readonly scale: number;
}
interface VectorStep {
  readonly loss: number;
  readonly gradients: readonly Fill[];
  readonly moved: Readonly<Record<string, number>>;
  readonly expect: {
    readonly params: Readonly<Record<string, number[]>>;
    readonly lossFeatures?: number[];
    readonly lossBuffer?: { readonly means: number[]; readonly runningMin: number[] };
  } & Partial<Record<PerTensor, Readonly<Record<string, number | number[]>>>>;
}

const LSTM_STAGES = ['lstmInputs', 'controls', 'stepMultiplier', 'hidden', 'cell'] as const;
const PLAIN_STAGES = ['secondMoment', 'momentum', 'rows', 'cols', 'diagonal'] as const;
type PerTensor = (typeof LSTM_STAGES)[number] | (typeof PLAIN_STAGES)[number];

const FILES = ['velo-h16-p8', 'velo-h16-p8-long', 'velo-bugged', 'velo-h512-p256'];

function readVectors(name: string): Vectors {
  const file = join(import.meta.dirname, '../../../../parity/fixtures', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Vectors;
}

function fill({ seed, scale }: Fill, length: number): Float32Array {
  const data = new Float32Array(length);
  let state = seed >>> 0;
  for (let i = 0; i < length; i++) {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    data[i] = (2 * (((t ^ (t >>> 14)) >>> 0) / 2 ** 32) - 1) * scale;
  }
  return data;
}

function filled(specs: readonly (TensorSpec & Fill)[]): NamedFloats {
  return Object.fromEntries(
    specs.map((spec) => [spec.name, { shape: spec.shape, data: fill(spec, sizeOf(spec.shape)) }]),
  );
}

function write(into: NamedFloats, from: NamedFloats): void {
  for (const [name, { data }] of Object.entries(from)) into[name]!.data.set(data);
}

/** How far `got` is from `expected`, in units of what is allowed. */
function distance(got: ArrayLike<number>, expected: readonly number[], tolerance: number): number {
  expect(got.length).toBe(expected.length);
  const size = Math.max(1, ...expected.map(Math.abs));
  let worst = 0;
  for (let i = 0; i < got.length; i++)
    worst = Math.max(worst, Math.abs(got[i]! - expected[i]!) / (tolerance * size));
  return worst;
}

/** Row of an array with one row per tensor. */
function row({ data, shape }: FloatArray, index: number): Float32Array {
  const width = data.length / shape[0]!;
  return data.slice(index * width, (index + 1) * width);
}

/** The decay planes of a state array, decay last as the vectors have it. */
function interleaved(state: NamedFloats, label: string, name: string): number[] {
  const planes = [0, 1, 2].flatMap((k) => {
    const array = state[`${label}/${k}/${name}`];
    return array === undefined ? [] : [array.data];
  });
  if (planes.length === 0) return [];
  return [...planes[0]!.keys()].flatMap((i) => planes.map((plane) => plane[i]!));
}

/** One tensor's value of a stage that has one per tensor. */
function stageOf(session: FusedVeloSession, stage: PerTensor, name: string, i: number) {
  if (stage === 'secondMoment') return session.exportState()[`secondMoment/${name}`]!.data;
  if (stage === 'hidden' || stage === 'cell')
    return row(session.exportState()[`lstm/${stage}`]!, i);
  if (stage === 'lstmInputs' || stage === 'controls' || stage === 'stepMultiplier')
    return row(session.trace()[stage], i);
  return interleaved(session.exportState(), stage, name);
}

/** Largest distance of every stage over a whole file. */
function replay(vectors: Vectors, session: FusedVeloSession): Record<string, number> {
  const { tolerance, tensors } = vectors;
  const worst: Record<string, number> = {};
  const note = (stage: string, value: number): void => {
    worst[stage] = Math.max(worst[stage] ?? 0, Number.isNaN(value) ? Infinity : value);
  };
  const moved: Record<string, number> = {};
  write(session.params, filled(tensors));
  vectors.steps.forEach((step, index) => {
    const grads = tensors.map((spec, i) => ({ ...spec, ...step.gradients[i]! }));
    write(session.grads, filled(grads));
    session.update(index, step.loss);
    for (const { name } of tensors) {
      moved[name] = (moved[name] ?? 0) + step.moved[name]!;
      const expected = step.expect.params[name]!;
      const got = session.params[name]!.data;
      const size = Math.max(1, ...expected.map(Math.abs));
      const allowed = tolerance['path']! * moved[name] + 2e-7 * size;
      note('params', distance(got, expected, allowed / size));
    }
    const { lossFeatures, lossBuffer } = step.expect;
    if (lossFeatures === undefined || lossBuffer === undefined) return;
    note(
      'lossFeatures',
      distance(session.trace().lossFeatures.data, lossFeatures, tolerance['lossFeatures']!),
    );
    const state = session.exportState();
    for (const part of ['means', 'runningMin'] as const)
      note(
        'lossBuffer',
        distance(state[`loss/${part}`]!.data, lossBuffer[part], tolerance['accumulators']!),
      );
    for (const stage of [...LSTM_STAGES, ...PLAIN_STAGES]) {
      const allowed =
        tolerance[stage === 'hidden' || stage === 'cell' ? 'lstm' : stage] ??
        tolerance['accumulators']!;
      tensors.forEach(({ name }, i) => {
        note(
          stage,
          distance(stageOf(session, stage, name, i), [step.expect[stage]![name]!].flat(), allowed),
        );
      });
    }
  });
  return worst;
}

describe.each(kernelRuntimes)('fused VeLO on $flavour $isa', (runtime) => {
  it.each(FILES)('reproduces every recorded stage of %s', (name) => {
    const vectors = readVectors(name);
    const theta: VeloTheta = {
      architecture: { kind: 'velo', ffMult: 100, ...vectors.architecture },
      tensors: filled(vectors.theta),
    };
    const session = createFusedVelo(
      { theta, numSteps: vectors.numSteps },
      runtime,
      vectors.tensors,
    );
    const worst = replay(vectors, session);
    if (process.env['SHOW']) console.log(runtime.isa, name, worst);
    expect(Object.keys(worst)).toHaveLength(13);
    for (const [stage, value] of Object.entries(worst)) expect(value, stage).toBeLessThanOrEqual(1);
  });
});
