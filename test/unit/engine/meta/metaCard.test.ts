import { describe, expect, it } from 'vitest';
import { metaCard } from '../../../../src/engine/meta/metaCard';
import { checkMetaConfig } from '../../../../src/protocol/index';

function cardOf(config: object, startNotes?: Record<string, string>) {
  const checked = checkMetaConfig({ kind: 'metatrain', iterations: 10, ...config });
  if (checked.config === undefined) throw new Error(checked.problems[0].message);
  const start = { name: 'first', provenance: 'Made.', licence: 'MIT', createdBy: 'a test' };
  return metaCard({
    id: 'mini-1',
    version: '1.2.3',
    config: checked.config,
    environment: { start: 'first', device: 'native avx2', cpu: 'a processor', workers: 2 },
    ...(startNotes === undefined ? {} : { startCard: { ...start, notes: startNotes } }),
    iteration: 1100,
    innerSteps: 55_565_888,
    seconds: 3360,
    validation: {
      ratio: 0.8114,
      speedup: 1.86,
      tasks: [
        {
          name: 'a task',
          family: 'imageMlp',
          length: 100,
          start: 1,
          baseline: { name: 'Adam', learningRate: 0.01, loss: 1, steps: [1], envelope: [1] },
        },
      ],
    },
  });
}

describe('the card of what was meta-trained', () => {
  it('says what it cost, on what it was trained and what it never saw', () => {
    const { notes, ...who } = cardOf({ tasks: 'recipe' });
    expect(who).toEqual({
      name: 'mini-1-1100',
      provenance:
        'Meta-trained: 1100 outer iterations of fullEs, 55565888 inner steps, from first; tasks "recipe".',
      licence: 'MIT',
      createdBy: 'VeLO Lab 1.2.3',
    });
    expect(notes).toEqual({
      cost: '1,100 outer iterations of 24 antithetic pairs, 55,565,888 inner steps, 56.0 minutes on 2 threads (native avx2, a processor)',
      tasks:
        'meta-training: imageMlp on fashion-mnist, mnist, seeds 0 to 2147483647; ' +
        'meta-validation: imageMlp on fashion-mnist, mnist, seeds 2147483648 to 3221225471; ' +
        'meta-test: imageMlp, tabularMlp on digits8, letter, seeds 3221225472 to 4294967295; ' +
        'held out of the first two: digits8, letter, glyph62',
      validation:
        'final loss 0.811 times that of its start, 1.86 times as fast as tuned Adam (geometric means over 1 tasks of meta-validation)',
    });
  });

  it('adds the cost of what it started from, and of what that had started from', () => {
    const { notes } = cardOf({}, { cost: '5 outer iterations', before: 'zeroth: nothing' });
    expect(notes?.['before']).toBe('first: 5 outer iterations; before, zeroth: nothing');
    expect(cardOf({}, {}).notes?.['before']).toBe('first: Made.');
  });
});
