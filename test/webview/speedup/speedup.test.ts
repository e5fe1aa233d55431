import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { speedupViewMessageSchema } from '../../../src/protocol/live/index';
import { axeViolations } from '../support/axe';
import { clippedTexts, sidewaysOverflow } from '../support/layout';
import { readRecordings } from '../support/recorded';
import { scenesOf } from '../support/scenes';
import { THEMES, inChromium, screenshot } from '../support/views';
import type { OpenView, OpenedView, Theme, ViewOptions } from '../support/views';

const folder = fileURLToPath(new URL('../recorded', import.meta.url));
const scenes = scenesOf(readRecordings(folder));
const sceneOf = (name: string) => {
  const found = scenes.find((scene) => scene.name === `speedup-${name}`);
  if (found === undefined) throw new Error(`no scene speedup-${name}`);
  return found;
};

const open = async (openView: OpenView, name = 'finished', options: ViewOptions = {}) => {
  const view = await openView('speedup', { scene: sceneOf(name), ...options });
  await view.page.locator('.speedup > *').first().waitFor();
  await view.page.waitForTimeout(500);
  return view;
};
const slider = (page: Page) => page.getByRole('slider', { name: /^Speedup over tuned Adam/ });
const valueText = async (page: Page) => slider(page).getAttribute('aria-valuetext');
const selected = async (page: Page) =>
  page.locator('.task-table tr[aria-selected="true"] .task-name > :first-child').innerText();
const detail = (page: Page) => page.locator('aside.detail');
const chip = (page: Page) => page.locator('.optimizer-chip', { hasText: 'Momentum 0.1' });
const postedOf = async (view: OpenedView, type: string) =>
  (await view.posted()).filter((message) => message.type === type);

