import { describe, expect, it } from 'vitest';
import type { MultiplierCurve } from '../../../../src/protocol/live/index';
import { drawArchitecture } from '../../../../webview/optimizer/architecture';
import { inspectionJson, matrixTable, weightsTable } from '../../../../webview/optimizer/exports';
import { multiplierFigure, responseFigure } from '../../../../webview/optimizer/figures';
import { groupRows, histogramPath } from '../../../../webview/optimizer/groups';
import {
  cellAfterKey,
  columnParts,
  describeCell,
  limitName,
  rowParts,
} from '../../../../webview/optimizer/matrixCells';
import { stepScale } from '../../../../webview/shared/scales';
import { inspectionOf, matrixOf } from './support';

const inspection = inspectionOf();

describe('the table of weights', () => {
  const rows = groupRows(inspection);

  it('goes through the arrays as an update does, and marks the dead layer', () => {
    expect(rows.map(({ group }) => group.name).slice(0, 4)).toEqual([
      'lstm_init_state/hidden',
      'lstm_init_state/cell',
      'rnn_params/linear/w',
      'rnn_params/linear/b',
    ]);
    expect(rows.at(-1)?.group.name).toBe('ff_mod_stack/~/b2');
    expect(rows.filter(({ isUnused }) => isUnused)).toHaveLength(2);
    expect(rows).toHaveLength(inspection.groups.length);
  });

  it('names the features that a block takes', () => {
    const note = (name: string) => rows.find(({ group }) => group.name.endsWith(name))?.note;
    expect(note('w0__0')).toBe('g');
    expect(note('w0__3')).toBe('m 0.9, 0.99, 0.999');
    expect(note('w0__5')).toBe('m·s 0.9, 0.99, 0.999');
    expect(note('w0__13')).toBe('m·R·C 0.9, 0.99, 0.999');
  });

  it('has a line for each array', () => {
    const { columns, rows: lines } = weightsTable(inspection);
    expect(columns.map(({ label }) => label)).toContain('Max |w|');
    expect(lines[0]?.slice(0, 4)).toEqual(['lstm_init_state/hidden', '', '1×6', 6]);
  });
});

describe('a histogram in a table', () => {
  it('has a bar for each filled bin, the fullest as tall as there is room, none under a pixel', () => {
    expect(histogramPath([0, 100, 1], 30, 10)).toBe(
      'M10.0 10v-10.0h7.5v10.0zM20.0 10v-1.0h7.5v1.0z',
    );
    expect(histogramPath([0, 0], 10, 10)).toBe('');
  });
});

describe('the parts of a matrix', () => {
  const lstm = matrixOf('rnn_params/rnn/linear/w', 4, 8);

  it('are the four gates over input and hidden state', () => {
    expect(columnParts(lstm).map(({ label, from }) => [label, from])).toEqual([
      ['input i', 0],
      ['candidate g', 2],
      ['forget f', 4],
      ['output o', 6],
    ]);
    expect(rowParts(lstm)).toEqual([
      { label: 'input', from: 0, to: 2 },
      { label: 'hidden', from: 2, to: 4 },
    ]);
    expect(columnParts(matrixOf('rnn_params/rnn/linear/b', 1, 8))).toHaveLength(4);
    expect(columnParts(matrixOf('rnn_params/linear_1/w', 4, 8))).toEqual([]);
  });

  it('are told with the value of a cell', () => {
    expect(describeCell(lstm, { row: 2, column: 5 })).toBe(
      'row 2 (hidden), column 5 (forget f): 21.0',
    );
    expect(describeCell(matrixOf('w', 1, 2), { row: 0, column: 1 })).toBe('row 0, column 1: 1.00');
  });

  it('are walked through by keys, and not left', () => {
    const size = { rows: 4, columns: 8 };
    const from = { row: 1, column: 1 };
    expect(cellAfterKey('ArrowRight', from, size, 1)).toEqual({ row: 1, column: 2 });
    expect(cellAfterKey('ArrowLeft', from, size, 10)).toEqual({ row: 1, column: 0 });
    expect(cellAfterKey('PageDown', from, size, 1)).toEqual({ row: 3, column: 1 });
    expect(cellAfterKey('End', from, size, 1)).toEqual({ row: 1, column: 7 });
    expect(cellAfterKey('x', from, size, 1)).toBeUndefined();
  });

  it('say whether the palette ends at the quantile or at the largest weight', () => {
    expect(limitName({ ...lstm, limit: 30 })).toBe('99.5 % of |w|');
    expect(limitName({ ...lstm, limit: 31 })).toBe('largest |w|');
  });
});

