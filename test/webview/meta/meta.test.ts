import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { metaViewMessageSchema } from '../../../src/protocol/live/index';
import { axeViolations } from '../support/axe';
import { clippedTexts, sidewaysOverflow } from '../support/layout';
import { readRecordings } from '../support/recorded';
import { scenesOf } from '../support/scenes';
import { THEMES, inChromium, screenshot } from '../support/views';
import type { OpenView, OpenedView, Theme, ViewOptions } from '../support/views';

const folder = fileURLToPath(new URL('../recorded', import.meta.url));
const scenes = scenesOf(readRecordings(folder));
const sceneOf = (name: string) => {
  const found = scenes.find((scene) => scene.name === `meta-${name}`);
  if (found === undefined) throw new Error(`no scene meta-${name}`);
  return found;
};

const open = async (openView: OpenView, name = 'finished', options: ViewOptions = {}) => {
  const view = await openView('meta', { scene: sceneOf(name), ...options });
  await view.page.locator('.meta > *').first().waitFor();
  await view.page.waitForTimeout(500);
  return view;
};
const slider = (page: Page, name = 'Evaluation loss') =>
  page.getByRole('slider', { name, exact: true });
const valueText = async (page: Page, name?: string) =>
  slider(page, name).getAttribute('aria-valuetext');
const selectedRow = async (page: Page) =>
  page.locator('.checkpoint-table tr[aria-selected="true"] td').nth(1).innerText();
const postedOf = async (view: OpenedView, type: string) =>
  (await view.posted()).filter((message) => message.type === type);

