import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { createRng, encodeTheta, initTheta, releasedArchitecture } from '../../../src/core/index';
import { readMatrix } from '../../../src/engine/inspect/inspect';
import { encodeSafetensors } from '../../../src/storage/index';
import { axeViolations } from '../support/axe';
import { THEMES, inChromium, screenshot } from '../support/views';
import type { OpenView, Theme } from '../support/views';
import { openEditor } from './host';
import type { HostOptions } from './host';

const folder = mkdtempSync(join(tmpdir(), 'velo-optimizer-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function freshTheta(hidden: number, bank: number): string {
  const path = join(folder, `fresh-${hidden}-${bank}.safetensors`);
  const rng = createRng({ seed: 1, purpose: 'theta' });
  const theta = initTheta(releasedArchitecture(hidden, bank), rng);
  const card = {
    name: 'fresh',
    provenance: 'Fresh random weights.',
    licence: 'MIT',
    createdBy: 't',
  };
  writeFileSync(path, encodeSafetensors(encodeTheta(theta, card)));
  return path;
}
const middle = freshTheta(64, 8);

const open = async (openView: OpenView, options: HostOptions = {}) => {
  const view = await openEditor(openView, options);
  await view.page.waitForSelector('.plot-figure .main-svg');
  await view.page.waitForSelector('.matrix canvas');
  await view.page.waitForTimeout(400);
  return view;
};
const matrix = (page: Page) => page.locator('.matrix');
const chosenFeature = (page: Page) =>
  page.getByRole('radiogroup', { name: 'Features by effect' }).locator('[aria-checked=true]');

inChromium('the optimizer editor', (openView) => {
  const places: [Theme, number][] = THEMES.flatMap((theme) => [
    [theme, 1400],
    [theme, 420],
  ]);
  it.each(places)('breaks no rule of WCAG 2.2 A or AA in %s at %i pixels', async (theme, width) => {
    const { page } = await open(openView, { theme, width, path: middle });
    await screenshot(page, `optimizer-${theme}-${width}`, width < 500);
    expect(await axeViolations(page)).toEqual([]);
  });

  it('shows card, sizes and provenance of the shipped weights', async () => {
    const { page } = await open(openView);
    await screenshot(page, 'optimizer-shipped', true);
    const text = await page.locator('main').innerText();
    expect(text).toContain('velo-handmade-1.safetensors');
    expect(text).toContain('VeLO, LSTM 32, 8 networks');
    expect(text).toContain('Made by hand, not meta-trained');
    expect(text).toContain('12,929');
    expect(text).toContain('1,032 of 12,929 numbers');
  });

  it('opens on the strongest feature and goes through the ranked list by keys', async () => {
    const view = await open(openView, { path: middle });
    const { page } = view;
    const first = await chosenFeature(page).getAttribute('aria-label');
    await chosenFeature(page).focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(async () => chosenFeature(page).getAttribute('aria-label')).not.toBe(first);
    const name = (await chosenFeature(page).innerText()).split('\n')[0]!;
    const chart = page.getByRole('img', { name: `Output of network 0 against ${name}` });
    await chart.waitFor();
    await page.getByRole('spinbutton', { name: 'Network' }).fill('5');
    await page.getByRole('img', { name: 'Output of network 5 against' }).waitFor();
    expect(await view.waitForPosted('response')).toMatchObject({ network: 5 });
  });

  it('of the shipped weights listens to m·s 0.9 alone', async () => {
    const { page } = await open(openView);
    await expect
      .poll(async () => chosenFeature(page).getAttribute('aria-label'))
      .toBe('m·s 0.9, effect 0.012');
  });

  it('goes through the arrays by keys and shows the matrix of the chosen one', async () => {
    const view = await open(openView, { path: middle });
    const { page } = view;
    const grid = page.getByRole('grid', { name: 'Arrays of the file' });
    const chosen = grid.locator('tr[aria-selected=true]');
    expect(await chosen.innerText()).toContain('rnn_params/rnn/linear/w');
    await chosen.focus();
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(async () => (await view.waitForPosted('matrix'))['name'])
      .toBe('rnn_params/rnn/linear/b');
    await matrix(page).and(page.getByLabel('rnn_params/rnn/linear/b, 1 rows')).waitFor();
    await page.keyboard.press('End');
    await expect.poll(async () => chosen.innerText()).toContain('ff_mod_stack/~/b2');
    await grid.locator('tr', { hasText: 'step_size/w' }).click();
    await matrix(page).and(page.getByLabel('rnn_params/step_size/w, 64 rows')).waitFor();
    expect(await view.state()).toMatchObject({ view: { group: 'rnn_params/step_size/w' } });
  });

  it('reads cells by keys and by the pointer', async () => {
    const { page } = await open(openView, { path: middle });
    const { values } = readMatrix(middle, 'rnn_params/rnn/linear/w');
    await matrix(page).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('ArrowDown');
    const spoken = await matrix(page).getAttribute('aria-valuetext');
    expect(spoken).toMatch(/^row 1 \(input\), column 10 \(input i\): /);
    expect(await matrix(page).getAttribute('aria-valuenow')).toBe(String(256 + 10));
    await matrix(page).hover({ position: { x: 700, y: 120 } });
    const read = await page.locator('.cell-text').innerText();
    const [, row, column, value] = /^row (\d+) .*, column (\d+) .*: (.*)$/.exec(read)!;
    expect(Number(value?.replace('−', '-'))).toBeCloseTo(
      values[Number(row) * 256 + Number(column)]!,
      3,
    );
    expect(read).toContain('(hidden)');
  });

  it('shows the step multiplier of a run and warns where it is negative', async () => {
    const view = await open(openView);
    const { page } = view;
    await page.getByText('below zero at step 940: the update climbs').waitFor();
    await page.getByRole('combobox', { name: 'Run' }).selectOption('digits');
    await page.getByRole('img', { name: 'Step multiplier of 4 tensors in digits' }).waitFor();
    const unused = await open(openView, { usedBy: [] });
    await unused.page.getByText('Train with it to see').waitFor();
    expect(await axeViolations(unused.page)).toEqual([]);
    await unused.page.getByRole('button', { name: 'Train with it' }).first().click();
    await unused.waitForPosted('trainWithIt');
  });

  it('shows the same numbers as tables, and saves them', async () => {
    const view = await open(openView);
    const { page } = view;
    await page.getByRole('button', { name: 'Matrix: show the data as a table' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.innerText()).toContain('The 1,000 largest of 8,192 weights.');
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Export what is shown…' }).click();
    await page.getByRole('menuitem', { name: 'Norms of the weights (CSV)…' }).click();
    expect(await view.waitForPosted('save')).toMatchObject({
      fileName: 'velo-handmade-1-weights.csv',
    });
    await page.getByRole('button', { name: 'Copy the checksum' }).click();
    expect((await view.waitForPosted('copy'))['text']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('draws the largest released size: LSTM 512, bank of 256', async () => {
    const { page } = await open(openView, { path: freshTheta(512, 256) });
    await matrix(page).hover({ position: { x: 700, y: 200 } });
    expect(await page.locator('.cell-text').innerText()).toMatch(
      /^row \d{3} \(hidden\), column \d+/,
    );
    const colours = await page.locator('.matrix canvas').evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const context = (canvas as HTMLCanvasElement).getContext('2d')!;
      const { data } = context.getImageData(0, height / 2, width, 1);
      return new Set(new Uint32Array(data.buffer)).size;
    });
    expect(colours).toBeGreaterThan(20);
    expect(await page.locator('.view-row').innerText()).toContain('256 networks');
    await screenshot(page, 'optimizer-large');
  });

  it.each([400, 640, 900, 1600])('does not scroll sideways at %i pixels', async (width) => {
    const { page } = await open(openView, { width, path: middle });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
  });

  it('says of a file that is no theta what it found and what the editor is for', async () => {
    const view = await openView('optimizer', {
      messages: [
        {
          type: 'problem',
          message: 'net.safetensors: expected the format "velo-theta-1", got none',
          remedy: 'VeLO Lab shows the weights of learned optimizers.',
        },
      ],
    });
    await view.page.getByText('expected the format').waitFor();
    expect(await axeViolations(view.page)).toEqual([]);
    await screenshot(view.page, 'optimizer-problem');
    await view.page.getByRole('button', { name: 'Read it again' }).click();
    await view.waitForPosted('resync');
  });
});
