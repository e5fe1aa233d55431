/** Folders of finished runs, many of them, as a workspace has them after months. */
import { createRun } from '../../src/storage/index';
import { parseRunConfigText } from '../../src/protocol/index';

const STEPS = 200;

export function writeFinishedRuns(root: string, count: number): void {
  const config = parseRunConfigText(
    JSON.stringify({
      name: 'old',
      task: { family: 'beale' },
      optimizer: { name: 'adam' },
      numSteps: STEPS,
    }),
  );
  for (let index = 0; index < count; index++) {
    const startedAt = new Date(Date.UTC(2026, 0, 1) + index * 3_600_000).toISOString();
    const run = createRun(root, {
      config,
      environment: {
        version: '0.1.0',
        startedAt,
        node: 'v20.20.2',
        platform: 'linux x64',
        device: 'wasm',
      },
      summary: {
        state: 'finished',
        step: STEPS,
        numSteps: STEPS,
        trainLoss: 1 / (index + 1),
        seconds: 1,
        msPerStep: 5,
      },
    });
    for (let step = 0; step < STEPS; step++) run.appendMetric({ step, loss: 1 / (step + 1) });
    run.close();
  }
}
