/**
 * Corners of the workbench that a first walk does not lead into: several folders in one window, save dialogs, restricted
 * mode, a run that fails, a folder on no disk. Each has a window of its own. Without VELO_VSCODE (see .ci/vscode.sh) all
 * are skipped; the package is built by `npm run package`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Frame, Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ENGINE_LOCK } from '../../src/extension/lazyEngine';
import { DEFAULT_WEIGHTS } from '../../src/protocol/index';
import { readRun } from '../../src/storage/index';
import { engineEnded } from '../support/engineEnd';
import { runCommand, vscodeFolder } from '../support/vscode';
import type { VsCode, VsCodeOptions } from '../support/vscode';
import { check, chooseFromMenu, eventually, openFile, openLab, picture, saveAs } from './workbench';
import { openWorkbench, train, trainingPanel, treeRows, webview } from './workbench';

const root = fileURLToPath(new URL('../../', import.meta.url));

const memoryFiles = fileURLToPath(new URL('../host/memory-files/extension.ts', import.meta.url));

const DIGITS = {
  task: { family: 'imageMlp', dataset: 'digits8', hidden: [16], batchSize: 32 },
  optimizer: { name: 'velo' },
  numSteps: 200,
  evaluate: { every: 100, batches: 2 },
};

describe.skipIf(vscodeFolder === undefined)('in the corners of a real VS Code', () => {
  const workplace = mkdtempSync(join(tmpdir(), 'velo-corners-'));
  let code: VsCode | undefined;
  let page: Page;

  afterEach(async () => {
    await code?.close();
    code = undefined;
  });

  afterAll(async () => {
    await Promise.all(foldersIn(workplace).map((folder) => engineEnded(folder)));
    rmSync(workplace, { recursive: true, force: true });
  });

  const open = async (folder: string, options: Partial<VsCodeOptions> = {}): Promise<void> => {
    code = await openWorkbench({ folder, ...options });
    ({ page } = code);
  };

  it('keeps the runs of two folders apart, and compares them', async () => {
    // One name in both, so that only the folder tells them apart.
    const config = { ...DIGITS, name: 'digits' };
    const folders = ['first', 'second'].map((name) => folderWith(workplace, name, config));
    const file = join(workplace, 'both.code-workspace');
    writeFileSync(file, JSON.stringify({ folders: folders.map((path) => ({ path })) }));
    await open(file);
    await openLab(page);
    for (const folder of folders) {
      await openFile(page, `${basename(folder)}.velo.json`);
      await train(page);
      await eventually(
        () => stateOf(join(folder, '.velo', 'runs', 'digits-1')),
        (state) => state === 'finished',
        `the run of ${folder}`,
      );
    }
    // In the order of the window, although the newest run is in the second one.
    await rowsAre(page, ['first', 'digits', 'second', 'digits']);
    expect(folders.map(runsOf)).toEqual([['digits-1'], ['digits-1']]);
    await picture(page, 'folders');

    const boxes = treeRows(page, 'Runs').locator('.custom-view-tree-node-item-checkbox:visible');
    for (const index of [0, 1]) await check(boxes.nth(index));
    await runCommand(page, 'VeLO: Compare Runs');
    const comparison = await webview(page, 'body[data-view="comparison"] tbody tr');
    await eventually(
      () => comparison.locator('.scatterlayer path.js-line').count(),
      (lines) => lines >= 2,
      'two curves',
    );
    const names = ['digits (first)', 'digits (second)'];
    const rows = await comparison.locator('tbody tr').allInnerTexts();
    expect(rows.map((row) => row.split('\n')[0]?.trim()).sort()).toEqual(names);
    await picture(page, 'folders-compared');
  });

  it('writes what is exported where the dialog says', async () => {
    const folder = folderWith(workplace, 'export', DIGITS);
    const chosen = (name: string): string => join(workplace, 'chosen', name);
    mkdirSync(chosen('.'));
    await open(folder);
    await openLab(page);
    await openFile(page, 'export.velo.json');
    await train(page);
    const panel = await trainingPanel(page, 'export');
    await finished(panel);
    const [runId = ''] = runsOf(folder);

    const row = treeRows(page, 'Runs').first();
    await chooseFromMenu(page, row, 'Export Metrics…');
    await saveAs(page, chosen('metrics.csv'));
    const lines = readFileSync(chosen('metrics.csv'), 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('step,split,loss,accuracy,seconds');
    const steps = lines.filter((line) => line.split(',')[1] === '').map((line) => parseInt(line));
    expect(steps).toEqual([...Array(DIGITS.numSteps).keys()]);
    await chooseFromMenu(page, row, 'Export Metrics…');
    await saveAs(page, chosen('metrics.json'));
    expect(readJson(chosen('metrics.json'))).toMatchObject({ runId });

    for (const format of ['PNG', 'SVG', 'CSV', 'JSON']) {
      await panel.getByRole('button', { name: 'Export what is shown' }).click();
      await panel.getByRole('menuitem', { name: new RegExp(format) }).click();
      await saveAs(page, chosen(`panel.${format.toLowerCase()}`));
    }
    const png = readFileSync(chosen('panel.png'));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    // Its width, of a screen of two pixels for one.
    expect(png.readUInt32BE(16)).toBeGreaterThan(1000);
    const svg = readFileSync(chosen('panel.svg'), 'utf8');
    expect(svg).toMatch(/^<svg xmlns[^]*Step multiplier[^]*<\/svg>/);
    const csv = readFileSync(chosen('panel.csv'), 'utf8').trimEnd().split('\r\n');
    expect(csv).toHaveLength(DIGITS.numSteps + 1);
    expect(csv[0]).toMatch(/^step,train_loss,/);
    expect(readJson(chosen('panel.json'))).toMatchObject({ run: { runId, state: 'finished' } });
  });

  it('says so in restricted mode, shows what was evaluated, and works as soon as the folder is trusted', async () => {
    const folder = folderWith(workplace, 'restricted', DIGITS);
    evaluateIn(folder);
    const before = filesIn(folder);
    await open(folder, {
      isUntrusted: true,
      settings: { 'security.workspace.trust.startupPrompt': 'never' },
    });
    let reloads = 0;
    page.on('framenavigated', (frame) => (reloads += frame === page.mainFrame() ? 1 : 0));
    await openLab(page);
    await viewSays(page, 'Runs', 'This folder is in restricted mode');
    await viewSays(page, 'Optimizers', 'as soon as the folder is trusted');
    await viewSays(page, 'Tasks', 'as soon as the folder is trusted');
    await treeRows(page, 'Evaluations').filter({ hasText: 'small-1' }).first().click();
    const chart = await webview(page, 'body[data-view="speedup"] .view-name', 60_000);
    await chart.locator('[data-task]').first().waitFor();
    await chart.getByRole('radio', { name: 'Sweep' }).click();
    await chart.locator('.setting-table tbody tr').first().waitFor();
    expect(await chart.getByRole('button', { name: 'New Evaluation…' }).isDisabled()).toBe(true);
    await picture(page, 'restricted');
    expect(filesIn(folder)).toEqual(before);

    await runCommand(page, 'Workspaces: Manage Workspace Trust');
    await page
      .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ })
      .first()
      .click();
    await page.keyboard.press('Escape');
    await viewSays(page, 'Optimizers', DEFAULT_WEIGHTS);
    await viewSays(page, 'Tasks', 'fashion-mnist');
    await viewSays(page, 'Runs', 'No runs yet');
    await openFile(page, 'restricted.velo.json');
    await train(page);
    await finished(await trainingPanel(page, 'restricted'));
    await rowsAre(page, ['restricted']);
    await picture(page, 'trusted');
    await treeRows(page, 'Evaluations').filter({ hasText: 'small-1' }).first().click();
    await webview(page, 'button[aria-label="New Evaluation…"]:not([disabled])');
    expect(reloads).toBe(0);
  }, 240_000);

  it('tells once that a run failed, and opens it and the log', async () => {
    const task = { ...DIGITS.task, dataset: './images' };
    const folder = folderWith(workplace, 'broken', { ...DIGITS, task });
    mkdirSync(join(folder, 'images'));
    await open(folder);
    await openFile(page, 'broken.velo.json');
    await train(page);
    const told = page.locator('.notifications-toasts .notification-list-item');
    await told.filter({ hasText: 'has no train-images-idx3-ubyte' }).waitFor();
    const panel = await trainingPanel(page, 'broken');
    await panel.locator('.badge', { hasText: 'Failed' }).waitFor();
    // By now a second one would be there.
    expect(await told.count()).toBe(1);
    await picture(page, 'failed');

    const tab = page.locator('.tab', { hasText: /^broken$/ });
    await tab.click({ button: 'middle' });
    await tab.waitFor({ state: 'detached' });
    await told.getByRole('button', { name: 'Open Run' }).click();
    await tab.waitFor();
    await finished(await trainingPanel(page, 'broken'), 'Failed');
    await told.waitFor({ state: 'detached' });

    await openFile(page, 'broken.velo.json');
    await train(page);
    await told.getByRole('button', { name: 'Show Log' }).click();
    await page.locator('.output-view .view-line', { hasText: 'broken-2 failed' }).waitFor();
    const status = page.locator('.statusbar-item', { hasText: 'broken failed' });
    await status.waitFor({ state: 'detached' });
  });

  it('shows a folder on no disk for what it is', async () => {
    const { numSteps, ...misspelt } = DIGITS;
    const files = {
      '/lab/digits.velo.json': JSON.stringify({ ...misspelt, numStep: numSteps }, null, 2),
      '/lab/mine.safetensors': 'no weights',
    };
    await open('memory:/lab', {
      companions: [memoryFiles],
      settings: { 'memoryFiles.files': files },
    });
    await openLab(page);
    await viewSays(page, 'Runs', 'This folder is on no disk');
    await viewSays(page, 'Optimizers', 'This folder is on no disk');
    await viewSays(page, 'Tasks', 'This folder is on no disk');
    await picture(page, 'virtual');

    await page.locator('.activitybar [aria-label^="Explorer"]').first().click();
    const inExplorer = (name: string) =>
      page.locator('.explorer-folders-view .monaco-list-row', { hasText: name });
    await inExplorer('digits.velo.json').dblclick();
    // What is wrong in it is found.
    await page.locator('.monaco-editor .squiggly-warning, .squiggly-error').first().waitFor();
    await train(page);
    const told = page.locator('.notifications-toasts .notification-list-item');
    await told.filter({ hasText: 'This config is on no disk' }).waitFor();
    await inExplorer('mine.safetensors').dblclick();
    const editor = await webview(page, 'body[data-view="optimizer"] .empty-state');
    await editor.getByText('Learned weights can be read from a disk only').waitFor();
    expect(enginesIn(code?.data ?? '')).toEqual([]);
  });
});

function folderWith(workplace: string, name: string, config: unknown): string {
  const folder = join(workplace, name);
  mkdirSync(folder);
  writeFileSync(join(folder, `${name}.velo.json`), JSON.stringify(config, null, 2));
  return folder;
}

/** Two settings on one small task, by the command line. */
function evaluateIn(folder: string): void {
  const config = {
    tasks: [{ name: 'bowl', task: { family: 'quadratic', dimension: 4 } }],
    baseline: { steps: 60, sweep: { learningRates: { kind: 'list', values: [1e-3, 0.1] } } },
    optimizers: [{ optimizer: { name: 'momentum', learningRate: 0.1 } }],
    seeds: 1,
    steps: 40,
  };
  writeFileSync(join(folder, 'small.velo-eval.json'), JSON.stringify(config));
  const args = [join(root, 'dist', 'cli.cjs'), 'evaluate', 'small.velo-eval.json'];
  execFileSync(process.execPath, args, { cwd: folder });
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

function foldersIn(workplace: string): string[] {
  const entries = readdirSync(workplace, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(workplace, name));
}

function runsOf(folder: string): string[] {
  return readdirSync(join(folder, '.velo', 'runs'));
}

function stateOf(run: string): string {
  // The folder is there a moment before its config.
  return existsSync(join(run, 'config.json')) ? readRun(run).state : 'not there';
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Locks of engines, running or not. */
function enginesIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith(ENGINE_LOCK));
}

async function finished(panel: Frame, word = 'Finished'): Promise<void> {
  await panel.locator('.badge', { hasText: word }).waitFor({ timeout: 60_000 });
}

/** Waits until the tree of runs has these rows. */
async function rowsAre(page: Page, labels: readonly string[]): Promise<void> {
  const names = () => treeRows(page, 'Runs').locator('.label-name').allInnerTexts();
  await eventually(names, (found) => found.join() === labels.join(), 'rows of the tree');
}

async function viewSays(page: Page, view: string, text: string): Promise<void> {
  await page
    .locator('.sidebar .pane', { has: page.locator(`.pane-header[aria-label^="${view}"]`) })
    .getByText(text)
    .first()
    .waitFor();
}
