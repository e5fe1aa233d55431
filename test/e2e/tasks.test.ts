/**
 * The gallery of tasks in a real VS Code: looked at, drawn from, kept through a reload, put into evaluations, trained. One
 * story, told in order. Without VELO_VSCODE (see .ci/vscode.sh) it is skipped; the package is built by `npm run package`.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEvaluationConfigText } from '../../src/protocol/index';
import { engineEnded } from '../support/engineEnd';
import { choose, runCommand, vscodeFolder } from '../support/vscode';
import type { VsCode } from '../support/vscode';
import { eventually, openWorkbench, pictures, train, trainingPanel, webview } from './workbench';

describe.skipIf(vscodeFolder === undefined)('the gallery of tasks in a real VS Code', () => {
  const workplace = mkdtempSync(join(tmpdir(), 'velo-tasks-'));
  const folder = join(workplace, 'lab');
  const evaluation = join(folder, 'mine.velo-eval.json');
  let code: VsCode;
  let page: Page;
  let gallery: Frame;

  beforeAll(async () => {
    mkdirSync(folder);
    const tasks = [{ name: 'beale', task: { family: 'beale' } }];
    writeFileSync(evaluation, `// Kept.\n${JSON.stringify({ tasks }, null, 2)}\n`);
    code = await openWorkbench({ folder, env: { VELO_DATA_DIR: join(workplace, 'data') } });
    ({ page } = code);
  });

  afterAll(async () => {
    await code.close();
    await engineEnded(folder);
    rmSync(workplace, { recursive: true, force: true });
  });

  const opened = () => webview(page, 'body[data-view="tasks"] .card-open', 60_000);
  const button = (name: string | RegExp) => gallery.getByRole('button', { name }).first();

  it('shows every family, and one task in full', async () => {
    await runCommand(page, 'VeLO: Open Tasks');
    gallery = await opened();
    expect(await gallery.locator('.family').count()).toBe(15);
    await gallery.locator('[data-task="imageMlp/digits8"]').click();
    await gallery.locator('.detail', { hasText: /FLOP/ }).waitFor();
    await gallery.locator('.detail canvas').first().waitFor();
    await pictures(page, 'tasks');
  });

  it('draws another one, which is there after the window is reloaded', async () => {
    await button('Draw another').click();
    await gallery.locator('[data-task="imageMlp/drawn 4"]').waitFor();
    // VS Code puts the state of a view away a moment later.
    await page.waitForTimeout(8000);
    await page.reload();
    gallery = await opened();
    await gallery.locator('[data-task="imageMlp/drawn 4"]').waitFor();
    await gallery.locator('.detail-facts', { hasText: 'seed 4' }).waitFor();
  });

  it('adds a task to an evaluation, and to a new one', async () => {
    await gallery.locator('[data-task="imageMlp/digits8"]').click();
    await button('Add to evaluation…').click();
    await choose(page, 'mine', 'mine.velo-eval.json');
    const text = await eventually(
      () => readFileSync(evaluation, 'utf8'),
      (written) => written.includes('digits8'),
      'the task in the file',
    );
    expect(text).toMatch(/^\/\/ Kept\.\n/);
    const { tasks } = parseEvaluationConfigText(text, 'mine.velo-eval.json');
    expect(tasks?.map(({ name }) => name)).toEqual(['beale', 'digits8']);
    await page.locator('.tab.active', { hasText: 'mine.velo-eval.json' }).waitFor();
    await page.locator('.tab', { hasText: /^Tasks$/ }).click();
    gallery = await opened();
    await button('Add to evaluation…').click();
    await choose(page, 'New', 'New evaluation');
    await page.locator('.tab.active', { hasText: 'digits8.velo-eval.json' }).waitFor();
    await page.locator('.editor-actions [aria-label^="Run Evaluation"]').first().waitFor();
  });

  it('trains a task', async () => {
    await page.locator('.tab', { hasText: /^Tasks$/ }).click();
    gallery = await opened();
    await button('Train this').click();
    await page.locator('.tab.active', { hasText: 'digits8.velo.json' }).waitFor();
    await train(page);
    const panel = await trainingPanel(page, 'digits8');
    await panel.locator('.badge', { hasText: 'Finished' }).waitFor({ timeout: 60_000 });
  });
});
