import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/base/index';
import {
  BASELINES,
  createArchitecture,
  createRng,
  encodeTheta,
  initTheta,
} from '../../../../src/core/index';
import {
  inspectOptimizer,
  listOptimizers,
  networkResponse,
  readMatrix,
} from '../../../../src/engine/inspect/inspect';
import { BUNDLED_WEIGHTS, DEFAULT_WEIGHTS } from '../../../../src/protocol/index';
import {
  networkResponseSchema,
  optimizerEntrySchema,
  optimizerInspectionSchema,
  weightMatrixSchema,
} from '../../../../src/protocol/live/index';
import { encodeSafetensors } from '../../../../src/storage/index';
import { randomTheta } from '../../../support/veloStep';

const WEIGHTS = 'media/weights';
const SHIPPED = `${WEIGHTS}/velo-handmade-1.safetensors`;
const folder = mkdtempSync(join(tmpdir(), 'velo-inspect-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const card = { name: 'mine', provenance: 'random', licence: 'MIT', createdBy: 'a test' };
const theta = randomTheta(3);

function write(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const thetaFile = (name: string, seed = 3) =>
  write(name, encodeSafetensors(encodeTheta(randomTheta(seed), card)));
const otherFile = (name: string, metadata: Record<string, string>) =>
  write(
    name,
    encodeSafetensors({
      metadata,
      tensors: { 'layer0/w': { shape: [2, 2], data: new Float32Array(4) } },
    }),
  );

describe('weights of another learned optimizer', () => {
  const architecture = createArchitecture('celo', { hidden: 8 });
  const celo = initTheta(architecture, createRng({ seed: 1, purpose: 'theta' }));
  const path = write('celo.safetensors', encodeSafetensors(encodeTheta(celo, card)));

  it('are listed as what they are', () => {
    const entry = listOptimizers([path], WEIGHTS).at(-1);
    expect(entry).toMatchObject({ name: 'mine', summary: 'Celo, hidden size 8' });
    expect(entry?.problem).toBeUndefined();
  });

  it('are not shown by the editor, which says why', () => {
    const message =
      'celo.safetensors: expected weights of VeLO, got weights of Celo, which this editor does not show';
    expect(() => inspectOptimizer(path, [])).toThrow(message);
    expect(() => networkResponse(path, 0, 0)).toThrow(message);
    expect(readMatrix(path, 'rnn_params/linear/w')).toMatchObject({ rows: 18, columns: 8 });
  });
});

describe('the inspection of VeLO with orthogonal steps', () => {
  it('is that of its VeLO, with all arrays', () => {
    const path = join(WEIGHTS, `${DEFAULT_WEIGHTS}.safetensors`);
    const { architecture, groups } = inspectOptimizer(path, []);
    expect(architecture).toMatchObject({
      ...{ kind: 'Orthogonal VeLO', hidden: 32, networks: 8, parameters: 15_033 },
    });
    expect(groups.filter(({ name }) => name.startsWith('orthogonal/'))).toHaveLength(12);
    expect(networkResponse(path, 0, 0).network).toBe(0);
    expect(readMatrix(path, 'orthogonal/matrix/gate/w')).toMatchObject({ rows: 71, columns: 4 });
  });
});

describe('the list of optimizers', () => {
  it('has the baselines with their papers, the shipped weights, then the own files', () => {
    const own = thetaFile('own.safetensors');
    const list = listOptimizers([own], WEIGHTS);
    expect(list.map(({ source, name }) => `${source} ${name}`)).toEqual([
      ...BASELINES.map(({ name }) => `baseline ${name}`),
      ...BUNDLED_WEIGHTS.map((name) => `shipped ${name}`),
      'own mine',
    ]);
    expect(list[3]).toMatchObject({ provenance: 'Kingma & Ba 2015, arXiv:1412.6980' });
    const [ortho, mini, celo2, handMade, mine] = list.slice(BASELINES.length);
    const size = { summary: 'VeLO, LSTM 32, 8 networks', licence: 'MIT' };
    expect(ortho).toMatchObject({
      summary: 'Orthogonal VeLO, hidden size 32 and bank size 8',
      handMade: false,
    });
    expect(mini).toMatchObject({ ...size, handMade: false });
    expect(mini!.provenance).toMatch(/^Meta-trained: \d+ outer iterations/);
    expect(celo2).toMatchObject({ summary: 'Celo2, hidden size 8', handMade: false });
    expect(handMade).toMatchObject({ ...size, handMade: true });
    expect(mine).toMatchObject({
      path: own,
      provenance: 'random',
      handMade: false,
    });
    for (const entry of list) expect(optimizerEntrySchema.parse(entry)).toEqual(entry);
  });

  it('says of a file that is no theta why, and goes on', () => {
    const bad = otherFile('params.safetensors', {});
    const missing = join(folder, 'gone.safetensors');
    const files = [bad, missing, thetaFile('good.safetensors')];
    const list = listOptimizers(files, WEIGHTS).slice(BASELINES.length + BUNDLED_WEIGHTS.length);
    expect(list.map(({ name }) => name)).toEqual([
      'params.safetensors',
      'gone.safetensors',
      'mine',
    ]);
    expect(list[0]?.problem).toContain(
      'expected the format "velo-theta-1" in its metadata, got none',
    );
    expect(list[1]?.problem).toContain('it does not exist');
    expect(list[2]?.problem).toBeUndefined();
  });
});

describe('the inspection of a theta file', () => {
  it('tells card, architecture and checksum of the shipped weights', () => {
    const used = [{ runId: 'r1', name: 'fashion' }];
    const inspection = inspectOptimizer(SHIPPED, used);
    const bytes = readFileSync(SHIPPED);
    expect(optimizerInspectionSchema.parse(inspection)).toEqual(inspection);
    expect(inspection).toMatchObject({
      fileName: 'velo-handmade-1.safetensors',
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      architecture: {
        ...{ kind: 'VeLO', hidden: 32, networks: 8, lstmInputs: 30, features: 30, hiddenUnits: 4 },
        parameters: 12_929,
      },
      usedBy: used,
    });
    expect(inspection.card.further).toContainEqual({
      label: 'Not used',
      value: '1,032 of 12,929 numbers: rnn_params/linear, output 3 of each network',
    });
    expect(inspection.groups.reduce((sum, { size }) => sum + size, 0)).toBe(12_929);
  });

  it('sums up each array', () => {
    const { groups } = inspectOptimizer(thetaFile('sums.safetensors'), []);
    const group = groups.find(({ name }) => name === 'rnn_params/rnn/linear/w');
    const { data } = theta.tensors['rnn_params/rnn/linear/w']!;
    const squares = data.reduce((sum, value) => sum + value * value, 0);
    expect(group).toMatchObject({ shape: [12, 24], size: 288, nonFinite: 0 });
    expect(group?.rms).toBeCloseTo(Math.sqrt(squares / 288), 6);
    expect(group?.histogram.reduce((sum, count) => sum + count, 0)).toBe(288);
  });

  it('sees a file that has changed since, and keeps one that has not', () => {
    const path = thetaFile('changing.safetensors', 3);
    const time = new Date(1_700_000_000_000);
    utimesSync(path, time, time);
    const before = inspectOptimizer(path, []).sha256;
    thetaFile('changing.safetensors', 4);
    utimesSync(path, time, time);
    expect(inspectOptimizer(path, []).sha256).toBe(before);
    utimesSync(path, time, new Date(time.getTime() + 5000));
    expect(inspectOptimizer(path, []).sha256).not.toBe(before);
  });

  it.each<[string, () => string, string]>([
    [
      'another kind of safetensors file',
      () => otherFile('net.safetensors', { format: 'pt' }),
      'net.safetensors: expected the format "velo-theta-1" in its metadata, got "pt"; the file holds "layer0/w"',
    ],
    [
      'text',
      () => write('notes.safetensors', 'these are notes, not weights'),
      'notes.safetensors: expected a safetensors file, got other data',
    ],
    [
      'an empty file',
      () => write('empty.safetensors', ''),
      'empty.safetensors: expected a safetensors file, got other data',
    ],
    [
      'a header that is no JSON',
      () => write('header.safetensors', Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x2c])),
      'header.safetensors: expected a safetensors file, got other data',
    ],
    ['a folder', () => folder, 'expected a file of weights, got a folder'],
    [
      'a theta with a missing array',
      () => {
        const { tensors, metadata } = encodeTheta(theta, card);
        const kept = Object.entries(tensors).filter(([name]) => !name.endsWith('step_size/b'));
        const rest = { tensors: Object.fromEntries(kept), metadata };
        return write('short.safetensors', encodeSafetensors(rest));
      },
      'short.safetensors: tensor "rnn_params/step_size/b" of a theta of hidden size 6 and bank size 3 is missing',
    ],
  ])('refuses %s with what was expected and what came', (_what, make, message) => {
    const path = make();
    let thrown: unknown;
    try {
      inspectOptimizer(path, []);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UserError);
    expect((thrown as UserError).code).toBe('weights');
    expect((thrown as UserError).message).toContain(message);
  });
});

describe('the arrays of a theta file', () => {
  const path = thetaFile('arrays.safetensors');

  it.each([
    ['rnn_params/rnn/linear/w', 12, 24],
    ['rnn_params/step_size/b', 1, 1],
    ['rnn_params/rnn/linear/b', 1, 24],
    ['ff_mod_stack/~/w0__3', 9, 4],
  ])('come as matrices: %s has %i rows and %i columns', (name, rows, columns) => {
    const matrix = readMatrix(path, name);
    expect(weightMatrixSchema.parse(matrix)).toEqual(matrix);
    expect(matrix).toMatchObject({ name, rows, columns });
    expect(matrix.values).toEqual(theta.tensors[name]!.data);
  });

  it('are copies: changing one leaves the next answer alone', () => {
    readMatrix(path, 'rnn_params/step_size/b').values[0] = 99;
    expect(readMatrix(path, 'rnn_params/step_size/b').values[0]).not.toBe(99);
  });

  it('that are not there are refused by name', () => {
    expect(() => readMatrix(path, 'w')).toThrow('arrays.safetensors: there is no array "w"');
  });
});

describe('the response of a network of a theta file', () => {
  it('fits the protocol and is refused outside the bank and the features', () => {
    const response = networkResponse(SHIPPED, 7, 29);
    expect(networkResponseSchema.parse(response)).toEqual(response);
    expect(response).toMatchObject({ network: 7, feature: 29 });
    expect(() => networkResponse(SHIPPED, 8, 0)).toThrow('network must be from 0 to 7, got 8');
    expect(() => networkResponse(SHIPPED, 0, 30)).toThrow('feature must be from 0 to 29, got 30');
  });
});
