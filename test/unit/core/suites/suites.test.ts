import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SUITES } from '../../../../src/core/suites/registry';
import { HELD_OUT } from '../../../../src/core/meta/distribution/mixes/recipe';
import { checkEvaluationConfig, parseEvaluationConfigText } from '../../../../src/protocol/index';

describe.each(SUITES.map((suite) => [suite.name, suite] as const))('the suite %s', (_, suite) => {
  it('has tasks that a config may ask for, under names of their own', () => {
    const { config, problems } = checkEvaluationConfig({ tasks: suite.tasks });
    expect(problems).toBeUndefined();
    const names = config!.tasks!.map(({ name }) => name);
    expect(new Set(names).size).toBe(suite.tasks.length);
    expect(new Set(config!.tasks!.map(({ task }) => JSON.stringify(task))).size).toBe(names.length);
  });

  it('gives the baseline more steps than those it is compared with', () => {
    expect(suite.baselineSteps).toBeGreaterThan(suite.steps);
  });
});

it('quick-12 has twelve tasks over all data sets, activations and resolutions', () => {
  const { tasks } = SUITES.find(({ name }) => name === 'quick-12')!;
  expect(tasks).toHaveLength(12);
  const valuesOf = (key: string) => new Set(tasks.map(({ task }) => task[key]));
  expect(valuesOf('dataset')).toEqual(new Set(['digits8', 'mnist', 'fashion-mnist']));
  expect(valuesOf('activation').size).toBe(6);
  expect(valuesOf('imageSize')).toEqual(new Set([undefined, 8, 14]));
});

it('recipe-test has 22 rows of held-out data over six tasks, and eight of the data of meta-training', () => {
  const { tasks, steps, baselineSteps } = SUITES.find(({ name }) => name === 'recipe-test')!;
  const rowsOf = (family: string) =>
    tasks.filter((task) => task.family === family).flatMap(({ lengths }) => lengths);
  expect(tasks.filter(({ family }) => family === 'held-out')).toHaveLength(6);
  expect(rowsOf('held-out')).toHaveLength(22);
  expect(rowsOf('train family')).toHaveLength(8);
  const seen = tasks.filter(({ family }) => family === 'train family');
  expect(seen.map(({ task }) => task['dataset'])).toEqual(['fashion-mnist', 'mnist']);
  expect(Math.max(...tasks.flatMap(({ lengths = [] }) => lengths))).toBe(steps);
  expect(baselineSteps).toBe(4 * steps);
});

it('the choice between parts of a meta-training has no task of a suite and no data that is held out', () => {
  const path = fileURLToPath(
    new URL('../../../../examples/meta-runs/choice.velo-eval.json', import.meta.url),
  );
  const { tasks } = parseEvaluationConfigText(readFileSync(path, 'utf8'), path);
  const written = (all: readonly { task: unknown }[]) =>
    all.map(({ task }) => JSON.stringify(task));
  const suites = SUITES.map(({ tasks: ofSuite }) => checkEvaluationConfig({ tasks: ofSuite }));
  const known = new Set(suites.flatMap(({ config }) => written(config!.tasks!)));
  expect(written(tasks!)).toHaveLength(66);
  expect(written(tasks!).filter((task) => known.has(task))).toEqual([]);
  for (const data of HELD_OUT) expect(JSON.stringify(tasks)).not.toContain(`"${data}"`);
});