describe('a matrix as a table', () => {
  it('has its rows while they are narrow', () => {
    const { columns, rows } = matrixTable(inspection, matrixOf('w', 2, 3));
    expect(columns.map(({ label }) => label)).toEqual(['Row', '0', '1', '2']);
    expect(rows).toEqual([
      [0, 0, 1, 2],
      [1, 3, 4, 5],
    ]);
  });

  it('lists the largest weights of a wide one', () => {
    const { rows, note } = matrixTable(inspection, matrixOf('w', 20, 100));
    expect(rows).toHaveLength(1000);
    expect(rows[0]).toEqual([19, 99, 1999]);
    expect(rows.at(-1)).toEqual([10, 0, 1000]);
    expect(note).toBe('The 1,000 largest of 2,000 weights.');
  });
});

describe('the response of a network', () => {
  const response = {
    ...{ network: 1, feature: 7, effects: new Float32Array(30) },
    inputs: Float32Array.from([-3, 0, 3]),
    outputs: Float32Array.from([-1, 0, 3]),
  };

  it('is drawn with zero inside the frame, and told in a sentence', () => {
    const { y, label } = responseFigure(response, 'm·s 0.9');
    expect(y.range[0]).toBeCloseTo(-1.32, 6);
    expect(y.range[1]).toBeCloseTo(3.32, 6);
    expect(label).toBe('Output of network 1 against m·s 0.9: −1.00 at −3.00, 3.00 at 3.00');
  });

  it('has a frame when it is flat', () => {
    const flat = { ...response, outputs: new Float32Array(3) };
    expect(responseFigure(flat, 'g').y.range).toEqual([-1, 1]);
  });
});

describe('the step multiplier of a run', () => {
  const scale = stepScale({ kind: 'linear', from: 0, to: 100, left: 0, right: 300 });
  const curve: MultiplierCurve = {
    ...{ runId: 'r', name: 'fashion', numSteps: 100 },
    tensors: ['layer0/w', 'layer0/b', 'layer1/w'],
    steps: Uint32Array.from([0, 50]),
    multipliers: Float32Array.from([1, 2, 3, 10, 20, 30]),
  };

  it('has a line a tensor: hue by layer, biases dotted, logarithmic while positive', () => {
    const { lines, y, negativeFrom } = multiplierFigure(curve, scale);
    expect(lines.map(({ color, dash }) => `${color} ${dash}`)).toEqual([
      '--velo-series1 solid',
      '--velo-series1 dot',
      '--velo-series2 solid',
    ]);
    expect(Array.from(lines[2]?.y ?? [])).toEqual([3, 30]);
    expect(y.kind).toBe('log');
    expect(negativeFrom).toBeUndefined();
  });

  it('is linear and says where it falls below zero', () => {
    const climbing = { ...curve, multipliers: Float32Array.from([1, 2, 3, 10, -20, 30]) };
    const { y, negativeFrom } = multiplierFigure(climbing, scale);
    expect(y.kind).toBe('linear');
    expect(negativeFrom).toBe(50);
  });

  it('says that there are no values without a trace', () => {
    const empty = { ...curve, steps: new Uint32Array(), multipliers: new Float32Array() };
    expect(multiplierFigure(empty, scale).label).toContain('no values');
  });
});

describe('the drawing of the architecture', () => {
  it('carries the sizes', () => {
    const { boxes, label } = drawArchitecture(inspection);
    const box = (id: string) => boxes.find((each) => each.id === id);
    expect(box('lstm')).toMatchObject({ title: 'LSTM 6', detail: '288 + 24' });
    expect(box('bank')).toMatchObject({ title: '3 networks', detail: '30-4-4-3, 159 each' });
    expect(label).toContain('an LSTM of 6 cells');
  });
});

describe('the JSON of an inspection', () => {
  it('has histograms as lists', () => {
    const json = JSON.parse(inspectionJson(inspection)) as { groups: { histogram: number[] }[] };
    expect(json.groups[0]?.histogram).toHaveLength(41);
  });
});
