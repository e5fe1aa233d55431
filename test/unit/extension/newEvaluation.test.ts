import { describe, expect, it } from 'vitest';
import { newEvaluationText } from '../../../src/extension/config/newEvaluation';
import type { ChosenOptimizer } from '../../../src/extension/config/newConfig';
import { resolveEvaluation } from '../../../src/engine/index';
import { OPTIMIZER_NAMES, parseEvaluationConfigText } from '../../../src/protocol/index';

const textOf = (...optimizers: ChosenOptimizer[]) =>
  newEvaluationText({ suite: 'quick-12', optimizers, seeds: 2, folder: '/ws' });
const shipped: ChosenOptimizer = { source: 'shipped', name: 'velo-handmade-1' };
const baselines = OPTIMIZER_NAMES.filter((name) => name !== 'velo').map(
  (name): ChosenOptimizer => ({ source: 'baseline', name }),
);

describe('the config of a new evaluation', () => {
  it('says what was chosen and nothing else', () => {
    expect(JSON.parse(textOf(shipped, { source: 'baseline', name: 'lion' }))).toEqual({
      suite: 'quick-12',
      optimizers: [
        { optimizer: { name: 'velo', weights: 'velo-handmade-1' } },
        { optimizer: { name: 'lion' }, sweep: {} },
      ],
      seeds: 2,
    });
  });

  it('tells several weights apart, and Adam as it comes from tuned Adam', () => {
    const own: ChosenOptimizer = { source: 'own', name: 'mine', path: '/ws/mine.safetensors' };
    const text = textOf(shipped, own, { source: 'baseline', name: 'adam' });
    const { optimizers } = parseEvaluationConfigText(text, 'new.velo-eval.json');
    expect(optimizers.map(({ name }) => name)).toEqual([
      'velo-handmade-1',
      'mine',
      'adam, untuned',
    ]);
    expect(optimizers[1]?.optimizer).toMatchObject({ weights: './mine.safetensors' });
    expect(optimizers[2]?.sweep).toBeUndefined();
  });

  it.each(baselines)('can be run with $name', (baseline) => {
    const config = parseEvaluationConfigText(textOf(shipped, baseline), 'new.velo-eval.json');
    expect(resolveEvaluation(config).optimizers).toHaveLength(2);
  });
});
