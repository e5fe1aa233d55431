import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  createArchitecture,
  createRng,
  encodeTheta,
  flatTheta,
  initTheta,
} from '../../../../src/core/index';
import { startTheta } from '../../../../src/engine/meta/startTheta';
import { checkMetaConfig } from '../../../../src/protocol/index';
import { encodeSafetensors } from '../../../../src/storage/index';

const folder = mkdtempSync(join(tmpdir(), 'velo-start-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const architecture = createArchitecture('celo', { hidden: 8, phase: 1 });
const theta = initTheta(architecture, createRng({ seed: 1, purpose: 'theta' }));
const card = { name: 'first-phase', provenance: 'random', licence: 'MIT', createdBy: 'a test' };
const start = join(folder, 'first-phase.safetensors');
writeFileSync(start, encodeSafetensors(encodeTheta(theta, card)));

function startOf(optimizer: object) {
  const { config, problems } = checkMetaConfig({ kind: 'metatrain', iterations: 1, optimizer });
  if (config === undefined) throw new Error(problems[0].message);
  return startTheta(config, 'media/weights');
}

describe('a meta-training from weights', () => {
  it('takes their architecture where nothing else is said', () => {
    expect(startOf({ kind: 'celo', start }).architecture).toEqual(architecture);
  });

  it('takes other options that leave the arrays as they are: the second phase of Celo', () => {
    const made = startOf({ kind: 'celo', start, options: { hidden: 8, phase: 2 } });
    expect(made.architecture).toEqual({ ...architecture, phase: 2 });
    expect(made.theta).toEqual(flatTheta(theta));
  });

  it.each([
    [
      { hidden: 16 },
      'optimizer.options: the weights first-phase are Celo\'s with hidden size 8, got {"hidden":16}',
    ],
    [{ phase: 3 }, 'celo: phase must be a whole number from 1 to 2, got 3'],
    [{ bank: 3 }, 'celo: there is no option bank'],
  ])('refuses %j', (options, message) => {
    expect(() => startOf({ kind: 'celo', start, options })).toThrow(message);
  });
});

describe('a meta-training of VeLO with orthogonal steps', () => {
  it("takes over VeLO's weights, and behind them starts with random features and other layers of zeros", () => {
    const plain = startOf({ kind: 'velo', start: 'velo-handmade-1' });
    const whole = startOf({ kind: 'orthoVelo', start: 'velo-handmade-1' });
    expect(whole.architecture).toEqual({ ...plain.architecture, kind: 'orthoVelo' });
    expect(whole.theta.subarray(0, plain.theta.length)).toEqual(plain.theta);
    expect(whole.scales.subarray(0, plain.theta.length)).toEqual(plain.scales);
    expect(new Set(whole.scales.subarray(plain.theta.length))).toEqual(new Set([1]));
    const [features, ...others] = ['features', 'directions', 'gates'];
    const kinds = ['matrix', 'vector'];
    expect(whole.groups.map(({ name }) => name)).toEqual([
      ...plain.groups.map(({ name }) => name),
      ...kinds.flatMap((kind) => [features, ...others].map((layer) => `${kind} ${layer}`)),
    ]);
    for (const { name, indices } of whole.groups.slice(plain.groups.length)) {
      const numbers = new Set([...indices].map((i) => whole.theta[i]));
      if (name.endsWith('features')) expect(numbers.size).toBeGreaterThan(400);
      else expect(numbers).toEqual(new Set([0]));
    }
  });
});

it('refuses other sizes than those of the VeLO that it starts from', () => {
  const start = { kind: 'orthoVelo', start: 'velo-handmade-1' };
  expect(() => startOf({ ...start, options: { hidden: 16 } })).toThrow(
    'Orthogonal VeLO\'s with hidden size 32 and bank size 8, got {"hidden":16}',
  );
});

describe('the units of theta', () => {
  it('are measured ones, or all the same where an update reads the number', () => {
    const [measured, raw] = ['measured', 'raw'].map(
      (units) => startOf({ kind: 'celo', options: { hidden: 8 }, units }).scales,
    );
    expect(new Set(measured).size).toBeGreaterThan(5);
    expect(raw).toEqual(measured!.map((scale) => (scale === 0 ? 0 : 1)));
    expect(new Set(raw)).toEqual(new Set([0, 1]));
  });

  it('go with factors on groups, which freeze them', () => {
    const { scales, groups } = startOf({
      kind: 'celo',
      units: 'raw',
      scales: { bank: 0, LSTM: 2 },
    });
    for (const { name, indices } of groups) {
      const of = new Set([...indices].map((index) => scales[index]));
      if (name.startsWith('bank')) expect(of).toEqual(new Set([0]));
      if (name === 'LSTM') expect(of).toEqual(new Set([2]));
      if (name === 'step multiplier') expect(of).toEqual(new Set([1]));
    }
  });
});
