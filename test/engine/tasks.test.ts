/** The gallery of tasks over the engine's socket: what is listed is answered, and one slow question holds up no other. */
import { expect, it } from 'vitest';
import { openWindow, workspace } from '../support/engineWindow';

it('lists tasks, draws further ones, tells costs once, and shows data', async () => {
  const { engine } = await openWindow(workspace());
  const { families } = await engine.request('tasks.list', {});
  const mnist = families[0]?.tasks.find(({ name }) => name === 'mnist');
  expect(mnist?.parameters).toBe(784 * 128 + 128 + 128 * 128 + 128 + 128 * 10 + 10);
  const { task } = mnist!;
  const cost = await engine.request('tasks.cost', { task });
  expect(cost.flops).toBeGreaterThan(6 * 128 * 118_016 * 0.6);
  const before = performance.now();
  expect(await engine.request('tasks.cost', { task })).toEqual(cost);
  expect(performance.now() - before).toBeLessThan(1000);
  const sample = await engine.request('tasks.sample', { task });
  expect(sample).toMatchObject({ kind: 'images', height: 28, width: 28, channels: 1 });
  const drawn = await engine.request('tasks.draw', { family: 'quadratic', seed: 9 });
  expect(drawn).toMatchObject({ id: 'quadratic/drawn 9', seed: 9 });
  const bowl = await engine.request('tasks.sample', { task: drawn.task });
  expect(bowl).toMatchObject({ kind: 'spectrum', dimension: drawn.parameters });
  await expect(engine.request('tasks.draw', { family: 'nobody', seed: 0 })).rejects.toThrow(
    'nobody',
  );
});

it('answers other questions while a cost is found out', async () => {
  const { engine } = await openWindow(workspace());
  await engine.request('tasks.list', {});
  const order: string[] = [];
  const slow = engine
    .request(
      'tasks.cost',
      { task: { family: 'learnedOptimizer', optimizer: 'adam', steps: 5 } },
      { timeoutMs: 100_000 },
    )
    .then(() => order.push('cost'));
  const task = { family: 'imageMlp', dataset: 'digits8' };
  await engine.request('tasks.sample', { task }).then(() => order.push('sample'));
  await slow;
  expect(order).toEqual(['sample', 'cost']);
});