inChromium('the speedup chart', (openView) => {
  const places: [Theme, number][] = THEMES.flatMap((theme) => [
    [theme, 1400],
    [theme, 420],
  ]);
  it.each(places)('breaks no rule of WCAG 2.2 A or AA in %s at %i pixels', async (theme, width) => {
    const { page } = await open(openView, 'finished', { theme, width });
    await page.waitForSelector('.detail .plot-figure .main-svg');
    await screenshot(page, `speedup-${theme}-${width}`, width < 500);
    expect(await axeViolations(page)).toEqual([]);
    expect(await clippedTexts(page)).toEqual([]);
    expect(await sidewaysOverflow(page)).toBe(0);
  });

  it.each([
    'running',
    'censored',
    'all-failed',
    '83-tasks',
    'long-names',
    'interrupted',
    'pending',
  ])('clips nothing at 900 and 1,400 pixels: %s', async (name) => {
    const { page } = await open(openView, name);
    await screenshot(page, `speedup-${name}-1400`);
    expect(await clippedTexts(page)).toEqual([]);
    await page.setViewportSize({ width: 900, height: 900 });
    await page.waitForTimeout(300);
    expect(await clippedTexts(page)).toEqual([]);
    expect(await sidewaysOverflow(page)).toBe(0);
    expect(await axeViolations(page)).toEqual([]);
  });

  describe('a task', () => {
    it('is chosen by a mark in chart, detail and table, its optimizer comes to the front', async () => {
      const { page } = await open(openView);
      expect(await valueText(page)).toBe('digits8 32 b16, 1 of 17: VeLO, hand-made θ 1.44×');
      const chart = (await slider(page).boundingBox())!;
      const mark = page.locator('[data-task="mnist8 32"] path').nth(1);
      const box = (await mark.boundingBox())!;
      const at = { x: box.x + box.width / 2 - chart.x, y: box.y + box.height / 2 - chart.y };
      await slider(page).hover({ position: at });
      await page.locator('.tooltip', { hasText: 'mnist8 32' }).waitFor();
      await slider(page).click({ position: at });
      await expect.poll(async () => selected(page)).toBe('mnist8 32');
      await detail(page).getByRole('heading', { name: 'mnist8 32' }).waitFor();
      await detail(page)
        .getByText(/ends at .* ÷ 400 = /)
        .waitFor();
      await slider(page).dblclick({ position: at });
      await page.mouse.move(0, 0);
    });

    it('is chosen by its row, and opened by a double click or Enter', async () => {
      const view = await open(openView);
      const { page } = view;
      await page.locator('.task-table tr', { hasText: 'fashion8 32 tanh' }).click();
      await expect.poll(async () => valueText(page)).toContain('fashion8 32 tanh');
      await page.keyboard.press('ArrowDown');
      const next = await selected(page);
      expect(next).not.toBe('fashion8 32 tanh');
      await page.keyboard.press('Enter');
      const posted = await view.waitForPosted('trainTask');
      expect(speedupViewMessageSchema.safeParse(posted).success).toBe(true);
      const name = sceneOverview().tasks[Number(posted['task'])]?.name;
      expect(name).toBe(next);
      await page.locator('.task-table tr', { hasText: 'rosenbrock' }).dblclick();
      await expect.poll(async () => (await postedOf(view, 'trainTask')).length).toBe(2);
    });

    it('is asked for once, and again when it has got on', async () => {
      const view = await open(openView, 'running');
      const asked = async () => (await postedOf(view, 'curves')).map(({ task }) => task);
      const first = await asked();
      expect(first).toHaveLength(1);
      await view.send(...messagesOf('running').slice(0, 1));
      await view.page.waitForTimeout(500);
      expect(await asked()).toEqual(first);
      const finished = messagesOf('finished')[0]!;
      await view.page.locator('.task-table tr', { hasText: 'mnist14 linear' }).click();
      await expect.poll(async () => (await asked()).length).toBe(2);
      await view.send(finished);
      await expect.poll(async () => (await asked()).length).toBe(3);
    });
  });

  it('goes by keys from task to task and optimizer to optimizer, closes the detail by Esc', async () => {
    const { page } = await open(openView);
    await slider(page).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(async () => valueText(page)).toContain(', 2 of 17: VeLO');
    await page.keyboard.press('End');
    await expect.poll(async () => valueText(page)).toContain(', 17 of 17: VeLO');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Home');
    await expect.poll(async () => valueText(page)).toContain(', 1 of 17: VeLO');
    await page.keyboard.press(']');
    await expect.poll(async () => valueText(page)).toContain('Momentum 0.1');
    await page.keyboard.press('[');
    await page.keyboard.press('[');
    await expect.poll(async () => valueText(page)).toContain('Adam 0.001');
    await page.keyboard.press('Escape');
    await detail(page).waitFor({ state: 'detached' });
    expect(await valueText(page)).toBe('no task chosen, of 17');
    await page.keyboard.press('ArrowDown');
    await detail(page).waitFor();
  });

  it('leaves keys to the filter while something is typed there', async () => {
    const view = await open(openView);
    const { page } = view;
    await page.getByLabel('Filter tasks').fill('fashion');
    await page.keyboard.press('Home');
    await page.keyboard.type('t]');
    await page.getByText('has “t]fashion”').waitFor();
    expect(await valueText(page)).toContain('VeLO');
    await page.getByLabel('Filter tasks').fill('fashion tanh');
    await expect.poll(async () => page.locator('.task-table tbody tr').count()).toBe(1);
    expect(await postedOf(view, 'trainTask')).toEqual([]);
  });

  it('changes unit and chart, and finds its choices again', async () => {
    const view = await open(openView);
    const { page } = view;
    await chip(page).click();
    await page.getByRole('radio', { name: 'Seconds' }).click();
    await detail(page)
      .getByText(/By seconds/)
      .waitFor();
    await page.waitForTimeout(500);
    await screenshot(page, 'speedup-seconds-1400');
    await page.getByRole('radio', { name: 'Profile' }).click();
    await page.getByRole('img', { name: /^Performance profiles by seconds/ }).waitFor();
    await page.getByText('A profile is relative').waitFor();
    await page.waitForTimeout(500);
    await screenshot(page, 'speedup-profile-1400');
    expect(await axeViolations(page)).toEqual([]);
    const again = await open(openView, 'finished', { state: await view.state() });
    await again.page.getByRole('img', { name: /^Performance profiles by seconds/ }).waitFor();
    expect(await chip(again.page).getAttribute('aria-pressed')).toBe('true');
  });

  it('sorts its table by any column', async () => {
    const { page } = await open(openView);
    const first = async () =>
      page.locator('.task-table tbody .task-name > :first-child').first().innerText();
    const header = (name: string) => page.getByRole('columnheader', { name });
    expect(await header('VeLO').getAttribute('aria-sort')).toBe('descending');
    await header('Momentum 0.1').getByRole('button').click();
    expect(await first()).toBe('quadratic 32');
    await header('Parameters').getByRole('button').click();
    await header('Parameters').getByRole('button').click();
    expect(await header('Parameters').getAttribute('aria-sort')).toBe('ascending');
    expect(await first()).toBe('rosenbrock');
  });

  const tables: [string, string, string][] = [
    ['Speedup over tuned Adam', 'Speedup over tuned Adam by steps: data', 'Rank'],
    ['digits8 32 b16', 'digits8 32 b16: train loss, smoothed: data', 'Tuned Adam'],
    ['Adam’s sweep', 'digits8 32 b16: sweep of Adam: data', 'Learning rate'],
    ['Tasks', 'Tasks: data', 'Stand-in for'],
  ];
  it.each(tables)('shows the numbers of %s as a table by T', async (section, title, column) => {
    const { page } = await open(openView);
    await page.getByRole('button', { name: section, exact: true }).focus();
    await page.keyboard.press('t');
    const dialog = page.getByRole('dialog', { name: title });
    await dialog.waitFor();
    expect(await dialog.locator('thead').innerText()).toContain(column);
    expect(await dialog.locator('tbody tr').count()).toBeGreaterThanOrEqual(7);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await detail(page).count()).toBe(1);
  });

  it('exports table, everything and pictures', async () => {
    const view = await open(openView);
    const { page } = view;
    const save = async (item: string, fileName: string) => {
      await page.getByRole('button', { name: 'Export what is shown…' }).click();
      await page.getByRole('menuitem', { name: item }).click();
      const find = async () =>
        (await view.posted()).find((message) => message['fileName'] === fileName);
      await expect.poll(find, { timeout: 5000 }).toBeDefined();
      return (await find())?.['content'];
    };
    const csv = String(await save('Table of tasks (CSV)…', 'speedup-small-17.csv'));
    expect(csv.split('\r\n')).toHaveLength(19);
    const json = JSON.parse(String(await save('Everything (JSON)…', 'speedup-small-17.json'))) as {
      tasks: unknown[];
    };
    expect(json.tasks).toHaveLength(17);
    const svg = String(await save('Chart (SVG)…', 'speedup-small-17-by-steps.svg'));
    expect(svg).toContain('≥ 4×: 0 of 17');
    expect(svg).toContain('Momentum 0.1: median 0.69×');
    expect(svg).not.toContain('display="none"');
    expect(svg.match(/data-mark/g)).toHaveLength(51);
    const png = (await save('Chart (PNG)…', 'speedup-small-17-by-steps.png')) as Uint8Array;
    expect([...png.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  });

  it('marks censored results and failures, and counts them', async () => {
    const { page } = await open(openView, 'censored');
    await chip(page).click();
    const counts = page.locator('.chart-counts');
    await expect.poll(async () => counts.innerText()).toContain('failed: 5');
    expect(await page.locator('[data-mark=failed]').count()).toBe(5);
    expect(await page.locator('[data-mark=censored]').count()).toBeGreaterThan(5);
  });

  it('shows progress while it runs, and can be stopped', async () => {
    const view = await open(openView, 'running');
    const { page } = view;
    const header = await page.locator('.view-row').innerText();
    for (const text of ['9 of 17', 'about 12\u2009min 34\u2009s', 'Running'])
      expect(header).toContain(text);
    expect(await page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('58');
    await page.getByText('pending: 7, not drawn').waitFor();
    await page.getByRole('button', { name: 'Stop: what is done is kept' }).click();
    expect(await view.waitForPosted('control')).toEqual({ type: 'control', action: 'stop' });
  });

  it('goes on after an interruption, and writes the report', async () => {
    const view = await open(openView, 'interrupted');
    const { page } = view;
    await page.getByRole('button', { name: /^Resume after 294 of 510 runs/ }).click();
    expect(await view.waitForPosted('control')).toEqual({ type: 'control', action: 'resume' });
    await page.getByRole('button', { name: 'Write the report…' }).click();
    await view.waitForPosted('report');
  });

  it('says why it failed, and offers nothing where nothing may run', async () => {
    const failed = await open(openView, 'failed');
    await failed.page.getByText('The disk is full: results.jsonl could not be written.').waitFor();
    const { page } = await open(openView, 'restricted');
    for (const name of [/^Resume after/, 'New Evaluation…'])
      expect(await page.getByRole('button', { name }).isDisabled()).toBe(true);
  });

  it('says what would be here without an evaluation, and what to do about a problem', async () => {
    const empty = await open(openView, 'empty');
    await screenshot(empty.page, 'speedup-empty');
    await empty.page.getByRole('button', { name: 'New Evaluation…' }).click();
    await empty.waitForPosted('newEvaluation');
    const problem = await open(openView, 'problem');
    await problem.page.getByText('what is missing is trained again').waitFor();
    await problem.page.getByRole('button', { name: 'Try again' }).click();
    await problem.waitForPosted('resync');
  });

  it('draws at once where the theme changes', async () => {
    const view = await open(openView);
    const stroke = async () => view.page.locator('[data-mark] path').last().getAttribute('stroke');
    const dark = await stroke();
    await view.setTheme('light');
    await expect.poll(stroke).not.toBe(dark);
  });
});

function messagesOf(name: string) {
  return sceneOf(name).messages;
}

function sceneOverview() {
  const message = messagesOf('finished')[0]!;
  if (message.type !== 'evaluation') throw new Error('the first message is the evaluation');
  return message.overview;
}
