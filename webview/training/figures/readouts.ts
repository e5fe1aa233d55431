/** What the panel says of one step: values at the cursor, rows of the table of tensors. */
import type { Training } from '../model';
import type { Trace } from '../model/trace';
import type { LossCurves } from './loss';
import { valueAt } from './loss';
import { snapshotAt } from './multiplier';
import { indexAt } from '../../shared/curves';

export interface LossReadout {
  readonly train: number | undefined;
  readonly smoothed: number | undefined;
  readonly heldOut: { readonly step: number; readonly loss: number } | undefined;
  /** Share of the announced length, in [0, 1]. */
  readonly fractionDone: number;
}

export function lossReadout(data: Training, curves: LossCurves, step: number): LossReadout {
  const { train, heldOut } = curves;
  const evaluation = indexAt(heldOut.steps, step);
  return {
    train: valueAt(train.steps, train.raw, step),
    smoothed: valueAt(train.steps, train.smoothed, step),
    heldOut:
      evaluation < 0
        ? undefined
        : { step: heldOut.steps[evaluation]!, loss: heldOut.losses[evaluation]! },
    fractionDone: data.main.entry.numSteps === 0 ? 0 : step / data.main.entry.numSteps,
  };
}

export interface TensorReadout {
  readonly name: string;
  /** NaN for optimizers without a step multiplier. */
  readonly multiplier: number;
  readonly rmsUpdate: number;
  /** RMS update over RMS parameter; NaN while the parameters are all zero. */
  readonly ratio: number;
  /** Length of the bar on 10⁻⁵ … 10⁻¹, in [0, 1]. */
  readonly ratioBar: number;
}

/** One row for each tensor at the last snapshot up to a step; empty before the first. */
export function tensorReadouts(trace: Trace, step: number): TensorReadout[] {
  const snapshot = snapshotAt(trace.steps, step);
  if (snapshot < 0) return [];
  const { tensors } = trace.meta;
  return tensors.map(({ name }, tensor) => {
    const at = snapshot * tensors.length + tensor;
    const rmsUpdate = trace.rmsUpdates[at] ?? NaN;
    const rmsParameter = trace.rmsParameters[at] ?? NaN;
    const ratio = rmsParameter > 0 ? rmsUpdate / rmsParameter : NaN;
    return {
      name,
      multiplier: trace.multipliers[at] ?? NaN,
      rmsUpdate,
      ratio,
      ratioBar: ratioBar(ratio),
    };
  });
}

/** Place of a ratio on the logarithmic bar from 10⁻⁵ to 10⁻¹; its middle is 10⁻³. */
export function ratioBar(ratio: number): number {
  return ratio > 0 ? Math.min(1, Math.max(0.03, (Math.log10(ratio) + 5) / 4)) : 0;
}

/** The newest step that has anything to read. */
export function newestStep({ main }: Training): number {
  return Math.max(main.steps.at(-1) ?? 0, main.heldOutSteps.at(-1) ?? 0);
}
