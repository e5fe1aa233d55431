/** A theta as the engine describes it, for tests of the optimizer editor. */
import { randomTheta } from '../../../support/veloStep';
import { FEATURE_NAMES, weightStatistics } from '../../../../src/core/index';
import type { OptimizerInspection, WeightMatrix } from '../../../../src/protocol/live/index';

export function inspectionOf(seed = 1): OptimizerInspection {
  const { tensors } = randomTheta(seed);
  return {
    path: '/w/mine.safetensors',
    fileName: 'mine.safetensors',
    sizeBytes: 1000,
    sha256: String(seed).repeat(64),
    card: { name: 'mine', provenance: 'random', licence: 'MIT', further: [] },
    architecture: {
      ...{ kind: 'VeLO', hidden: 6, networks: 3, parameters: 1000 },
      ...{ lstmInputs: 30, features: 30, hiddenUnits: 4 },
    },
    groups: Object.entries(tensors).map(([name, { shape, data }]) => {
      return { name, shape: [...shape], size: data.length, ...weightStatistics(data) };
    }),
    featureNames: [...FEATURE_NAMES],
    usedBy: [],
  };
}

export function matrixOf(name: string, rows: number, columns: number): WeightMatrix {
  const values = Float32Array.from({ length: rows * columns }, (_, i) => i);
  return { name, rows, columns, values, limit: rows * columns };
}
