/**
 * Meta-training in a real VS Code: one is begun by the command, seen to fill, kept through a reload, stopped and resumed,
 * looked at, and deleted; its theta is saved, trained with and compared; what noise does to a theta is measured. One story,
 * told in order. Without VELO_VSCODE (see .ci/vscode.sh) it is skipped; the package is built by `npm run package`.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  configSensitivityPath,
  metaPaths,
  metaThetaPath,
  readMetaIterations,
  readMetaSensitivity,
  readMetaTraining,
  readRun,
  sha256Of,
} from '../../src/storage/index';
import { BOWLS_META } from '../support/bowlsMeta';
import { engineEnded } from '../support/engineEnd';
import { choose, runCommand, vscodeFolder } from '../support/vscode';
import type { VsCode } from '../support/vscode';
import { chooseFromMenu, eventually, openFile, openLab, picture, pictures } from './workbench';
import { openWorkbench, reloadWindow, saveAs, train, treeRows, webview } from './workbench';

/** Never at its end by itself; small enough for an outer step to take a moment on any machine. */
const TINY = {
  ...BOWLS_META,
  estimator: { kind: 'fullEs', pairs: 4 },
  iterations: 1_000_000,
  validation: { every: 20, tasks: 4, lengths: [10, 20], samples: 8 },
  checkpointEvery: 5,
};

/** With so much noise that scales are proposed. */
const LOUD = {
  ...TINY,
  optimizer: { kind: 'velo', options: { hidden: 13, bank: 1 }, start: 'clock' },
  tasks: {
    name: 'digits',
    summary: 'Digits.',
    metaTrain: [{ task: { family: 'imageMlp', dataset: 'digits8', hidden: [8], batchSize: 16 } }],
  },
  estimator: { kind: 'fullEs', pairs: 4, sigma: 2 },
};

