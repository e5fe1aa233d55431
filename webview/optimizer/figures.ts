/** From what the host sent to lines and axes: the response of a network, the step multiplier in a run. Pure. */
import type { MultiplierCurve, NetworkResponse } from '../../src/protocol/live/index';
import { pick, thinByPixel } from '../shared/curves';
import { num } from '../shared/format';
import type { PlotAxis, PlotDash, PlotLine, PlotShape } from '../shared/plot';
import { linearTicks, logTicks } from '../shared/scales';
import type { Range, StepScale } from '../shared/scales';

export interface ResponseFigure {
  readonly y: PlotAxis;
  readonly lines: readonly PlotLine[];
  readonly shapes: readonly PlotShape[];
  /** The finding in a sentence. */
  readonly label: string;
}

const ZERO_LINES: readonly PlotShape[] = [
  { kind: 'vertical', x: 0, color: '--velo-axis' },
  { kind: 'horizontal', y: 0, color: '--velo-axis' },
];

export function responseFigure(response: NetworkResponse, featureName: string): ResponseFigure {
  const { inputs, outputs } = response;
  const range = rangeAround([...outputs, 0]);
  const [first = 0, last = 0] = [outputs[0], outputs.at(-1)];
  return {
    y: { kind: 'linear', range, ticks: linearTicks(...range, 5) },
    lines: [
      {
        name: featureName,
        x: inputs,
        y: outputs,
        color: '--velo-series2',
        width: 2.25,
        dash: 'solid',
      },
    ],
    shapes: ZERO_LINES,
    label:
      `Output of network ${response.network} against ${featureName}: ` +
      `${num(first)} at ${num(inputs[0])}, ${num(last)} at ${num(inputs.at(-1))}`,
  };
}

/** Smallest to largest with 8 % of room; around a single value, 1 or a tenth of it. */
function rangeAround(values: readonly number[]): Range {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const room = 0.08 * (high - low) || Math.abs(high) / 10 || 1;
  return [low - room, high + room];
}

export interface MultiplierFigure {
  readonly y: PlotAxis;
  readonly lines: readonly PlotLine[];
  /** First step with a negative multiplier: the update climbs there. */
  readonly negativeFrom: number | undefined;
  readonly label: string;
}

/** Lines of the tensors: hue by layer, biases dotted. Logarithmic while no multiplier is 0 or below. */
export function multiplierFigure(curve: MultiplierCurve, scale: StepScale): MultiplierFigure {
  const { tensors, steps, multipliers } = curve;
  const finite = multipliers.filter(Number.isFinite);
  const low = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const high = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  const layers = [...new Set(tensors.map(layerOf))];
  const lines = tensors.map((name, t): PlotLine => {
    const values = Float32Array.from(steps, (_, i) => multipliers[i * tensors.length + t]!);
    const kept = thinByPixel(steps, values, scale);
    return {
      name,
      x: Float64Array.from(kept, (i) => scale.toAxis(steps[i]!)),
      y: pick(values, kept),
      color: `--velo-series${(layers.indexOf(layerOf(name)) % 5) + 1}`,
      width: 1.5,
      dash: dashOf(name),
    };
  });
  const at = multipliers.findIndex((value) => value < 0);
  const negativeFrom = at < 0 ? undefined : steps[Math.floor(at / tensors.length)];
  const span =
    finite.length === 0
      ? 'no values'
      : `from ${num(low)} to ${num(high)} over ${steps.length} points`;
  return {
    y: multiplierAxis(low, high),
    lines,
    negativeFrom,
    label: `Step multiplier of ${tensors.length} tensors in ${curve.name}: ${span}`,
  };
}

function multiplierAxis(low: number, high: number): PlotAxis {
  if (!(low <= high)) return { kind: 'linear', range: [0, 1], ticks: linearTicks(0, 1, 4) };
  if (low <= 0) {
    const range = rangeAround([low, high, 0]);
    return { kind: 'linear', range, ticks: linearTicks(...range, 4) };
  }
  const room = Math.max(1.05, (high / low) ** 0.08);
  const range: Range = [low / room, high * room];
  return { kind: 'log', range, ticks: logTicks(...range) };
}

function layerOf(tensor: string): string {
  return tensor.slice(0, Math.max(0, tensor.lastIndexOf('/')));
}

function dashOf(tensor: string): PlotDash {
  return /(^|\/)(b|bias)\d*$/.test(tensor) ? 'dot' : 'solid';
}
