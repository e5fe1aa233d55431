/** What leaves the panel as numbers: the curves in view as CSV, everything in view as JSON. */
import type { CellValue } from '../shared/save';
import { toCsv } from '../shared/save';
import { indexAt, lowerBound } from '../shared/curves';
import type { LossCurves } from './figures/loss';
import { valueAt } from './figures/loss';
import type { Training } from './model';
import type { Trace } from './model/trace';
import type { View } from './view';

export type ExportFormat = 'png' | 'svg' | 'csv' | 'json';

export interface ExportInput {
  readonly data: Training;
  readonly curves: LossCurves;
  readonly view: View;
}

/** Steps from and to, both inside. */
type Span = readonly [number, number];

/** A row for each logged step in view; multipliers stand at the steps that were traced. */
export function exportCsv({ data, curves, view }: ExportInput): string {
  const span = spanOf(data, view);
  const { train, heldOut, overlays } = curves;
  const { trace } = data;
  const names = trace?.meta.tensors.map(({ name }) => name) ?? [];
  const columns = [
    'step',
    'train_loss',
    'train_loss_smoothed',
    'held_out_loss',
    ...overlays.map(({ name }) => `${name} train_loss_smoothed`),
    ...names.map((name) => `${name} step_multiplier`),
    ...names.map((name) => `${name} rms_update`),
    ...names.map((name) => `${name} rms_parameter`),
  ];
  const rows = stepsInView(train.steps, span).map(({ step, index }): CellValue[] => {
    const evaluation = indexAt(heldOut.steps, step);
    return [
      step,
      finite(train.raw[index]),
      finite(train.smoothed[index]),
      heldOut.steps[evaluation] === step ? finite(heldOut.losses[evaluation]) : undefined,
      ...overlays.map((run) => finite(valueAt(run.steps, run.smoothed, step))),
      ...(trace ? traceRow(trace, step) : []),
    ];
  });
  return toCsv(columns, rows);
}

function traceRow(trace: Trace, step: number): CellValue[] {
  const snapshot = indexAt(trace.steps, step);
  const isTraced = trace.steps[snapshot] === step;
  const { length } = trace.meta.tensors;
  return [trace.multipliers, trace.rmsUpdates, trace.rmsParameters].flatMap((values) =>
    Array.from({ length }, (_, tensor) =>
      isTraced ? finite(values[snapshot * length + tensor]) : undefined,
    ),
  );
}

/** Run, choices and numbers; what is not finite is null. */
export function exportJson({ data, curves, view }: ExportInput): string {
  const span = spanOf(data, view);
  const { main, trace } = data;
  const curve = (steps: Uint32Array, values: Float32Array) => {
    const points = stepsInView(steps, span);
    return {
      steps: points.map(({ step }) => step),
      losses: points.map(({ index }) => finite(values[index]) ?? null),
    };
  };
  const content = {
    run: main.entry,
    view,
    trainLoss: curve(curves.train.steps, curves.train.raw),
    trainLossSmoothed: curve(curves.train.steps, curves.train.smoothed),
    heldOutLoss: curve(curves.heldOut.steps, curves.heldOut.losses),
    overlays: curves.overlays.map(({ runId, name, steps, raw }) => ({
      runId,
      name,
      trainLoss: curve(steps, raw),
    })),
    trace: trace && traceContent(trace, span),
  };
  return `${JSON.stringify(content, null, 1)}\n`;
}

function traceContent(trace: Trace, span: Span) {
  const points = stepsInView(trace.steps, span);
  const { detail, distribution, meta } = trace;
  const rows = (values: Float32Array | Uint32Array, width: number) =>
    points.map(({ index }) =>
      Array.from(
        values.subarray(index * width, (index + 1) * width),
        (value) => finite(value) ?? null,
      ),
    );
  const tensors = meta.tensors.length;
  const slots =
    distribution && distribution.length > 0 ? distribution.counts.length / distribution.length : 0;
  return {
    tensors: meta.tensors,
    steps: points.map(({ step }) => step),
    multipliers: rows(trace.multipliers, tensors),
    rmsGradients: rows(trace.rmsGradients, tensors),
    rmsUpdates: rows(trace.rmsUpdates, tensors),
    rmsParameters: rows(trace.rmsParameters, tensors),
    histograms: distribution && {
      quantity: distribution.quantity,
      counts: rows(distribution.counts, slots),
    },
    tensor: detail && {
      name: meta.tensors[detail.tensor]?.name,
      hidden: rows(detail.hidden, meta.hidden),
      cell: rows(detail.cell, meta.hidden),
      controls: rows(detail.controls, meta.networks),
    },
  };
}

function spanOf({ main }: Training, { range }: View): Span {
  return range ?? [0, main.entry.numSteps];
}

function stepsInView(steps: Uint32Array, [from, to]: Span): { step: number; index: number }[] {
  const points: { step: number; index: number }[] = [];
  for (let index = lowerBound(steps, from); index < steps.length && steps[index]! <= to; index++)
    points.push({ step: steps[index]!, index });
  return points;
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}
