/** What is shown, as tables for dialogs and files. Numbers are written as they are. Pure. */
import type {
  MultiplierCurve,
  NetworkResponse,
  OptimizerInspection,
  WeightMatrix,
} from '../../src/protocol/live/index';
import type { TableContent } from '../shared/components';
import { shape } from '../shared/format';
import type { CellValue } from '../shared/save';
import { groupRows } from './groups';

const column = (label: string) => ({ label });

export function weightsTable(inspection: OptimizerInspection): TableContent {
  const labels = ['Group', 'Use', 'Shape', 'Numbers', 'RMS', 'Max |w|', 'Mean', 'Not finite'];
  return {
    title: 'Weights',
    columns: labels.map(column),
    rows: groupRows(inspection).map(({ group, note }) => [
      ...[group.name, note, shape(group.shape), group.size, group.rms, group.maxAbs, group.mean],
      group.nonFinite,
    ]),
    fileName: `${stemOf(inspection)}-weights`,
  };
}

export function responseTable(
  inspection: OptimizerInspection,
  { network, feature, inputs, outputs }: NetworkResponse,
): TableContent {
  const name = inspection.featureNames[feature] ?? `feature ${feature}`;
  return {
    title: `Response of network ${network} to ${name}`,
    columns: [name, 'Output'].map(column),
    rows: Array.from(inputs, (input, i) => [input, outputs[i]]),
    fileName: `${stemOf(inspection)}-network-${network}-feature-${feature}`,
    note: 'Direction · exp(0.001 · magnitude); the other features at 0, this network’s control at 1, the others’ at 0.',
  };
}

export function multiplierTable({
  name,
  tensors,
  steps,
  multipliers,
}: MultiplierCurve): TableContent {
  return {
    title: `Step multiplier in ${name}`,
    columns: ['Step', ...tensors].map(column),
    rows: Array.from(steps, (step, i) => [
      step,
      ...tensors.map((_, t) => multipliers[i * tensors.length + t]!),
    ]),
  };
}

/** Columns up to which a matrix is a table; of a wider one, the largest weights are listed. */
const MAX_COLUMNS = 64;
const MAX_LISTED = 1000;

export function matrixTable(inspection: OptimizerInspection, matrix: WeightMatrix): TableContent {
  const { name, rows, columns, values } = matrix;
  const fileName = `${stemOf(inspection)}-${name.replaceAll(/[^\w.-]+/g, '-')}`;
  if (columns > MAX_COLUMNS) return { ...largestWeights(matrix), fileName: `${fileName}-largest` };
  const labels = ['Row', ...Array.from({ length: columns }, (_, i) => String(i))];
  return {
    title: name,
    columns: labels.map(column),
    rows: Array.from({ length: rows }, (_, row): CellValue[] => [
      row,
      ...values.subarray(row * columns, (row + 1) * columns),
    ]),
    fileName,
  };
}

function largestWeights({ name, columns, values }: WeightMatrix): TableContent {
  const sizes = values.map(Math.abs).sort();
  const least = sizes[Math.max(0, sizes.length - MAX_LISTED)] ?? 0;
  const listed = [...values.keys()]
    .filter((i) => Math.abs(values[i]!) >= least)
    .sort((a, b) => Math.abs(values[b]!) - Math.abs(values[a]!) || a - b)
    .slice(0, MAX_LISTED);
  return {
    title: name,
    columns: ['Row', 'Column', 'Weight'].map(column),
    rows: listed.map((i) => [Math.floor(i / columns), i % columns, values[i]]),
    note: `The ${listed.length.toLocaleString('en-US')} largest of ${values.length.toLocaleString('en-US')} weights.`,
  };
}

/** Card, architecture and norms; histograms as lists of counts. */
export function inspectionJson(inspection: OptimizerInspection): string {
  const groups = inspection.groups.map((group) => ({
    ...group,
    histogram: Array.from(group.histogram),
  }));
  return JSON.stringify({ ...inspection, groups }, null, 2);
}

/** The file's name without its ending. */
export function stemOf({ fileName }: OptimizerInspection): string {
  return fileName.replace(/\.[^.]+$/, '');
}
