/**
 * The speedup chart in a real VS Code: an evaluation is begun from the editor's title, seen to fill, kept through a reload,
 * stopped, resumed, reported, and deleted. One story, told in order. Without VELO_VSCODE (see .ci/vscode.sh) it is skipped;
 * the package is built by `npm run package`.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_WEIGHTS } from '../../src/protocol/index';
import type { EvaluationConfigInput } from '../../src/protocol/index';
import { readEvaluation } from '../../src/storage/index';
import { engineEnded } from '../support/engineEnd';
import { choose, runCommand, vscodeFolder } from '../support/vscode';
import type { VsCode } from '../support/vscode';
import { chooseFromMenu, eventually, openFile, openLab, pictures, saveAs } from './workbench';
import { openWorkbench, reloadWindow, treeRows, webview } from './workbench';

const digits = (name: string, hidden: number[]) => ({
  name,
  task: { family: 'imageMlp', dataset: 'digits8', hidden, batchSize: 32 } as const,
});
/** Long enough to be looked at, stopped and reloaded on a machine of any speed. */
const CONFIG: EvaluationConfigInput = {
  tasks: [
    digits('digits 16', [16]),
    digits('digits 32', [32]),
    digits('digits 32-32', [32, 32]),
    digits('digits 48', [48]),
    digits('digits 16-16', [16, 16]),
    digits('digits 64', [64]),
  ],
  baseline: {
    steps: 80_000,
    sweep: { learningRates: { kind: 'list', values: [1e-3, 1e-2, 1e-1] } },
  },
  optimizers: [
    { optimizer: { name: 'velo' } },
    {
      optimizer: { name: 'momentum' },
      sweep: {
        learningRates: { kind: 'list', values: [1e-2, 1e-1] },
        options: { momentum: [0.5, 0.9] },
      },
    },
  ],
  seeds: 2,
  steps: 2000,
  evaluate: { every: 500, batches: 2 },
};
const TASKS = 6;

