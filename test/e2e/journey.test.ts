/**
 * The whole product in a real VS Code: the packaged extension is installed, a run started from the editor's title,
 * watched, paused, stepped, kept through reloads, stopped, resumed, compared; weights are looked into. One story, told
 * in order. Without VELO_VSCODE (see .ci/vscode.sh) it is skipped; the package is built by `npm run package`.
 */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEngineLock } from '../../src/storage/index';
import { engineEnded } from '../support/engineEnd';
import { runCommand, vscodeFolder } from '../support/vscode';
import type { VsCode } from '../support/vscode';
import {
  check,
  eventually,
  openFile,
  openWorkbench,
  pictures,
  shownStep,
  trainingPanel,
  webview,
} from './workbench';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** More than the story has time for; it stops the run. */
const STEPS = 300_000;
const CONFIG = {
  task: { family: 'imageMlp', dataset: 'fashion-mnist', hidden: [128, 128], batchSize: 128 },
  optimizer: { name: 'velo' },
  numSteps: STEPS,
  evaluate: { every: 100, batches: 10 },
};

describe.skipIf(vscodeFolder === undefined)('in a real VS Code', () => {
  const workplace = mkdtempSync(join(tmpdir(), 'velo-e2e-'));
  const folder = join(workplace, 'fashion');
  let code: VsCode;
  let page: Page;
  let panel: Frame;

  beforeAll(async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'fashion.velo.json'), JSON.stringify(CONFIG, null, 2));
    const adam = { ...CONFIG, optimizer: { name: 'adam' }, numSteps: 300 };
    writeFileSync(join(folder, 'fashion-adam.velo.json'), JSON.stringify(adam, null, 2));
    copyFileSync(
      join(root, 'media', 'weights', 'velo-handmade-1.safetensors'),
      join(folder, 'mine.safetensors'),
    );
    code = await openWorkbench({ folder });
    ({ page } = code);
  });

  afterAll(async () => {
    await code.close();
    await engineEnded(folder);
    rmSync(workplace, { recursive: true, force: true });
  });

  const runFolder = (index: number): string => {
    const runs = join(folder, '.velo', 'runs');
    const name = readdirSync(runs).sort()[index];
    return join(runs, name ?? '');
  };
  const loggedSteps = (index: number): number[] =>
    readFileSync(join(runFolder(index), 'metrics.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { step: number; split?: string })
      .filter(({ split }) => split === undefined)
      .map(({ step }) => step);

  it('starts a run from the editor title and draws it within seconds', async () => {
    await openFile(page, 'fashion.velo.json');
    await pictures(page, 'config');
    const startedAt = Date.now();
    await page.locator('.editor-actions [aria-label^="Train"]').first().click();
    panel = await trainingPanel(page);
    await eventually(
      () => panel.locator('.js-plotly-plot .scatterlayer path.js-line').count(),
      (count) => count > 0,
      'lines drawn',
    );
    console.log(`from the command to the first drawn point: ${Date.now() - startedAt} ms`);
    const first = await eventually(
      () => shownStep(panel),
      (step) => step > 0,
      'a step',
    );
    await eventually(
      () => shownStep(panel),
      (step) => step > first + 20,
      'the curve grows',
    );
  });

  it('is drawn in three themes', async () => {
    await pictures(page, 'training');
  });

  it('pauses, trains one step, and goes on', async () => {
    await panel.getByRole('button', { name: 'Pause', exact: true }).click();
    await panel.locator('.badge', { hasText: 'Paused' }).waitFor();
    await sleep(500);
    const paused = await shownStep(panel);
    await sleep(1000);
    expect(await shownStep(panel)).toBe(paused);
    await panel.getByRole('button', { name: /one step|step once/i }).click();
    await eventually(
      () => shownStep(panel),
      (step) => step === paused + 1,
      'one more step',
    );
    await panel.getByRole('button', { name: 'Continue', exact: true }).click();
    await eventually(
      () => shownStep(panel),
      (step) => step > paused + 20,
      'it goes on',
    );
  });

  it('goes on while the window is reloaded five times', async () => {
    for (let reload = 0; reload < 5; reload++) {
      const before = await shownStep(panel);
      await page.reload();
      panel = await trainingPanel(page);
      await eventually(
        () => shownStep(panel),
        (step) => step > before,
        'it went on',
        60_000,
      );
    }
    await panel.locator('.badge', { hasText: 'Running' }).waitFor();
  });

  it('stops, is resumed from its checkpoint, and has each step once', async () => {
    await panel.getByRole('button', { name: 'Stop', exact: true }).click();
    await panel.locator('.badge', { hasText: 'Stopped' }).waitFor();
    await panel
      .getByRole('button', { name: /^Resume/ })
      .first()
      .click();
    await panel.locator('.badge', { hasText: 'Running' }).waitFor();
    const resumedAt = await shownStep(panel);
    await eventually(
      () => shownStep(panel),
      (step) => step > resumedAt + 100,
      'it went on',
    );
    await panel.getByRole('button', { name: 'Stop', exact: true }).click();
    await panel.locator('.badge', { hasText: 'Stopped' }).waitFor();
    const steps = loggedSteps(0);
    expect(steps.length).toBeGreaterThan(resumedAt);
    expect(steps).toEqual(Array.from(steps, (_, step) => step));
  });

  it('lists runs in the tree and compares two', async () => {
    await openFile(page, 'fashion-adam.velo.json');
    await page.locator('.editor-actions [aria-label^="Train"]').first().click();
    await eventually(
      () => readdirSync(join(folder, '.velo', 'runs')).length,
      (count) => count === 2,
      'a second run',
    );
    await page.locator('.activitybar [aria-label^="VeLO"]').first().click();
    const boxes = page.locator(
      '.sidebar [aria-label^="Runs"] .custom-view-tree-node-item-checkbox:visible',
    );
    await eventually(
      () => boxes.count(),
      (count) => count === 2,
      'two runs in the tree',
    );
    // A tree that is just being drawn anew takes no notice of a click.
    for (const index of [0, 1]) await check(boxes.nth(index));
    await runCommand(page, 'VeLO: Compare Runs');
    const comparison = await webview(page, 'body[data-view="comparison"] tbody tr');
    expect(await comparison.locator('tbody tr').count()).toBe(2);
    await sleep(1500);
    await pictures(page, 'comparison');
  });

  it('lays a checked run over the other one', async () => {
    await page
      .locator('.tab', { hasText: /^fashion$/ })
      .first()
      .click();
    panel = await trainingPanel(page);
    await panel.getByText('fashion-adam').first().waitFor();
    await sleep(1500);
    await pictures(page, 'overlay');
  });

  it('opens weights in the optimizer editor', async () => {
    await openFile(page, 'mine.safetensors');
    const editor = await webview(page, 'body[data-view="optimizer"] canvas');
    await editor.getByText('velo-handmade-1', { exact: true }).first().waitFor();
    await sleep(1500);
    await pictures(page, 'optimizer');
  });

  it('leaves no process behind once everything is closed and done', async () => {
    expect(readEngineLock(folder).kind).toBe('there');
    await page.close();
    await code.close();
    expect(await engineEnded(folder)).toBe(true);
  });
});
