import { beforeAll, describe, expect, it } from 'vitest';
import type { ReplayFactory } from '../../src/engine/parity';
import { replayVectors } from '../../src/engine/parity';
import { fusedReplay, referenceReplay } from '../../src/engine/parityReplays';
import { decodeVeloVectors } from '../../src/protocol/index';
import type { VeloVectors } from '../../src/protocol/index';
import { FIXTURES, loadFixture } from '../support/fixtures';
import { kernelRuntimes } from '../support/kernels';
import type { RecordOptions } from '../support/recordVectors';
import { recordVectors } from '../support/recordVectors';
import { useBackend } from '../support/tfBackends';

const implementations: readonly [string, ReplayFactory][] = [
  ['the tfjs reference', referenceReplay],
  ...kernelRuntimes.map((runtime): [string, ReplayFactory] => [
    `the fused ${runtime.flavour} kernels (${runtime.isa})`,
    fusedReplay(runtime),
  ]),
];

const recordings: Readonly<Record<string, RecordOptions>> = {
  'one matrix and no bias': { shapes: { w: [7, 5] } },
  'every rank from 0 to 6': {
    shapes: {
      r0: [],
      r1: [11],
      r2: [4, 9],
      r3: [3, 5, 2],
      r4: [3, 3, 2, 6],
      r5: [2, 2, 3, 1, 4],
      r6: [1, 2, 1, 3, 2, 2],
    },
  },
  'shapes with equal and unit axes': {
    shapes: { a: [6, 6], b: [1, 1], c: [1], d: [1, 9], e: [9, 1], f: [2, 4, 4], g: [4, 4, 2] },
  },
  'an LSTM and bank of odd sizes, ffMult 1': {
    shapes: { w: [5, 6], b: [6] },
    hidden: 9,
    bank: 1,
    ffMult: 1,
  },
  'large sizes with both flags': {
    shapes: { w: [3, 17], s: [] },
    hidden: 40,
    bank: 33,
    buggedLossFeatures: true,
    buggedNextLstmState: true,
  },
  'one flag, a run of 3 announced steps': {
    shapes: { w: [5, 6], b: [6] },
    numSteps: 3,
    buggedNextLstmState: true,
  },
  'a long run whose loss means are nearly flat': {
    shapes: { w: [5, 6], b: [6] },
    numSteps: 100_000,
    tolerance: { lossFeatures: 0.05, lstmInputs: 0.05, lstm: 0.01, controls: 0.01, path: 0.01 },
  },
  'other stages in every step, some steps without any': {
    shapes: { w: [8, 3], b: [3], k: [3, 3, 4, 8] },
    stages: (step) =>
      step % 3 === 0 ? ['params'] : step % 3 === 1 ? ['rows', 'diagonal', 'stepMultiplier'] : [],
  },
  'parameters without distances moved': {
    shapes: { w: [8, 3], b: [3] },
    stages: (step) => (step % 2 === 1 ? ['params', 'cols'] : []),
    writeMoved: false,
  },
  'clipped gradients': { shapes: { w: [8, 3], b: [3] }, gradientScale: 4000 },
  'a wide layer of more than 10,000 elements': {
    shapes: { w: [160, 70], b: [70] },
    losses: [2, 1.9, 1.8],
    stages: (step) => (step === 2 ? ['params', 'rows', 'cols', 'lstmInputs', 'controls'] : []),
  },
};

describe.each(implementations)('%s', (name, factory) => {
  beforeAll(() => useBackend('wasm'));

  it.each(Object.keys(recordings))('matches the float64 oracle on %s', (title) => {
    const vectors = decodeVeloVectors(recordVectors(recordings[title]!), title);
    const report = replayVectors(vectors, factory, title);
    expect(report.stages.filter(({ pass }) => !pass)).toEqual([]);
    expect(report.pass).toBe(true);
  });

  it.each(FIXTURES)('matches the recorded reference on %s', (fixture) => {
    const report = replayVectors(loadFixture(fixture), factory, fixture);
    expect(report.stages.filter(({ pass }) => !pass)).toEqual([]);
    expect(report.stages).toHaveLength(13);
  });

  it('is caught when a single expected number is off by a few tolerances', () => {
    const vectors = decodeVeloVectors(recordVectors(recordings['every rank from 0 to 6']!), name);
    for (const corrupt of corruptions) {
      const copy = structuredClone(vectors);
      const stage = corrupt(copy);
      const report = replayVectors(copy, factory, name);
      expect(report.pass).toBe(false);
      const failed = report.stages.filter(({ pass }) => !pass);
      expect(failed.map((entry) => entry.stage)).toContain(stage);
    }
  });
});

/** Each changes one number of step 4 and names the stage it belongs to. */
const corruptions: readonly ((vectors: VeloVectors) => string)[] = [
  changeTensor('params', 'r2', 5, (x, moved) => x + 0.005 * moved + 4e-7),
  changeTensor('momentum', 'r1', 4, (x) => x + 3e-6),
  changeTensor('secondMoment', 'r0', 0, (x) => x + 3e-6),
  changeTensor('rows', 'r6', 2, (x) => x + 3e-6),
  changeTensor('cols', 'r3', 0, (x) => x - 3e-6),
  changeTensor('diagonal', 'r1', 7, (x) => x + 3e-6),
  changeTensor('controls', 'r5', 4, (x) => x + 1e-4),
  changeTensor('stepMultiplier', 'r4', 0, (x) => x - 1e-4),
  changeTensor('hidden', 'r2', 11, (x) => x + 1e-4),
  changeTensor('cell', 'r2', 0, (x) => x + 1e-4),
  changeTensor('lstmInputs', 'r1', 20, (x) => 1 - x),
  (vectors) => {
    vectors.steps[4]!.expect.lossFeatures![3]! += 2e-4;
    return 'lossFeatures';
  },
  (vectors) => {
    vectors.steps[4]!.expect.lossBuffer!.runningMin![9]! += 1e-5;
    return 'lossBuffer';
  },
];

function changeTensor(
  stage:
    | 'params'
    | 'momentum'
    | 'secondMoment'
    | 'rows'
    | 'cols'
    | 'diagonal'
    | 'controls'
    | 'stepMultiplier'
    | 'hidden'
    | 'cell'
    | 'lstmInputs',
  tensor: string,
  index: number,
  change: (value: number, moved: number) => number,
): (vectors: VeloVectors) => string {
  return (vectors) => {
    const values = vectors.steps[4]!.expect[stage]![tensor]!;
    const moved = vectors.steps
      .slice(0, 5)
      .reduce((total, step) => total + (step.moved?.[tensor] ?? 0), 0);
    values[index] = change(values[index]!, moved);
    return stage;
  };
}
