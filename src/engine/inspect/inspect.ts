/**
 * What the tree of optimizers and the optimizer editor ask the engine for: which optimizers there are, and what a
 * theta file holds. It reads files and sums them up; nothing here trains.
 */
import { basename, join } from 'node:path';
import { UserError, messageOf, sizeOf } from '../../base/index';
import {
  BASELINES,
  FEATURE_NAMES,
  HIDDEN_UNITS,
  LSTM_INPUTS,
  absoluteLimit,
  bankResponse,
  countText,
  learnedOptimizer,
  unusedWeights,
  weightStatistics,
} from '../../core/index';
import type { Architecture } from '../../core/index';
import { BUNDLED_WEIGHTS } from '../../protocol/index';
import type {
  NetworkResponse,
  OptimizerEntry,
  OptimizerInspection,
  WeightMatrix,
} from '../../protocol/live/index';
import { isHandMade } from '../weights';
import { readThetaFile, readVeloFile } from './thetaFile';
import type { VeloFile } from './thetaFile';

/** Share of the weights whose |w| lies inside a matrix's palette. */
const PALETTE_SHARE = 0.995;

/**
 * The baselines, the shipped weights, then the given files in their order; a file that is no theta comes with the
 * reason and never throws.
 * @param files  absolute paths of .safetensors files
 * @param weightsDir  folder of the shipped weights
 */
export function listOptimizers(files: readonly string[], weightsDir: string): OptimizerEntry[] {
  const baselines = BASELINES.map(({ name, summary, paper }): OptimizerEntry => {
    return { source: 'baseline', name, summary, provenance: paper, handMade: false };
  });
  const shipped = BUNDLED_WEIGHTS.map((name) =>
    entryOf(join(weightsDir, `${name}.safetensors`), 'shipped'),
  );
  return [...baselines, ...shipped, ...files.map((file) => entryOf(file, 'own'))];
}

function entryOf(path: string, source: 'shipped' | 'own'): OptimizerEntry {
  try {
    const { card, theta } = readThetaFile(path);
    return {
      source,
      path,
      name: card.name,
      summary: describe(theta.architecture),
      provenance: card.provenance,
      licence: card.licence,
      handMade: isHandMade(card),
    };
  } catch (thrown) {
    const name = basename(path);
    const problem = messageOf(thrown);
    return { source, path, name, summary: '', provenance: '', handMade: false, problem };
  }
}

/**
 * The card, architecture, norms and histograms of a theta file.
 * @param path  absolute
 * @param usedBy  runs that used these weights, newest first; passed on
 * @throws UserError('weights') where it is no theta, with what was expected and what came
 */
export function inspectOptimizer(
  path: string,
  usedBy: readonly { readonly runId: string; readonly name: string }[],
): OptimizerInspection {
  const file = readVeloFile(path);
  const { architecture, tensors } = file.theta;
  const arrays = Object.entries(tensors);
  return {
    path,
    fileName: basename(path),
    sizeBytes: file.sizeBytes,
    sha256: file.sha256,
    card: {
      name: file.card.name,
      provenance: file.card.provenance,
      licence: file.card.licence,
      further: furtherEntries(file),
    },
    architecture: {
      kind: file.title,
      hidden: architecture.hidden,
      networks: architecture.bank,
      parameters: totalOf(file),
      lstmInputs: LSTM_INPUTS,
      features: FEATURE_NAMES.length,
      hiddenUnits: HIDDEN_UNITS,
    },
    groups: arrays.map(([name, { shape, data }]) => {
      return { name, shape: [...shape], size: data.length, ...weightStatistics(data) };
    }),
    featureNames: [...FEATURE_NAMES],
    usedBy: usedBy.map(({ runId, name }) => ({ runId, name })),
  };
}

/**
 * One array of a theta file.
 * @param name  as in the file
 * @returns a copy that the caller may give away
 * @throws UserError('weights') where the file is no theta or has no such array
 */
export function readMatrix(path: string, name: string): WeightMatrix {
  const array = readThetaFile(path).theta.tensors[name];
  if (array === undefined) {
    throw new UserError('weights', `${basename(path)}: there is no array "${name}" in the file`);
  }
  const { shape, data } = array;
  const columns = shape.at(-1) ?? 1;
  return {
    name,
    rows: sizeOf(shape.slice(0, -1)),
    columns,
    values: data.slice(),
    limit: absoluteLimit(data, PALETTE_SHARE),
  };
}

/**
 * What one network of the bank does when a single feature moves.
 * @param network  in [0, P)
 * @param feature  in [0, 30)
 * @throws UserError('weights') where the file is no theta, or there is no such network or feature
 */
export function networkResponse(path: string, network: number, feature: number): NetworkResponse {
  const { theta } = readVeloFile(path);
  checkIndex(path, 'network', network, theta.architecture.bank);
  checkIndex(path, 'feature', feature, FEATURE_NAMES.length);
  return { network, feature, ...bankResponse(theta, network, feature) };
}

function checkIndex(path: string, what: string, index: number, count: number): void {
  if (index >= 0 && index < count) return;
  const range = `${what} must be from 0 to ${count - 1}, got ${index}`;
  throw new UserError('weights', `${basename(path)}: ${range}`);
}

function describe(architecture: Architecture): string {
  if (architecture.kind === 'velo') {
    const { hidden, bank } = architecture;
    return `VeLO, LSTM ${hidden}, ${bank} ${bank === 1 ? 'network' : 'networks'}`;
  }
  const { title, sizes } = learnedOptimizer(architecture);
  const size = sizes(architecture);
  return size === '' ? title : `${title}, ${size}`;
}

function totalOf({ theta }: VeloFile): number {
  return Object.values(theta.tensors).reduce((sum, { data }) => sum + data.length, 0);
}

function furtherEntries(file: VeloFile): OptimizerInspection['card']['further'] {
  const { architecture } = file.theta;
  const unused = unusedWeights(file.theta);
  const numbers = `${countText(unused.count)} of ${countText(totalOf(file))} numbers`;
  const quirks = [
    ...(architecture.buggedLossFeatures ? ['loss features built for 10 steps'] : []),
    ...(architecture.buggedNextLstmState ? ['LSTM restarts at each step'] : []),
  ];
  return [
    { label: 'Created by', value: file.card.createdBy },
    { label: 'Bank factor', value: `${architecture.ffMult}, on the mean over the networks` },
    ...(quirks.length > 0 ? [{ label: 'Quirks', value: quirks.join('; ') }] : []),
    { label: 'Not used', value: `${numbers}: ${unused.where}` },
    ...Object.entries(file.card.notes ?? {}).map(([label, value]) => ({ label, value })),
  ];
}
