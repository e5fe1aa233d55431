import { describe, expect, it } from 'vitest';
import {
  createRng,
  initTheta,
  releasedArchitecture,
  thetaSpecs,
} from '../../../../../src/core/index';

const architecture = releasedArchitecture(64, 32);
const rng = () => createRng({ seed: 1, purpose: 'theta' });

describe('a fresh theta', () => {
  const { tensors } = initTheta(architecture, rng());

  it('has every tensor of its architecture: 46,337 numbers at hidden size 64 and bank size 32', () => {
    expect(Object.keys(tensors)).toEqual(thetaSpecs(architecture).map(({ name }) => name));
    const total = Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0);
    expect(total).toBe(46_337);
  });

  it.each([
    ['ff_mod_stack/~/w0__0', 30],
    ['ff_mod_stack/~/w0__13', 30],
    ['ff_mod_stack/~/w1', 4],
    ['ff_mod_stack/~/w2', 4],
    ['rnn_params/linear_1/w', 30],
    ['rnn_params/rnn/linear/w', 128],
    ['rnn_params/rnn_to_controls/w', 64],
    ['rnn_params/step_size/w', 64],
  ])(
    'draws %s with 0.88/sqrt(%i) as standard deviation and twice the untruncated one as bound',
    (name, fanIn) => {
      const values = [...tensors[name]!.data].map((value) => value * Math.sqrt(fanIn));
      const sd = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
      const slack = 3 / Math.sqrt(2 * values.length);
      expect(sd).toBeGreaterThan(0.88 * (1 - slack));
      expect(sd).toBeLessThan(0.88 * (1 + slack));
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(2 + 1e-6);
    },
  );

  it('leaves biases and the initial LSTM state at zero', () => {
    const zeros = Object.entries(tensors).filter(([name]) => /\/b\d?$|lstm_init_state/.test(name));
    expect(zeros).toHaveLength(3 + 2 + 6);
    for (const [, { data }] of zeros) expect(data.every((value) => value === 0)).toBe(true);
  });

  it('is the same for the same generator', () => {
    expect(initTheta(architecture, rng()).tensors).toEqual(tensors);
  });
});
