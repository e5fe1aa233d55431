/** The numbers of each chart as a table: its twin for reading, copying and screen readers. */
import { HISTOGRAM_SLOTS } from '../../../src/protocol/live/index';
import type { CellValue } from '../../shared/save';
import type { TableContent } from '../../shared/components';
import { indexAt } from '../../shared/curves';
import { integer, num } from '../../shared/format';
import type { Training } from '../model';
import type { Distribution, TensorDetail, Trace } from '../model/trace';
import type { View } from '../view';
import { bankRows, effectiveNumber } from './bank';
import { cellTrace, cellValues, meanOf, varianceOf } from './cells';
import { groupCounts, ratioOf } from './distributions';
import { PERCENTILES, binEdge, percentileBins, sizeShares, summarize } from './histograms';
import type { LossCurves } from './loss';
import { valueAt } from './loss';
import { snapshotAt } from './multiplier';
import type { TensorGroup } from './tensors';

export function lossTable({ main }: Training, curves: LossCurves): TableContent {
  const { train, heldOut, overlays } = curves;
  const labels = [
    'Step',
    'Train',
    'Train, smoothed',
    'Held-out',
    ...overlays.map(({ name }) => name),
  ];
  const rows = Array.from(train.steps, (step, index): CellValue[] => {
    const evaluation = indexAt(heldOut.steps, step);
    return [
      step,
      train.raw[index],
      train.smoothed[index],
      heldOut.steps[evaluation] === step ? heldOut.losses[evaluation] : undefined,
      ...overlays.map((run) => valueAt(run.steps, run.smoothed, step)),
    ];
  });
  const note =
    main.thinnedBy > 1
      ? `Smallest and largest loss of each ${integer(main.thinnedBy)} steps; metrics.jsonl has all.`
      : 'Other runs are smoothed like this one; held-out losses stand at the steps of their evaluation.';
  return { title: 'Loss', columns: labels.map((label) => ({ label })), rows, note };
}

export function multiplierTable({ meta, steps, multipliers }: Trace): TableContent {
  const { tensors } = meta;
  return {
    title: 'Step multiplier',
    columns: ['Step', ...tensors.map(({ name }) => name)].map((label) => ({ label })),
    rows: Array.from(steps, (step, snapshot) => [
      step,
      ...tensors.map((_, tensor) => multipliers[snapshot * tensors.length + tensor]),
    ]),
  };
}

/** Percentiles at the snapshot of a step, a column for each row of the chart. */
export function distributionTable(
  trace: Trace,
  distribution: Distribution,
  groups: readonly TensorGroup[],
  step: number,
): TableContent {
  const snapshot = Math.min(distribution.length - 1, snapshotAt(trace.steps, step));
  const histograms = groups.map((group) =>
    snapshot < 0
      ? new Uint32Array(HISTOGRAM_SLOTS)
      : groupCounts(distribution, trace.meta, group, snapshot),
  );
  const percentiles = histograms.map((counts) =>
    percentileBins(sizeShares(counts, 0, new Float32Array(100)), PERCENTILES).map(binEdge),
  );
  const summaries = histograms.map((counts) => summarize(counts));
  return {
    title: `|${distribution.quantity}| at step ${integer(trace.steps[snapshot])}`,
    columns: ['Percentile', ...groups.map(({ label }) => label)].map((label) => ({ label })),
    rows: [
      ...PERCENTILES.map((rank, index): CellValue[] => [
        `${Math.round(rank * 100)} %`,
        ...percentiles.map((sizes) => sizes[index]),
      ]),
      ['Elements', ...summaries.map(({ total }) => total)],
      ['Zero', ...summaries.map(({ zero }) => zero)],
      ['NaN', ...summaries.map(({ notANumber }) => notANumber)],
      ['Infinite', ...summaries.map(({ infinite }) => infinite)],
    ],
    note: 'Percentiles are of the elements that are neither zero nor NaN nor infinite.',
  };
}

export function ratioTable(trace: Trace, groups: readonly TensorGroup[]): TableContent {
  return {
    title: 'Update/weight ratio',
    columns: ['Step', ...groups.map(({ label }) => label)].map((label) => ({ label })),
    rows: Array.from(trace.steps, (step, snapshot) => [
      step,
      ...groups.map((group) => ratioOf(trace, group, snapshot)),
    ]),
  };
}

export function cellsTable(
  trace: Trace,
  detail: TensorDetail,
  state: View['cellState'],
  step: number,
): TableContent {
  const cells = trace.meta.hidden;
  const values = cellValues(detail, state);
  const snapshot = Math.min(detail.length - 1, snapshotAt(trace.steps, step));
  return {
    title: `LSTM ${state} of ${trace.meta.tensors[detail.tensor]?.name ?? ''} at step ${integer(step)}`,
    columns: ['Cell', state, 'Mean over steps', 'Standard deviation'].map((label) => ({ label })),
    rows: Array.from({ length: cells }, (_, cell) => {
      const cellValuesOverTime = cellTrace(values, cells, cell);
      return [
        cell,
        values[snapshot * cells + cell],
        meanOf(cellValuesOverTime),
        Math.sqrt(varianceOf(cellValuesOverTime)),
      ];
    }),
  };
}

export function bankTable(trace: Trace, detail: TensorDetail): TableContent {
  const { networks } = trace.meta;
  const rows = bankRows(detail.controls, networks);
  const steps = trace.steps.subarray(0, detail.length);
  return {
    title: `Bank mixture of ${trace.meta.tensors[detail.tensor]?.name ?? ''}`,
    columns: [
      { label: 'Step' },
      ...rows.networks.map((network) => ({ label: `Network ${network}` })),
      { label: 'Effective number', format: (value) => num(Number(value)) },
    ],
    rows: Array.from(steps, (step, snapshot) => [
      step,
      ...rows.networks.map((network) => detail.controls[snapshot * networks + network]),
      effectiveNumber(detail.controls, networks, snapshot),
    ]),
    ...(rows.others > 0 && {
      note: `The ${rows.others} networks with smaller weights are left out.`,
    }),
  };
}