describe.skipIf(vscodeFolder === undefined)('meta-training in a real VS Code', () => {
  const workplace = mkdtempSync(join(tmpdir(), 'velo-metatrain-'));
  const folder = join(workplace, 'optimizers');
  const parent = join(folder, '.velo', 'metatrainings');
  const meta = join(parent, 'tiny-1');
  let code: VsCode;
  let page: Page;
  let view: Frame;

  beforeAll(async () => {
    mkdirSync(folder);
    for (const [name, config] of Object.entries({ tiny: TINY, loud: LOUD }))
      writeFileSync(join(folder, `${name}.velo.json`), JSON.stringify(config, null, 2));
    code = await openWorkbench({ folder });
    ({ page } = code);
  });

  afterAll(async () => {
    await code.close();
    await engineEnded(folder);
    rmSync(workplace, { recursive: true, force: true });
  });

  const metaView = (name: string) =>
    webview(page, `body[data-view="meta"] .view-name:has-text("${name}")`, 60_000);
  const badge = (word: string) => view.locator('.badge', { hasText: word });
  const button = (name: string | RegExp) => view.getByRole('button', { name }).first();
  /** Outer steps as the header has them. */
  const shownSteps = async (): Promise<number> => {
    const text = await view.locator('.key-values').first().innerText();
    return Number(/Outer step\s+([\d,]+)/.exec(text)?.[1]?.replaceAll(',', '') ?? NaN);
  };
  const reaches = (step: number) =>
    eventually(shownSteps, (steps) => steps >= step, `outer step ${step}`, 120_000);
  /** Answers what a new run asks but for its optimizer: a task, the steps, the name that is offered. */
  const takeTask = async (title: string): Promise<void> => {
    await page.locator('.quick-input-widget:visible', { hasText: title }).waitFor();
    await choose(page, 'beale', 'beale');
  };
  const newRuns = (count: number) => {
    const runs = join(folder, '.velo', 'runs');
    const isWritten = (id: string) => existsSync(join(runs, id, 'config.json'));
    return eventually(
      () => (existsSync(runs) ? readdirSync(runs).filter(isWritten).sort() : []),
      (ids) => ids.length === count,
      `${count} runs`,
      60_000,
    );
  };

  it('shows nothing where there is none, and is written and begun by its command', async () => {
    await runCommand(page, 'VeLO: Open Meta-Training');
    view = await webview(page, 'body[data-view="meta"] .empty-state');
    await view.getByText('No meta-training yet').waitFor();
    await picture(page, 'meta-none');
    await button('New Meta-Training…').click();
    await choose(page, '2 minutes', '2 minutes');
    await choose(page, 'Fresh', 'Fresh');
    await choose(page, 'recipe', 'recipe');
    const name = page.locator('.quick-input-widget input:visible').first();
    await eventually(
      () => name.inputValue(),
      (value) => value === 'metatrain-2m',
      'a suggestion',
    );
    await name.press('Enter');
    view = await metaView('metatrain-2m-1');
    const written: unknown = JSON.parse(
      readFileSync(join(folder, 'metatrain-2m.velo.json'), 'utf8'),
    );
    expect(written).toMatchObject({ kind: 'metatrain', tasks: 'recipe', budget: '2m' });
    await button(/^Stop/).click();
    await badge('Stopped').waitFor({ timeout: 60_000 });
  });

  it('fills the view of another one, begun from the editor title', async () => {
    await openFile(page, 'tiny.velo.json');
    await train(page);
    view = await metaView('tiny-1');
    await badge('Running').waitFor({ timeout: 60_000 });
    await reaches(25);
    await view.getByRole('slider', { name: 'Evaluation loss' }).waitFor();
    await view.getByRole('row', { name: /^Compare step 0 / }).waitFor();
    await openLab(page);
    await treeRows(page, 'Meta-Trainings').filter({ hasText: 'tiny-1' }).first().waitFor();
  });

  it('goes on while the window is reloaded', async () => {
    const before = await shownSteps();
    await reloadWindow(page);
    view = await metaView('tiny-1');
    await badge('Running').waitFor({ timeout: 60_000 });
    await reaches(before + 1);
  });

  it('is stopped with a checkpoint, resumed from it, and has each outer step once', async () => {
    await button(/^Stop/).click();
    await badge('Stopped').waitFor({ timeout: 60_000 });
    const { iterations } = readMetaTraining(meta).summary;
    await button(/^Resume/).click();
    await badge('Running').waitFor({ timeout: 60_000 });
    await reaches(Math.max(iterations + 10, 45));
    await button(/^Stop/).click();
    await badge('Stopped').waitFor({ timeout: 60_000 });
    const steps = readMetaIterations(meta).map(({ iteration }) => iteration);
    expect(steps.length).toBeGreaterThan(iterations);
    expect(steps).toEqual(steps.map((_, i) => i));
  });

  it('shows pairs, validations and drift at the cursor, and as tables', async () => {
    const loss = view.getByRole('slider', { name: 'Evaluation loss' });
    await loss.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press(']');
    const pairs = view.getByRole('slider', { name: 'Antithetic pairs' });
    for (const track of [loss, pairs])
      await eventually(
        () => track.getAttribute('aria-valuetext'),
        (text) => text?.startsWith('Outer step 20, loss to start') === true,
        'the cursor',
      );
    const drift = view.getByRole('slider', { name: 'How far θ has moved' });
    expect(await drift.getAttribute('aria-valuetext')).toMatch(/^Outer step 20, .+ has moved \d/);
    await button('Antithetic pairs: show the data as a table').click();
    const rows = view.getByRole('dialog').locator('tbody tr');
    const made = 4 * readMetaIterations(meta).length;
    // Of more than 1,000 every k-th.
    const every = Math.ceil(made / 1000);
    await eventually(
      () => rows.count(),
      (count) => count === Math.ceil(made / every),
      'a row for each pair',
    );
    await page.keyboard.press('Escape');
    await pictures(page, 'meta-stopped');
  });

  const bestTheta = () =>
    metaThetaPath(metaPaths(meta), readMetaTraining(meta).summary.best!.iteration);

  it('saves its best theta, and opens it', async () => {
    const saved = join(workplace, 'best.safetensors');
    await button('Save the best theta as…').click();
    await saveAs(page, saved);
    expect(readFileSync(saved)).toEqual(readFileSync(bestTheta()));
    await button('Look into the best theta').click();
    await webview(page, 'body[data-view="optimizer"] canvas');
    await runCommand(page, 'View: Close Editor');
    view = await metaView('tiny-1');
  });

  it('trains a run with its best theta', async () => {
    await button('Train with the best theta…').click();
    await takeTask('New Run: Task');
    await choose(page, '200', '200');
    const name = page.locator('.quick-input-widget input:visible').first();
    await eventually(
      () => name.inputValue(),
      (value) => value.startsWith('beale'),
      'a name',
    );
    await name.press('Enter');
    const [id] = await newRuns(1);
    const run = join(folder, '.velo', 'runs', id!);
    await eventually(
      () => readRun(run).state,
      (state) => state === 'finished' || state === 'diverged',
      'its end',
      60_000,
    );
    const { environment, summary } = readRun(run);
    expect(summary?.step).toBeGreaterThan(0);
    expect(environment?.weights?.sha256).toBe(sha256Of(readFileSync(bestTheta())));
    await webview(page, 'body[data-view="training"] .view-name:has-text("beale")');
  });

  it('compares two of its thetas on a task', async () => {
    await runCommand(page, 'VeLO: Open Meta-Training');
    await choose(page, 'tiny-1', 'tiny-1');
    view = await metaView('tiny-1');
    await view.getByRole('checkbox', { name: 'Compare step 0', exact: true }).check();
    await view.getByRole('checkbox', { name: 'Compare step 20', exact: true }).check();
    await button('Compare two…').click();
    await takeTask('Compare: Task');
    await newRuns(3);
    const comparison = await webview(page, 'body[data-view="comparison"] tbody tr', 60_000);
    await eventually(
      () => comparison.locator('tbody tr').allInnerTexts(),
      (rows) => ['tiny-1-0', 'tiny-1-20'].every((name) => rows.join().includes(name)),
      'both runs',
      60_000,
    );
    await picture(page, 'meta-compared');
    await runCommand(page, 'View: Close Editor');
  });

  it('writes an evaluation of its best theta', async () => {
    view = await metaView('tiny-1');
    await button('Evaluate the best theta…').click();
    await page.locator('.tab.active', { hasText: '.velo-eval.json' }).waitFor();
    const [file] = readdirSync(folder).filter((name) => name.endsWith('.velo-eval.json'));
    const evaluation = JSON.parse(readFileSync(join(folder, file!), 'utf8')) as {
      optimizers: { optimizer: { weights: string } }[];
    };
    expect(evaluation.optimizers[0]!.optimizer.weights).toContain('tiny-1/thetas/iteration-');
  });

  it('measures what noise does to the theta of a config, and puts scales into it', async () => {
    const config = join(folder, 'loud.velo.json');
    await openFile(page, 'loud.velo.json');
    await runCommand(page, 'VeLO: Measure Sensitivity of Theta');
    view = await metaView('loud.velo.json');
    await badge('Measured').waitFor({ timeout: 180_000 });
    const result = readMetaSensitivity(configSensitivityPath(config))!;
    const rows = view.locator('.noise-table tbody tr');
    expect(await rows.count()).toBe(result.groups.length + 2);
    await pictures(page, 'meta-sensitivity');
    await reloadWindow(page);
    view = await metaView('loud.velo.json');
    await badge('Measured').waitFor();
    await button('Put them into the config').click();
    await page.locator('.tab.active', { hasText: /^loud\.velo\.json/ }).waitFor();
    await page.keyboard.press('Control+S');
    await eventually(
      () => (JSON.parse(readFileSync(config, 'utf8')) as typeof LOUD).optimizer,
      (optimizer) => 'scales' in optimizer,
      'the scales to be saved',
    );
    const saved = JSON.parse(readFileSync(config, 'utf8')) as typeof LOUD;
    expect(saved).toEqual({ ...LOUD, optimizer: { ...LOUD.optimizer, scales: result.scales } });
  }, 300_000);

  it('is deleted after a confirmation, with its view', async () => {
    const row = treeRows(page, 'Meta-Trainings').filter({ hasText: 'tiny-1' }).first();
    const tab = page.locator('.tab', { hasText: /^tiny-1$/ });
    // After a reload a view is there once it is looked at.
    await tab.first().click();
    view = await metaView('tiny-1');
    await openLab(page);
    await chooseFromMenu(page, row, 'Delete Meta-Training');
    await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Delete' }).click();
    await eventually(
      () => existsSync(meta),
      (isThere) => !isThere,
      'its folder to be gone',
    );
    await row.waitFor({ state: 'detached' });
    await eventually(
      () => tab.count(),
      (count) => count === 0,
      'its tab to be gone',
    );
  });
});
