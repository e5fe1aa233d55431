import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { axeViolations } from '../support/axe';
import { THEMES, inChromium, screenshot } from '../support/views';
import type { OpenView, Theme, ViewOptions } from '../support/views';
import { comparisonMessages, nextSteps } from './runs';

const drawn = async (page: Page) => {
  await page.waitForSelector('.plot-figure .main-svg');
  await page.waitForTimeout(400);
};
const open = async (openView: OpenView, options: ViewOptions = {}) => {
  const view = await openView('comparison', { messages: comparisonMessages(), ...options });
  await drawn(view.page);
  return view;
};
const names = async (page: Page) => page.locator('.run-open').allInnerTexts();
const target = (page: Page) => page.getByRole('slider', { name: 'Target loss' });

inChromium('the comparison', (openView) => {
  const places: [Theme, number][] = THEMES.flatMap((theme) => [
    [theme, 1400],
    [theme, 420],
  ]);
  it.each(places)('breaks no rule of WCAG 2.2 A or AA in %s at %i pixels', async (theme, width) => {
    const { page } = await open(openView, { theme, width });
    await screenshot(page, `comparison-${theme}-${width}`, width < 500);
    expect(await axeViolations(page)).toEqual([]);
  });

  it('says what is the same in all runs and what differs', async () => {
    const { page } = await open(openView);
    const header = await page.locator('.view-row').innerText();
    expect(header).toContain('Comparison of 9 runs');
    expect(header).toContain('fashion-mnist 64-32 relu b128');
    expect(header).toContain('seed 0, batch 128, 1,000 steps');
    expect(header).toContain('optimizer, θ, lr');
    await page.getByRole('button', { name: 'Show the differences of the configurations' }).click();
    const table = page.getByRole('dialog', { name: 'Configurations: data' });
    expect(await table.locator('tbody tr').first().innerText()).toMatch(
      /optimizer\.name\s+differs/,
    );
  });

  it('sorts by a column, says so, and marks the best value', async () => {
    const { page } = await open(openView);
    const header = page.getByRole('columnheader', { name: 'Best held-out' });
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
    expect((await names(page))[0]).toBe('fashion-adam-3');
    await header.getByRole('button').click();
    expect(await header.getAttribute('aria-sort')).toBe('descending');
    expect((await names(page))[0]).toBe('fashion-peak400');
    await page.getByRole('columnheader', { name: 'Run' }).getByRole('button').click();
    expect(await header.getAttribute('aria-sort')).toBe('none');
    expect((await names(page))[0]).toBe('fashion');
    const marked = page.locator('tr', { hasText: 'fashion-adam-3' }).locator('td.best');
    expect(await marked.count()).toBeGreaterThan(0);
    expect(await page.locator('tr', { hasText: 'peak400' }).locator('td.best').count()).toBe(0);
  });

  it('goes through the rows by keys, opens one by Enter and takes one out by Space', async () => {
    const view = await open(openView);
    const { page } = view;
    const rows = await names(page);
    await page.locator('.run-open').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await view.waitForPosted('openRun')).toMatchObject({ runId: rows[2] });
    await page.keyboard.press('End');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Space');
    expect(await view.waitForPosted('removeRun')).toMatchObject({ runId: rows.at(-1) });
    await page.locator('tr', { hasText: 'fashion-celo' }).dblclick({ position: { x: 400, y: 10 } });
    await expect
      .poll(async () => view.waitForPosted('openRun'))
      .toMatchObject({ runId: 'fashion-celo' });
  });

  it('moves the target by keys, by dragging and by typing, and the table follows', async () => {
    const { page } = await open(openView);
    const before = Number(await target(page).getAttribute('aria-valuenow'));
    await target(page).focus();
    await page.keyboard.press('Shift+ArrowUp');
    await expect
      .poll(async () => Number(await target(page).getAttribute('aria-valuenow')))
      .toBeGreaterThan(before);
    const box = (await target(page).boundingBox())!;
    await page.mouse.move(box.x + 300, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + 300, box.y - 88, { steps: 4 });
    await page.mouse.up();
    const dragged = Number(await target(page).getAttribute('aria-valuenow'));
    expect(dragged).toBeGreaterThan(before * 1.2);
    await page.getByLabel('Target loss').and(page.locator('input')).fill('0.45');
    await page.keyboard.press('Enter');
    await page.getByRole('columnheader', { name: 'Steps to 0.450' }).waitFor();
    expect(await target(page).getAttribute('aria-valuetext')).toMatch(
      /^0\.450, reached by \d of 9 runs$/,
    );
  });

  it('takes live updates, and asks for everything after a gap', async () => {
    const view = await open(openView);
    const { page } = view;
    const state = page.locator('tr', { hasText: 'fashion-live' });
    expect(await state.innerText()).toContain('running at 400 of 1,000');
    await view.send(nextSteps(1, 400));
    await expect.poll(async () => state.innerText()).toContain('running at 410 of 1,000');
    await view.send(nextSteps(5, 420));
    expect(await view.waitForPosted('resync')).toEqual({ type: 'resync' });
    await view.send(...comparisonMessages().slice(2));
    await view.send(nextSteps(1, 400));
    await expect.poll(async () => state.innerText()).toContain('running at 410');
  });

  it('draws training losses and seconds, and finds its choices again', async () => {
    const view = await open(openView);
    const { page } = view;
    await page.getByRole('radio', { name: 'Train' }).click();
    await page.getByRole('radio', { name: 'Seconds' }).click();
    await expect
      .poll(async () => page.getByRole('img', { name: /Train loss of 9 runs/ }).count())
      .toBe(1);
    const kept = await view.state();
    const { view: own } = kept as { view: { runIds: string[]; view: object } };
    expect(own.view).toMatchObject({ quantity: 'train', axis: 'seconds' });
    expect(own.runIds).toHaveLength(9);
    const again = await open(openView, { state: kept });
    expect(
      await again.page.getByRole('radio', { name: 'Train' }).getAttribute('aria-checked'),
    ).toBe('true');
    await screenshot(again.page, 'comparison-train-seconds');
  });

  it('shows the same numbers as a table by T', async () => {
    const { page } = await open(openView);
    await target(page).focus();
    await page.keyboard.press('t');
    const dialog = page.getByRole('dialog', { name: 'Held-out loss by step: data' });
    await dialog.waitFor();
    expect(await dialog.locator('thead th').count()).toBe(10);
    expect(await dialog.locator('tbody tr').count()).toBe(100);
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('exports table, curves and pictures', async () => {
    const view = await open(openView);
    const { page } = view;
    const save = async (item: string) => {
      await page.getByRole('button', { name: 'Export what is shown…' }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    const newest = async (fileName: string) => {
      const find = async () =>
        (await view.posted()).find((message) => message['fileName'] === fileName);
      await expect.poll(find, { timeout: 5000 }).toBeDefined();
      return (await find())?.['content'];
    };
    await save('Table of runs (CSV)…');
    expect(await newest('comparison-runs.csv')).toMatch(/^Run,Optimizer,Setting,State/);
    await save('Everything (JSON)…');
    const json = JSON.parse(String(await newest('comparison-held-out-by-step.json'))) as object;
    expect(json).toMatchObject({ quantity: 'heldOut', axis: 'step' });
    await save('Chart (SVG)…');
    const svg = String(await newest('comparison-held-out-by-step.svg'));
    expect(svg).toContain('Adam lr 0.003');
    expect(svg).toContain('NaN at step 82');
    await save('Chart (PNG)…');
    const png = (await newest('comparison-held-out-by-step.png')) as Uint8Array;
    expect([...png.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  });

  it('lights up the run under the pointer', async () => {
    const { page } = await open(openView);
    await page.locator('tr', { hasText: 'fashion-celo' }).hover();
    await expect
      .poll(async () => page.locator('.annotations g[opacity="1"] text').allTextContents())
      .toEqual(['celo']);
  });

  it.each([400, 640, 900, 1600])('does not scroll sideways at %i pixels', async (width) => {
    const { page } = await open(openView, { width });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    expect(overflow).toBeLessThanOrEqual(0);
  });

  it('says what to do without runs', async () => {
    const view = await openView('comparison', {
      messages: [{ type: 'runs', runs: [], lossUnit: '' }],
    });
    await view.page.getByText('Check two or more runs in the tree').waitFor();
    expect(await axeViolations(view.page)).toEqual([]);
    await screenshot(view.page, 'comparison-empty');
    await view.page.getByRole('button', { name: 'Add runs…' }).click();
    await view.waitForPosted('addRuns');
  });

  it('says what went wrong, and keeps what it has when the engine is gone', async () => {
    const problem = { type: 'problem', message: 'The folder is gone.', remedy: 'Open it again.' };
    const failed = await openView('comparison', { messages: [problem] });
    await failed.page.getByText('Open it again.').waitFor();
    await failed.page.getByRole('button', { name: 'Try again' }).click();
    await failed.waitForPosted('resync');
    const view = await open(openView);
    await view.send({ type: 'engine', state: 'lost' });
    await view.page.getByText('The engine does not answer.').waitFor();
    expect(await view.page.locator('.run-open').count()).toBe(9);
    expect(await axeViolations(view.page)).toEqual([]);
  });
});
