/** An engine for restricted mode: it shows the evaluations of a folder, runs nothing of it and writes nothing into it. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { EvaluationConfigInput } from '../../src/protocol/index';
import type { EvaluationOverview } from '../../src/protocol/live/index';
import { readEvaluation } from '../../src/storage/index';
import { openWindow, until, workspace } from '../support/engineWindow';

const OWN_TASK = `import { defineTask } from './velo-task';
export default defineTask(({ tf }) => ({
  name: 'own',
  params: { w: { shape: [2], start: 'ones' } },
  loss: (params) => tf.sum(tf.square(params.w)),
}));
`;
const CONFIG: EvaluationConfigInput = {
  tasks: [
    { name: 'bowl', task: { family: 'quadratic', dimension: 4 } },
    { name: 'own', task: { family: 'user', file: './own.ts' } },
  ],
  baseline: { steps: 40, sweep: { learningRates: { kind: 'list', values: [1e-3, 0.1] } } },
  optimizers: [{ optimizer: { name: 'momentum', learningRate: 0.1 } }],
  seeds: 1,
  steps: 20,
  evaluate: { every: 10, batches: 1 },
  device: 'wasm',
};

/** Every file with its content. */
function contentOf(folder: string): Record<string, string> {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path, createHash('sha256').update(fs.readFileSync(path)).digest('hex')];
    }),
  );
}

it('shows a finished evaluation, without its code, and refuses everything else', async () => {
  const root = workspace();
  fs.writeFileSync(join(root, 'own.ts'), OWN_TASK);
  const configPath = join(root, 'small.velo-eval.json');
  fs.writeFileSync(configPath, JSON.stringify(CONFIG));
  const { engine } = await openWindow(root);
  const { evaluationId } = await engine.request('evaluation.start', { configPath });
  const directory = join(root, '.velo', 'evaluations', evaluationId);
  await until(() => readEvaluation(directory).state === 'finished', 'its end', 100_000);
  const scored = () => engine.request('evaluation.overview', { evaluationId });
  let trusted = await scored();
  // It was scored while it ran, and is again after its end.
  await vi.waitFor(
    async () => {
      trusted = await scored();
      expect(trusted.optimizers[0]?.seconds.tasks).toBe(2);
    },
    { timeout: 60_000, interval: 200 },
  );
  expect(trusted.tasks.map(({ numParams }) => numParams)).toEqual([4, 2]);
  await engine.request('engine.shutdown', { force: true });
  engine.dispose();
  await until(() => !fs.existsSync(join(root, '.velo', 'engine.json')), 'the engine to be gone');
  const before = contentOf(root);

  const window = await openWindow(workspace(), { viewed: root, isTrusted: false });
  const viewer = window.engine;
  const { evaluations } = await viewer.request('evaluations.list', {});
  expect(evaluations).toMatchObject([{ evaluationId, state: 'finished' }]);
  const updates: EvaluationOverview[] = [];
  viewer.on('evaluation.update', ({ overview }) => updates.push(overview));
  await viewer.request('evaluation.watch', { watchId: 'w', evaluationId });
  await until(() => updates.length > 0, 'an overview');
  const [overview] = updates;
  expect(overview?.optimizers).toEqual(trusted.optimizers);
  expect(overview?.tasks[0]).toEqual(trusted.tasks[0]);
  expect(overview?.tasks[1]).toMatchObject({ numParams: 0, results: trusted.tasks[1]!.results });
  expect(overview?.tasks[1]?.summary).toMatch(/own\.ts is code, and this folder is not trusted/);
  const { settings } = await viewer.request('evaluation.sweep', { evaluationId, task: 0 });
  expect(settings).toHaveLength(3);
  const asked = [
    viewer.request('evaluation.delete', { evaluationId }),
    viewer.request('evaluation.start', { configPath }),
    viewer.request('evaluation.resume', { evaluationId }),
    viewer.request('run.start', { configPath, overrides: [] }),
    viewer.request('optimizers.list', { files: [] }),
    viewer.request('sensitivity.start', { of: { configPath } }),
  ];
  for (const answer of asked)
    await expect(answer).rejects.toMatchObject({
      code: 'usage',
      message: 'the folder is not trusted: what was made in it can only be looked at',
    });
  const noise = { watchId: 'noise', of: { configPath } };
  await expect(viewer.request('sensitivity.watch', noise)).rejects.toMatchObject({
    code: 'usage',
    message: 'the folder is not trusted: its configs are not read',
  });
  expect(contentOf(root)).toEqual(before);
}, 200_000);