inChromium('the view of a meta-training', (openView) => {
  const places: [Theme, number][] = THEMES.flatMap((theme) => [
    [theme, 1400],
    [theme, 420],
  ]);
  it.each(places)('breaks no rule of WCAG 2.2 A or AA in %s at %i pixels', async (theme, width) => {
    const { page } = await open(openView, 'running', { theme, width });
    await page.waitForSelector('.plot-figure .main-svg');
    await screenshot(page, `meta-${theme}-${width}`, true);
    expect(await axeViolations(page)).toEqual([]);
    expect(await clippedTexts(page)).toEqual([]);
    expect(await sidewaysOverflow(page)).toBe(0);
  });

  it.each([
    ...[
      'gradient',
      'finished',
      'measuring',
      'noise',
      'config',
      'config-measuring',
      'config-failed',
    ],
    ...['starting', 'many-tasks', 'diverging', 'night', 'long-names', 'no-baseline', 'failed'],
  ])('clips nothing at 900 and 1,400 pixels: %s', async (name) => {
    const { page } = await open(openView, name);
    await page.waitForTimeout(400);
    await screenshot(page, `meta-${name}-1400`, true);
    expect(await clippedTexts(page)).toEqual([]);
    await page.setViewportSize({ width: 900, height: 900 });
    await page.waitForTimeout(300);
    expect(await clippedTexts(page)).toEqual([]);
    expect(await sidewaysOverflow(page)).toBe(0);
    expect(await axeViolations(page)).toEqual([]);
  });

  describe('the cursor', () => {
    it('moves by keys through all charts, and stands in the table', async () => {
      const { page } = await open(openView);
      await page.keyboard.press('Home');
      await expect.poll(async () => valueText(page)).toMatch(/^Outer step 0, loss to start 1\.00/);
      await expect.poll(async () => selectedRow(page)).toMatch(/^0 start/);
      await page.keyboard.press(']');
      await expect.poll(async () => valueText(page)).toMatch(/^Outer step 8, /);
      await slider(page, 'Antithetic pairs').focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Shift+ArrowRight');
      await expect
        .poll(async () => valueText(page, 'Antithetic pairs'))
        .toMatch(/^Outer step 19, /);
      await expect
        .poll(async () => valueText(page, 'How far θ has moved'))
        .toMatch(/^Outer step 16, /);
      const visible = page.locator('.track-cursor:visible');
      expect(await visible.count()).toBe(await page.locator('.track').count());
      await page.keyboard.press('End');
      await expect.poll(async () => selectedRow(page)).toMatch(/^96/);
    });

    it('is put on a validation by its row, and zooms by keys and back', async () => {
      const { page } = await open(openView);
      await page
        .locator('.checkpoint-table tr', { hasText: /^\s*40/ })
        .first()
        .click();
      await expect.poll(async () => valueText(page)).toMatch(/^Outer step 40, /);
      await slider(page).focus();
      const range = async () => slider(page).getAttribute('aria-valuemax');
      expect(await range()).toBe('96');
      await page.keyboard.press('+');
      await expect.poll(range).toBe('68');
      await page.keyboard.press('0');
      await expect.poll(range).toBe('96');
    });
  });

  describe('a section', () => {
    it.each([
      ['Evaluation loss', 13],
      ['Speedup over tuned Adam', 13],
      ['Antithetic pairs', 96 * 16],
      ['Gradient', 96],
      ['How far θ has moved', 13],
    ])('shows its numbers as a table: %s', async (title, rows) => {
      const { page } = await open(openView);
      await page.getByRole('button', { name: `${title}: show the data as a table` }).click();
      const dialog = page.getByRole('dialog');
      await dialog.waitFor();
      const shown = await dialog.locator('tbody tr').count();
      expect(shown).toBe(rows > 1000 ? Math.ceil(rows / 2) : rows);
      await page.keyboard.press('Escape');
    });

    it('folds, and is folded again after a reload; so are the curves that were chosen', async () => {
      const view = await open(openView);
      const { page } = view;
      await page.getByRole('button', { name: 'Throughput', exact: true }).click();
      await page.getByRole('radio', { name: 'Family' }).click();
      await expect
        .poll(async () => view.state())
        .toMatchObject({ view: { closed: ['throughput'], grouping: 'family' } });
      const again = await open(openView, 'finished', { state: await view.state() });
      expect(await again.page.getByRole('slider', { name: 'Busy workers' }).count()).toBe(0);
      const family = again.page.getByRole('radio', { name: 'Family' });
      expect(await family.getAttribute('aria-checked')).toBe('true');
    });
  });

  describe('a theta', () => {
    it('is trained with from its row; the best one has buttons of its own', async () => {
      const view = await open(openView);
      const { page } = view;
      const row = page.locator('.checkpoint-table tr', { hasText: /^\s*16/ }).first();
      await row.getByRole('button', { name: 'Train with it' }).click();
      await page.getByRole('button', { name: 'Save the best theta as…' }).click();
      await page.getByRole('button', { name: 'Evaluate the best theta…' }).click();
      const posted = await postedOf(view, 'theta');
      expect(posted).toMatchObject([
        { action: 'train', theta: 16 },
        { action: 'save' },
        { action: 'evaluate' },
      ]);
      for (const message of posted)
        expect(metaViewMessageSchema.safeParse(message).success).toBe(true);
    });

    it('is compared with another, the older one first', async () => {
      const view = await open(openView);
      const { page } = view;
      const compare = page.getByRole('button', { name: 'Compare two…' });
      expect(await compare.isDisabled()).toBe(true);
      await page.getByRole('checkbox', { name: 'Compare step 96' }).check();
      await page.getByRole('checkbox', { name: 'Compare step 0' }).check();
      await compare.click();
      expect(await postedOf(view, 'compare')).toMatchObject([{ before: 0, after: 96 }]);
    });
  });

  it('shows trainings that gradients go back through as what they are', async () => {
    const { page } = await open(openView, 'gradient');
    await expect
      .poll(async () => valueText(page, 'Losses of trainings'))
      .toMatch(/^Outer step 40, /);
    await page.getByRole('button', { name: 'Losses of trainings: show the data' }).click();
    const rows = page.getByRole('dialog').locator('tbody tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(40 * 6);
    // A loss, and not a dash.
    expect(await rows.first().locator('td').nth(3).innerText()).toMatch(/^\u2212?\d/);
    await page.keyboard.press('Escape');
    const words = await page.locator('main').innerText();
    expect(words).toContain('6 trainings a step');
    expect(words).not.toMatch(/pairs|antithetic/i);
  });

  describe('the sensitivity of theta', () => {
    it.each(THEMES)('breaks no rule of WCAG 2.2 A or AA in %s at 420 pixels', async (theme) => {
      const { page } = await open(openView, 'config', { theme, width: 420 });
      await screenshot(page, `meta-noise-${theme}-420`, true);
      expect(await axeViolations(page)).toEqual([]);
      expect(await clippedTexts(page)).toEqual([]);
      expect(await sidewaysOverflow(page)).toBe(0);
    });

    it('is measured and given up from its section', async () => {
      const none = await open(openView, 'no-baseline');
      await none.page.getByRole('button', { name: 'Measure', exact: true }).click();
      expect(await postedOf(none, 'measure')).toMatchObject([{ action: 'start' }]);
      const measuring = await open(openView, 'measuring');
      const { page } = measuring;
      const progress = page.getByRole('progressbar', { name: 'Measurement' });
      expect(await progress.getAttribute('aria-valuenow')).toBe('32');
      await page.getByText('Measuring: 6 of 19 parts, 1 min 14 s left').waitFor();
      await page.getByRole('button', { name: 'Stop measuring' }).click();
      expect(await postedOf(measuring, 'measure')).toMatchObject([{ action: 'stop' }]);
    });

    it('has a row for each group, the costliest first, and scales to copy and to put into the config', async () => {
      const view = await open(openView, 'config');
      const { page } = view;
      const rows = page.locator('.noise-table tbody tr');
      const names = await rows.locator('th').allInnerTexts();
      expect(names.slice(-2)).toEqual(['All groups', 'Chaos alone']);
      expect(await rows.first().innerText()).toContain('too loud');
      await page.getByText(/^\d+ groups are too loud/).waitFor();
      await page.getByRole('button', { name: 'Copy the scales' }).focus();
      await page.keyboard.press('Enter');
      const [copied] = await postedOf(view, 'copy');
      expect(String(copied?.['text'])).toMatch(/^"scales": \{ ".+": 0\.\d+/);
      await page.getByRole('button', { name: 'Put them into the config' }).click();
      const [applied] = await postedOf(view, 'applyScales');
      expect(metaViewMessageSchema.safeParse(applied).success).toBe(true);
      expect(JSON.parse(`{${String(copied?.['text'])}}`)).toEqual({ scales: applied?.['scales'] });
      await page.getByRole('button', { name: 'Sensitivity of θ: show the data' }).click();
      const table = page.getByRole('dialog').locator('tbody tr');
      await table.first().waitFor();
      expect(await table.count()).toBe(names.length);
    });

    it('is put into a new config where it is that of a meta-training', async () => {
      const view = await open(openView, 'noise');
      await view.page.getByRole('button', { name: 'New config with them' }).click();
      expect(await postedOf(view, 'applyScales')).toHaveLength(1);
    });
  });

  it('is stopped and resumed from its header', async () => {
    const running = await open(openView, 'running');
    await running.page.getByRole('button', { name: 'Stop: it can go on later' }).click();
    expect(await postedOf(running, 'control')).toMatchObject([{ action: 'stop' }]);
    const stopped = await open(openView, 'stopped');
    await stopped.page.getByRole('button', { name: 'Resume', exact: true }).click();
    expect(await postedOf(stopped, 'control')).toMatchObject([{ action: 'resume' }]);
    const elsewhere = await open(openView, 'elsewhere');
    const stop = elsewhere.page.getByRole('button', { name: 'Stop: it can go on later' });
    expect(await stop.isDisabled()).toBe(true);
  });

  it('exports what is shown', async () => {
    const view = await open(openView);
    const { page } = view;
    for (const label of ['Outer steps (CSV)…', 'Everything (JSON)…', 'Charts (SVG)…']) {
      await page.getByRole('button', { name: 'Export what is shown…' }).click();
      await page.getByRole('menuitem', { name: label }).click();
    }
    await expect.poll(async () => (await postedOf(view, 'save')).length).toBe(3);
    const [csv, json, svg] = (await postedOf(view, 'save')).map(({ content }) => String(content));
    expect(csv!.trim().split('\r\n')).toHaveLength(97);
    expect(JSON.parse(json!)).toMatchObject({ entry: { iterations: 96 } });
    expect(svg).toContain('Evaluation loss');
  });

  it('asks for everything anew after a gap', async () => {
    const view = await open(openView, 'running');
    const [message] = sceneOf('running').messages;
    if (message?.type !== 'meta') throw new Error('no meta-training in the scene');
    await view.send({ ...message, seq: 7, update: { ...message.update, reset: false } });
    await view.waitForPosted('resync');
  });

  it('asks for a new one where there is none', async () => {
    const view = await open(openView, 'empty');
    await view.page.getByRole('button', { name: 'New Meta-Training…' }).click();
    await view.waitForPosted('newMeta');
  });
});
