import { describe, expect, it } from 'vitest';
import { exportCsv, exportJson } from '../../../../webview/training/exports';
import { lossCurves } from '../../../../webview/training/figures/loss';
import { DEFAULT_VIEW } from '../../../../webview/training/view';
import {
  RUN_MESSAGE,
  modelAfter,
  ready,
  seriesMessage,
  seriesOf,
  traceMessage,
  traceOf,
} from './builders';

const data = ready(
  modelAfter(
    RUN_MESSAGE,
    { type: 'overlays', shown: ['adam'], available: [] },
    seriesMessage(
      0,
      seriesOf({ steps: [0, 1, 2], losses: [4, 2, NaN], heldOut: [[1, 3]] }),
      seriesOf({ runId: 'adam', steps: [0, 2], losses: [8, 6], entry: { name: 'Adam, tuned' } }),
    ),
    traceMessage(
      1,
      traceOf({
        steps: [1],
        multipliers: [[0.5, 0.25]],
        rmsUpdates: [[1, 2]],
        rmsParameters: [[3, 4]],
      }),
    ),
  ),
);
const input = { data, curves: lossCurves(data, 0), view: DEFAULT_VIEW };

describe('numbers that leave the panel', () => {
  it('have a row for each logged step as CSV, empty where there is no value', () => {
    expect(exportCsv(input).split('\r\n')).toEqual([
      'step,train_loss,train_loss_smoothed,held_out_loss,"Adam, tuned train_loss_smoothed",layer0/w step_multiplier,layer0/b step_multiplier,layer0/w rms_update,layer0/b rms_update,layer0/w rms_parameter,layer0/b rms_parameter',
      '0,4,4,,8,,,,,,',
      '1,2,2,3,8,0.5,0.25,1,2,3,4',
      '2,,,,6,,,,,,',
      '',
    ]);
  });

  it('are those in view', () => {
    const zoomed = { ...input, view: { ...DEFAULT_VIEW, range: [1, 1] as [number, number] } };
    expect(exportCsv(zoomed).split('\r\n').slice(1)).toEqual(['1,2,2,3,8,0.5,0.25,1,2,3,4', '']);
  });

  it('are complete as JSON, null where they are not finite', () => {
    expect(JSON.parse(exportJson(input))).toMatchObject({
      run: { runId: 'main' },
      trainLoss: { steps: [0, 1, 2], losses: [4, 2, null] },
      heldOutLoss: { steps: [1], losses: [3] },
      overlays: [{ name: 'Adam, tuned', trainLoss: { steps: [0, 2], losses: [8, 6] } }],
      trace: { steps: [1], multipliers: [[0.5, 0.25]] },
    });
  });
});
