/** The step multiplier of each tensor over time, and what is remarkable about it. */
import { indexAt } from '../../shared/curves';
import { integer } from '../../shared/format';
import { linearTicks } from '../../shared/scales';
import type { Range, Tick } from '../../shared/scales';
import type { Trace } from '../model/trace';
import type { View } from '../view';
import type { LineSpec } from './paint';
import { layerOf, layersOf, tensorDash, tensorStroke } from './tensors';

/** Steps in which multipliers are below zero: the update climbs. */
export interface NegativeSpan {
  readonly from: number;
  /** The first step that is known to be outside; undefined when it lasts. */
  readonly to: number | undefined;
}

export interface Finding {
  readonly step: number;
  readonly text: string;
}

export interface MultiplierFigure {
  readonly lines: readonly LineSpec[];
  readonly range: Range;
  readonly ticks: readonly Tick[];
  readonly spans: readonly NegativeSpan[];
  readonly finding?: Finding | undefined;
}

/** Whether the optimizer has step multipliers at all. */
export function hasMultipliers({ multipliers }: Trace): boolean {
  return multipliers.length > 0 && multipliers.some((value) => Number.isFinite(value));
}

/** Column `tensor` of f32[n, t]. */
function columnOf(values: Float32Array, tensors: number, tensor: number): Float32Array {
  const length = tensors === 0 ? 0 : Math.floor(values.length / tensors);
  const column = new Float32Array(length);
  for (let i = 0; i < length; i++) column[i] = values[i * tensors + tensor]!;
  return column;
}

/** Index of the last snapshot at or before a step; -1 before the first. */
export function snapshotAt(steps: Uint32Array, step: number): number {
  return indexAt(steps, step);
}

export function multiplierFigure(
  trace: Trace,
  { tensor, hidden }: Pick<View, 'tensor' | 'hidden'>,
): MultiplierFigure {
  const { tensors } = trace.meta;
  const lines = tensors.flatMap((spec, index): LineSpec[] =>
    hidden.includes(layerOf(spec.name))
      ? []
      : [
          {
            key: spec.name,
            name: spec.name,
            x: trace.steps,
            y: columnOf(trace.multipliers, tensors.length, index),
            stroke: tensorStroke(tensors, index),
            width: index === tensor ? 2.25 : 1.25,
            dash: tensorDash(spec),
          },
        ],
  );
  const chosenLast = [...lines].sort((a, b) => a.width - b.width);
  const range = rangeOf(trace.multipliers);
  return {
    lines: chosenLast,
    range,
    ticks: linearTicks(range[0], range[1], 3),
    spans: negativeSpans(trace, Math.ceil(tensors.length / 2)),
    finding: multiplierFinding(trace),
  };
}

/** One entry of the legend for each layer: the value of its first tensor. */
export function multiplierLegend(trace: Trace): { layer: string; tensor: number }[] {
  const { tensors } = trace.meta;
  return layersOf(tensors).map((layer) => ({
    layer,
    tensor: tensors.findIndex(({ name }) => layerOf(name) === layer),
  }));
}

/** Spans in which at least `atLeast` tensors have a multiplier below zero. */
export function negativeSpans(trace: Trace, atLeast: number): NegativeSpan[] {
  const count = trace.meta.tensors.length;
  const spans: { from: number; to: number | undefined }[] = [];
  let open = false;
  trace.steps.forEach((step, snapshot) => {
    let below = 0;
    for (let t = 0; t < count; t++) if (trace.multipliers[snapshot * count + t]! < 0) below++;
    const inside = count > 0 && below >= Math.max(1, atLeast);
    if (inside && !open) spans.push({ from: step, to: undefined });
    const last = spans.at(-1);
    if (!inside && open && last !== undefined) last.to = step;
    open = inside;
  });
  return spans;
}

/** What is to be seen first: most tensors below zero, or else a single one; undefined when neither is so. */
export function multiplierFinding(trace: Trace): Finding | undefined {
  const { tensors } = trace.meta;
  const most = negativeSpans(trace, Math.ceil(tensors.length / 2))[0];
  if (most !== undefined)
    return {
      step: most.from,
      text: `below zero at step ${integer(most.from)}: the update climbs`,
    };
  const any = negativeSpans(trace, 1)[0];
  if (any === undefined) return undefined;
  const row = snapshotAt(trace.steps, any.from) * tensors.length;
  const tensor = tensors.findIndex((_, index) => trace.multipliers[row + index]! < 0);
  const name = tensors[tensor]?.name ?? '';
  return {
    step: any.from,
    text: `${name} below zero at step ${integer(any.from)}: its update climbs`,
  };
}

function rangeOf(values: Float32Array): Range {
  let low = 0;
  let high = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const margin = 0.08 * (high - low || 1);
  return [low < 0 ? low - margin : -margin, high + margin];
}
