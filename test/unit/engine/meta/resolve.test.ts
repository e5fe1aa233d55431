import { describe, expect, it } from 'vitest';
import { createRng, drawTask } from '../../../../src/core/index';
import { trainedDistribution } from '../../../../src/engine/meta/resolve';
import { checkMetaConfig } from '../../../../src/protocol/index';

const PAIRS = { kind: 'fullEs', pairs: 4 };
const BACK = { kind: 'truncatedGrad', problems: 4, truncation: 10 };
const OWN = {
  name: 'own',
  summary: 'Signs.',
  metaTrain: [
    {
      task: { family: 'imageMlp', dataset: 'digits8' },
      variation: { gradient: { normalized: true } },
    },
  ],
};

/** What 200 draws have of changed gradients, and all else that they are. */
function drawn(tasks: unknown, estimator: object) {
  const { config, problems } = checkMetaConfig({
    kind: 'metatrain',
    optimizer: { kind: 'learnableAdam' },
    tasks,
    estimator,
    iterations: 1,
  });
  if (config === undefined) throw new Error(problems[0].message);
  const mix = trainedDistribution(config);
  const all = Array.from({ length: 200 }, (_, step) =>
    drawTask(mix, createRng({ seed: 1, purpose: 'task', step })),
  );
  return {
    changed: all.filter(({ variation: { gradient } }) => gradient !== undefined).length,
    others: all.map(({ task, variation }) => [task, { ...variation, gradient: undefined }]),
  };
}

describe('the tasks of a meta-training', () => {
  it('are those of a mix but for changed gradients where it goes back through its trainings', () => {
    const pairs = drawn('wide', PAIRS);
    const back = drawn('wide', BACK);
    expect(pairs.changed).toBeGreaterThan(0);
    expect(back.changed).toBe(0);
    expect(back.others).toEqual(pairs.others);
  });

  it('of a distribution of one’s own are as they stand there', () => {
    expect(drawn(OWN, BACK).changed).toBe(200);
  });
});
