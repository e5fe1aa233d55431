/** The drawing of one update of one tensor: boxes and arrows with their sizes, by the reference's structure. Pure. */
import type { OptimizerInspection } from '../../src/protocol/live/index';
import { integer } from '../shared/format';

export interface Box {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly title: string;
  readonly detail: string;
  /** `lstm`: over tensors; `bank`: over parameters; `plain`: no weights. */
  readonly kind: 'lstm' | 'bank' | 'plain' | 'update';
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly boxHeight: number;
  readonly boxes: readonly Box[];
  /** SVG paths from box to box. */
  readonly arrows: readonly string[];
  /** The same in a sentence. */
  readonly label: string;
}

const BOX = 40;
const ROWS = [4, 74, 144, 208];
const LEFT: Column = { x: 0, width: 96 };
const MIDDLE: Column = { x: 122, width: 104 };
const RIGHT: Column = { x: 252, width: 108 };
const UPDATE: Column = { x: 156, width: 204 };

export function drawArchitecture({ architecture }: OptimizerInspection): Drawing {
  const { hidden, networks, lstmInputs, features, hiddenUnits } = architecture;
  const lstmNumbers = `${integer(8 * hidden * hidden)} + ${integer(4 * hidden)}`;
  const layers = `${features}-${hiddenUnits}-${hiddenUnits}-3`;
  const bank = networks === 1 ? '1 network' : `${integer(networks)} networks`;
  const numbers = numbersOfNetwork(features, hiddenUnits);
  return {
    width: 380,
    height: 252,
    boxHeight: BOX,
    boxes: [
      {
        ...at(LEFT, 0, 'inputs', 'plain'),
        title: `${lstmInputs} inputs`,
        detail: 'of each tensor',
      },
      {
        ...at(MIDDLE, 0, 'linear', 'lstm'),
        title: `linear ${hidden}`,
        detail: '+ max over tensors',
      },
      { ...at(RIGHT, 0, 'lstm', 'lstm'), title: `LSTM ${hidden}`, detail: lstmNumbers },
      {
        ...at(MIDDLE, 1, 'controls', 'lstm'),
        title: networks === 1 ? '1 control' : `${integer(networks)} controls`,
        detail: 'mix the bank',
      },
      {
        ...at(RIGHT, 1, 'multiplier', 'lstm'),
        title: 'step multiplier',
        detail: 'linear, may be < 0',
      },
      {
        ...at(LEFT, 2, 'features', 'plain'),
        title: `${features} features`,
        detail: 'of each parameter',
      },
      { ...at(MIDDLE, 2, 'bank', 'bank'), title: bank, detail: `${layers}, ${numbers} each` },
      { ...at(RIGHT, 2, 'output', 'bank'), title: 'direction, size', detail: 'd · exp(0.001 m)' },
      {
        ...at(UPDATE, 3, 'update', 'update'),
        title: 'update',
        detail: '0.001 · multiplier · d · size · RMS(p)',
      },
    ],
    arrows: [
      'M96 24H121',
      'M226 24H251',
      'M306 44V73',
      'M268 44C250 60 240 60 206 73',
      'M174 114V143',
      'M96 164H121',
      'M226 164H251',
      'M306 184V207',
      'M360 94C382 130 382 196 361 226',
    ],
    label:
      `${lstmInputs} inputs of each tensor go through linear layers and an LSTM of ${hidden} cells to a step ` +
      `multiplier and ${networks} controls; the controls mix ${bank} of shape ${layers}, which take ${features} ` +
      `features of each parameter to direction and size; their product with the multiplier is the update.`,
  };
}

interface Column {
  readonly x: number;
  readonly width: number;
}

function at(
  column: Column,
  row: number,
  id: string,
  kind: Box['kind'],
): Omit<Box, 'title' | 'detail'> {
  return { ...column, y: ROWS[row] ?? 0, id, kind };
}

function numbersOfNetwork(features: number, units: number): number {
  return (features + 1) * units + (units + 1) * units + (units + 1) * 3;
}