describe.skipIf(vscodeFolder === undefined)('the speedup chart in a real VS Code', () => {
  const workplace = mkdtempSync(join(tmpdir(), 'velo-speedup-'));
  const folder = join(workplace, 'digits');
  const evaluation = join(folder, '.velo', 'evaluations', 'small-1');
  let code: VsCode;
  let page: Page;
  let chart: Frame;

  beforeAll(async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'small.velo-eval.json'), JSON.stringify(CONFIG, null, 2));
    code = await openWorkbench({ folder });
    ({ page } = code);
  });

  afterAll(async () => {
    await code.close();
    await engineEnded(folder);
    rmSync(workplace, { recursive: true, force: true });
  });

  const speedupChart = () => webview(page, 'body[data-view="speedup"] .view-name', 60_000);
  const badge = (word: string) => chart.locator('.badge', { hasText: word });
  const button = (name: string | RegExp) => chart.getByRole('button', { name }).first();
  /** Marks of tasks that are done. */
  const marks = () => chart.locator('[data-task]').count();

  it('shows nothing where there is none, and says how to begin', async () => {
    await runCommand(page, 'VeLO: Open Speedup Chart');
    const empty = await webview(page, 'body[data-view="speedup"] .empty-state');
    await empty.getByText('No evaluation yet').waitFor();
    await openLab(page);
    await page.locator('.sidebar [aria-label^="Evaluations"]').first().waitFor();
    await pictures(page, 'speedup-none');
  });

  it('begins from the editor title and fills task by task', async () => {
    await openFile(page, 'small.velo-eval.json');
    await page.locator('.editor-actions [aria-label^="Run Evaluation"]').first().click();
    chart = await speedupChart();
    await badge('Running').waitFor({ timeout: 60_000 });
    await eventually(marks, (count) => count >= 1, 'a first task', 120_000);
    expect(await marks()).toBeLessThan(TASKS * 2);
    await page.locator('.statusbar-item', { hasText: /VeLO evaluation \d+ %/ }).waitFor();
    await treeRows(page, 'Evaluations').filter({ hasText: 'small-1' }).first().waitFor();
  });

  it('goes on while the window is reloaded, and is found again', async () => {
    await reloadWindow(page);
    chart = await speedupChart();
    await badge('Running').waitFor({ timeout: 60_000 });
    expect(await marks()).toBeGreaterThanOrEqual(1);
  });

  it('is stopped, keeps what it has, and is resumed', async () => {
    await button(/^Stop/).click();
    await badge('Stopped').waitFor({ timeout: 40_000 });
    await eventually(
      () => readEvaluation(evaluation).state,
      (state) => state === 'stopped',
      'its state on the disk',
    );
    const { done, trainings } = readEvaluation(evaluation).summary;
    expect(done).toBeLessThan(trainings);
    await pictures(page, 'speedup-stopped');
    await button(/^Resume after/).click();
    await badge('Running').waitFor({ timeout: 60_000 });
    await badge('Finished').waitFor({ timeout: 180_000 });
    await eventually(marks, (count) => count >= TASKS, 'all tasks');
    expect(readEvaluation(evaluation)).toMatchObject({
      state: 'finished',
      summary: { done: trainings },
    });
  }, 300_000);

  it('is drawn in three themes, also as profiles', async () => {
    await pictures(page, 'speedup-finished');
    await chart.getByRole('radio', { name: 'Profile' }).click();
    await chart.getByRole('img', { name: /^Performance profiles by steps.*tuned adam/ }).waitFor();
    await pictures(page, 'speedup-profile');
    await chart.getByRole('radio', { name: 'Profile' }).focus();
  });

  it('shows its sweep, whose table and curves follow brushes by keys and by the mouse', async () => {
    await chart.getByRole('radio', { name: 'Sweep' }).click();
    const header = chart.locator('.view-row .key-values');
    await header.getByText('7 settings of 2 optimizers: learning rate, momentum').waitFor();
    await chart.locator('.sweep-controls select').first().selectOption({ label: 'digits 32' });
    await chart.locator('.sweep-controls select').nth(1).selectOption({ label: 'momentum' });
    const rows = chart.locator('.setting-table tbody tr');
    const rowsAre = (count: number) =>
      eventually(
        () => rows.count(),
        (found) => found === count,
        'the settings inside of the brushes',
      );
    await rowsAre(4);
    const low = chart.getByRole('slider', { name: 'momentum: lowest shown' });
    await low.focus();
    await page.keyboard.press('ArrowUp');
    await rowsAre(2);
    await page.keyboard.press('Delete');
    await rowsAre(4);
    // From the middle of the axis over its upper end.
    const from = await low.boundingBox();
    const to = await chart.getByRole('slider', { name: 'momentum: highest shown' }).boundingBox();
    if (from === null || to === null) throw new Error('the axis cannot be seen');
    const x = from.x + from.width / 2;
    await page.mouse.move(x, (from.y + to.y) / 2);
    await page.mouse.down();
    await page.mouse.move(x, (from.y + 2 * to.y) / 3, { steps: 3 });
    await page.mouse.move(x, to.y, { steps: 3 });
    await page.mouse.up();
    await rowsAre(2);
    expect(await rows.allInnerTexts()).toEqual(Array(2).fill(expect.stringContaining('0.9')));
    await rows.first().click();
    const curves = chart.locator('[data-front-curves*="momentum=0.9"]');
    await curves.first().waitFor({ state: 'attached' });
    await pictures(page, 'speedup-sweep');
    await chart.getByRole('radio', { name: 'Sorted' }).click();
  });

  it('writes its report where the dialog says', async () => {
    const html = join(workplace, 'report.html');
    await button(/^Write the report/).click();
    await saveAs(page, html);
    expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>[^]*digits 32-32/i);
    const markdown = join(workplace, 'report.md');
    const row = treeRows(page, 'Evaluations').filter({ hasText: 'small-1' }).first();
    await chooseFromMenu(page, row, 'Save Evaluation Report…');
    await saveAs(page, markdown);
    expect(readFileSync(markdown, 'utf8')).toMatch(/^# /);
  });

  it('opens a run config of a task as a document', async () => {
    await chart.locator('.task-table tr', { hasText: 'digits 16' }).first().dblclick();
    await page.locator('.tab.active', { hasText: 'digits-16.velo.json' }).waitFor();
    await page.locator('.monaco-editor:visible', { hasText: '"imageMlp"' }).first().waitFor();
    await page.locator('.monaco-editor:visible', { hasText: '"numSteps": 2000' }).first().waitFor();
  });

  it('writes the config of a new evaluation', async () => {
    await runCommand(page, 'VeLO: New Evaluation…');
    await choose(page, 'quick-12', 'quick-12');
    await page.locator('.quick-input-widget', { hasText: 'New Evaluation: Optimizers' }).waitFor();
    await page.locator('.quick-input-widget .quick-input-action:visible').first().click();
    await choose(page, '2', '2');
    const name = page.locator('.quick-input-widget input:visible').first();
    await eventually(
      () => name.inputValue(),
      (value) => value === 'quick-12',
      'a suggestion',
    );
    await name.press('Enter');
    await page.locator('.tab.active', { hasText: 'quick-12.velo-eval.json' }).waitFor();
    const config: unknown = JSON.parse(
      readFileSync(join(folder, 'quick-12.velo-eval.json'), 'utf8'),
    );
    expect(config).toEqual({
      suite: 'quick-12',
      optimizers: [{ optimizer: { name: 'velo', weights: DEFAULT_WEIGHTS } }],
      seeds: 2,
    });
  });

  it('is deleted after a confirmation, with its chart', async () => {
    const row = treeRows(page, 'Evaluations').filter({ hasText: 'small-1' }).first();
    await chooseFromMenu(page, row, 'Delete Evaluation');
    await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Delete' }).click();
    await eventually(
      () => existsSync(evaluation),
      (isThere) => !isThere,
      'its folder to be gone',
    );
    await eventually(
      () => treeRows(page, 'Evaluations').filter({ hasText: 'small-1' }).count(),
      (count) => count === 0,
      'its row to be gone',
    );
  });
});
