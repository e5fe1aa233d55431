/** The gradients of plans against central differences of their own losses: a check that owes nothing to tfjs's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureGradients } from '../../../../../src/core/compute/capture/capture';
import { unsupportedCalls } from '../../../../../src/core/compute/plan/lower';
import { planGraph } from '../../../../../src/core/compute/plan/plan';
import { createPlanRun } from '../../../../../src/core/compute/plan/planRun';
import type { PlanRun } from '../../../../../src/core/compute/plan/planRun';
import { createRng } from '../../../../../src/core/compute/rng';
import { kernelRuntimes } from '../../../../support/kernels';
import { MODELS, randomInputs } from '../../../../support/models';
import type { Model } from '../../../../support/models';
import { useBackend } from '../../../../support/tfBackends';

/** Relative to the largest derivative of the parameter; what the rounding of the loss alone can make comes on top. */
const TOLERANCE = 1e-2;
const NOISE = 2e-7;
const STEP = 1 / 64;
/** Coordinates of each parameter. */
const COORDINATES = 3;
/** Their derivatives are not those of their values: one is not meant to be, tfjs loses second derivatives of others. */
const OTHER_SLOPES = [
  'customGrad: a straight-through estimator',
  'loss after one SGD step',
  'gradient penalty',
  'gradient of a gradient of a convolution',
];

const runtime = kernelRuntimes[1] ?? kernelRuntimes[0]!;

let checked = 0;
let skipped = 0;

beforeAll(() => useBackend('cpu'));
/** So that the way in which kinks are found does not let everything through. */
afterAll(() => {
  expect(skipped).toBeLessThan(checked / 10);
});

const models = MODELS.filter(({ name }) => !OTHER_SLOPES.includes(name));

describe('the gradient of a plan is the slope of its loss', () => {
  it.each(models.map((model) => [model.name, model] as const))('%s', (_, model) => {
    model.prepare?.();
    const graph = captureGradients(model.loss, model.params, model.batch);
    if (unsupportedCalls(graph).length > 0) return;
    const run = createPlanRun(planGraph(graph), runtime);
    writeInputs(run, model);
    for (const name of Object.keys(model.params)) checkParameter(run, name);
  });
});

function writeInputs(run: PlanRun, model: Model): void {
  const { params, batch } = randomInputs(model, 3);
  for (const [name, { data }] of Object.entries(params)) run.inputs[`params/${name}`]!.set(data);
  for (const [name, { data }] of Object.entries(batch)) run.inputs[`batch/${name}`]!.set(data);
}

function checkParameter(run: PlanRun, name: string): void {
  const values = run.inputs[`params/${name}`]!;
  run.run();
  const gradient = run.outputs[`grads/${name}`]!.slice();
  const loss = Math.abs(run.outputs['loss']![0]!);
  const scale = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const rng = createRng({ seed: 1, purpose: 'task' });
  for (let i = 0; i < Math.min(COORDINATES, values.length); i++) {
    const at = rng.integer(values.length);
    const slope = slopeAt(run, values, at);
    if (slope === undefined) {
      skipped++;
      continue;
    }
    checked++;
    const allowed = TOLERANCE * scale + (NOISE * Math.max(1, loss)) / STEP;
    const difference = Math.abs(slope - gradient[at]!);
    expect(difference, `${name}[${at}]: ${slope}, not ${gradient[at]!}`).toBeLessThan(allowed);
  }
}

/** From differences over two distances; undefined near a kink. */
function slopeAt(run: PlanRun, values: Float32Array, at: number): number | undefined {
  const value = values[at]!;
  const lossAt = (shift: number): number => {
    values[at] = value + shift;
    run.run();
    return run.outputs['loss']![0]!;
  };
  const here = lossAt(0);
  const [wide, narrow] = [STEP, STEP / 2].map((step) => {
    const [above, below] = [lossAt(step), lossAt(-step)];
    return { slope: (above - below) / (2 * step), bend: (above + below - 2 * here) / step };
  }) as [Difference, Difference];
  values[at] = value;
  const doubt = Math.abs(wide.slope - narrow.slope) + Math.abs(wide.bend - 2 * narrow.bend);
  // Richardson's extrapolation.
  const slope = (4 * narrow.slope - wide.slope) / 3;
  return doubt < 0.02 * Math.abs(slope) + 1e-4 ? slope : undefined;
}

/** Over one distance: the slope, and the change of the slope from one side to the other, which shrinks where there is no kink. */
interface Difference {
  readonly slope: number;
  readonly bend: number;
}
