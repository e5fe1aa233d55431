import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { speedupViewMessageSchema } from '../../../src/protocol/live/index';
import { axeViolations } from '../support/axe';
import { clippedTexts, sidewaysOverflow } from '../support/layout';
import { readRecordings } from '../support/recorded';
import { scenesOf } from '../support/scenes';
import { THEMES, inChromium, screenshot } from '../support/views';
import type { OpenView, Theme, ViewOptions } from '../support/views';

const folder = fileURLToPath(new URL('../recorded', import.meta.url));
const scenes = scenesOf(readRecordings(folder));
const sceneOf = (name: string) => {
  const found = scenes.find((scene) => scene.name === `speedup-sweep-${name}`);
  if (found === undefined) throw new Error(`no scene speedup-sweep-${name}`);
  return found;
};
const open = async (openView: OpenView, name: string, options: ViewOptions = {}) => {
  const view = await openView('speedup', { scene: sceneOf(name), ...options });
  await view.page.locator('.speedup .sweep-controls').waitFor();
  await view.page.waitForTimeout(600);
  return view;
};

inChromium('the sweep', (openView) => {
  const places: [Theme, number][] = THEMES.flatMap((theme) => [
    [theme, 1400],
    [theme, 420],
  ]);
  it.each(places)('breaks no rule of WCAG 2.2 A or AA in %s at %i pixels', async (theme, width) => {
    const { page } = await open(openView, 'task', { theme, width });
    await screenshot(page, `sweep-${theme}-${width}`, width < 1000);
    expect(await axeViolations(page)).toEqual([]);
    expect(await clippedTexts(page)).toEqual([]);
    expect(await sidewaysOverflow(page)).toBe(0);
  });

  it.each(['all', 'drawn', 'brushed', 'everybody', 'many', 'all-diverged', 'running', 'loading'])(
    'clips nothing: %s',
    async (name) => {
      const { page } = await open(openView, name);
      await screenshot(page, `sweep-${name}-1400`);
      expect(await clippedTexts(page)).toEqual([]);
      expect(await axeViolations(page)).toEqual([]);
      await page.setViewportSize({ width: 900, height: 900 });
      await page.waitForTimeout(300);
      expect(await clippedTexts(page)).toEqual([]);
      expect(await sidewaysOverflow(page)).toBe(0);
    },
  );

  const rows = (page: Page) => page.locator('.setting-table tbody tr');
  const grip = (page: Page, axis: string, end: 'lowest' | 'highest') =>
    page.getByRole('slider', { name: `${axis}: ${end} shown` });
  const names = async (page: Page) => page.locator('.axis-name > .axis-title').allInnerTexts();

  it('is a tab beside the others, and asks for all tasks, then for one', async () => {
    const scene = { ...sceneOf('loading'), state: undefined };
    const { page, posted, waitForPosted } = await openView('speedup', { scene });
    await page.getByRole('radio', { name: 'Sweep' }).click();
    expect(speedupViewMessageSchema.parse(await waitForPosted('sweep'))).toEqual({ type: 'sweep' });
    await page.locator('.sweep-controls select').first().selectOption({ label: 'mnist8 linear' });
    await expect
      .poll(async () => (await posted()).filter(({ type }) => type === 'sweep').at(-1))
      .toEqual({ type: 'sweep', task: 2 });
  });

  it('brushes by keys, and by Delete no more; the table has what is inside', async () => {
    const { page } = await open(openView, 'drawn');
    expect(await rows(page).count()).toBe(24);
    const low = grip(page, 'train loss', 'lowest');
    expect(await grip(page, 'train loss', 'highest').getAttribute('aria-valuetext')).toBe(
      'diverged',
    );
    await low.focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowUp');
    await expect.poll(async () => rows(page).count()).toBe(21);
    await grip(page, 'train loss', 'highest').focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(async () => rows(page).count()).toBe(17);
    expect(await page.locator('[data-setting][data-diverged]').count()).toBe(0);
    await page.getByText('17 of 24 inside of the brushes').waitFor();
    await page.keyboard.press('Delete');
    await expect.poll(async () => rows(page).count()).toBe(24);
    // What diverged alone, which is at the end.
    await low.focus();
    await page.keyboard.press('End');
    await expect.poll(async () => rows(page).count()).toBe(4);
    await page.getByRole('button', { name: 'Clear brushes' }).click();
    await expect.poll(async () => rows(page).count()).toBe(24);
  });

  it('draws the curves of the table at once where the theme changes', async () => {
    const view = await open(openView, 'task', { theme: 'dark' });
    const strokes = () =>
      view.page
        .locator('.setting-table .sparkline path')
        .evaluateAll((paths) => paths.map((path) => path.getAttribute('stroke')).join(' '));
    const dark = await strokes();
    await view.setTheme('light');
    await expect.poll(strokes).not.toBe(dark);
  });

  it('brushes by a drag along an axis, and clears it by a click', async () => {
    const { page } = await open(openView, 'task');
    const chart = page.getByRole('group', { name: /^48 settings of AdamW on quadratic 32/ });
    const box = (await chart.boundingBox())!;
    const at = (await grip(page, 'learning rate', 'lowest').boundingBox())!;
    const x = at.x + at.width / 2;
    await page.mouse.move(x, at.y - 20);
    await page.mouse.down();
    await page.mouse.move(x, at.y - 60, { steps: 3 });
    await page.mouse.move(x, box.y + box.height / 2, { steps: 3 });
    await page.mouse.up();
    await expect.poll(async () => rows(page).count()).toBe(12);
    expect(await page.locator('[data-brush]').count()).toBe(1);
    await page.mouse.click(x, at.y - 40);
    await expect.poll(async () => rows(page).count()).toBe(48);
  });

  it('moves axes by keys and by a drag, and flips them', async () => {
    const view = await open(openView, 'task');
    const { page } = view;
    expect((await names(page)).slice(0, 3)).toEqual(['learning rate', 'schedule', 'weightDecay']);
    const name = page.getByRole('button', { name: /^learning rate, axis/ });
    await name.focus();
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(async () => (await names(page)).slice(0, 3))
      .toEqual(['schedule', 'learning rate', 'weightDecay']);
    expect(await name.evaluate((element) => element === document.activeElement)).toBe(true);
    const from = (await name.boundingBox())!;
    const to = (await page.getByRole('button', { name: /^beta1, axis/ }).boundingBox())!;
    await page.mouse.move(from.x + 30, from.y + 10);
    await page.mouse.down();
    await page.mouse.move(to.x + to.width / 2, to.y + 10, { steps: 8 });
    await page.mouse.up();
    await expect
      .poll(async () => (await names(page)).slice(0, 4))
      .toEqual(['schedule', 'weightDecay', 'beta1', 'learning rate']);
    expect(await name.getAttribute('aria-label')).not.toContain('flipped');
    await name.click();
    await expect.poll(async () => name.getAttribute('aria-label')).toContain('flipped');
    const again = await open(openView, 'task', { state: await view.state() });
    expect((await names(again.page)).slice(0, 4)).toEqual([
      'schedule',
      'weightDecay',
      'beta1',
      'learning rate',
    ]);
  });

  it('writes the names of many axes in lines, whole, beside each other and above their grips', async () => {
    const { page } = await open(openView, 'many');
    expect(await names(page)).toContain('maxPreconditionerSize');
    const { height } = (await page.locator('.axis-title', { hasText: 'Precond' }).boundingBox())!;
    expect(height).toBeGreaterThanOrEqual(3 * 14);
    const overlaps = () =>
      page.locator('.axis-title').evaluateAll((titles) => {
        const boxes = titles.map((title) => title.getBoundingClientRect());
        return boxes.filter((box, i) => i > 0 && box.left < boxes[i - 1]!.right).length;
      });
    expect(await overlaps()).toBe(0);
    await page.setViewportSize({ width: 960, height: 900 });
    await page.waitForTimeout(300);
    expect(await overlaps()).toBe(0);
    await screenshot(page, 'sweep-many-960');
    const grips = await page
      .locator('.axis-grip')
      .evaluateAll((all) => all.map((grip) => grip.getBoundingClientRect().top));
    const bottoms = await page
      .locator('.axis-name')
      .evaluateAll((all) => all.map((name) => name.getBoundingClientRect().bottom));
    expect(Math.min(...grips)).toBeGreaterThanOrEqual(Math.max(...bottoms));
  });

  it('says in its header what was swept', async () => {
    const { page } = await open(openView, 'task');
    const header = page.locator('.view-row .key-values');
    expect(await header.innerText()).toContain('AdamW, 48 settings × 2 seeds');
    expect(await header.innerText()).toContain(
      '72 settings of 2 optimizers: learning rate, schedule, weightDecay, beta1 and 2 more',
    );
    await page.getByText('varied: learning rate, schedule, weightDecay, beta1').waitFor();
  });

  it('links line, row and curves by the pointer, and keeps what is clicked', async () => {
    const { page } = await open(openView, 'task');
    await page.mouse.move(5, 5);
    const front = async () => page.locator('[data-front]').getAttribute('data-front');
    await rows(page).nth(4).hover();
    const first = await front();
    expect(await page.locator('[data-front-curves]').getAttribute('data-front-curves')).toBe(first);
    const line = page.locator('[data-setting]').first();
    const id = await line.getAttribute('data-setting');
    const path = (await line.locator('path').first().getAttribute('d'))!;
    const [a, b] = [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ]);
    const chart = (await page.locator('.parallel').boundingBox())!;
    const middle = {
      x: chart.x + (a![0]! + b![0]!) / 2,
      y: chart.y + (a![1]! + b![1]!) / 2,
    };
    await page.mouse.move(middle.x, middle.y);
    await page.locator('.tooltip', { hasText: 'train loss' }).waitFor();
    const pointed = await front();
    await expect.poll(async () => rows(page).and(page.locator('.hovered')).count()).toBe(1);
    expect(typeof id).toBe('string');
    await page.mouse.click(middle.x, middle.y);
    await page.mouse.move(5, 5);
    expect(await front()).toBe(pointed);
    await page.locator('tr[aria-selected="true"]').focus();
    await page.keyboard.press('Home');
    await expect.poll(front).not.toBe(pointed);
    await page.locator('.sweep-front', { hasText: 'steps to target' }).waitFor();
    await screenshot(page, 'sweep-chosen-1400');
  });

  it('exports settings, curves and pictures of what is shown', async () => {
    const view = await open(openView, 'drawn');
    const { page } = view;
    const save = async (item: string, fileName: string) => {
      await page.getByRole('button', { name: 'Export what is shown…' }).click();
      await page.getByRole('menuitem', { name: item }).click();
      const find = async () =>
        (await view.posted()).find((message) => message['fileName'] === fileName);
      await expect.poll(find, { timeout: 5000 }).toBeDefined();
      return (await find())?.['content'];
    };
    const name = 'speedup-sweep-4-sweep-quadratic-32';
    const csv = String(await save('Table of settings (CSV)…', `${name}.csv`));
    expect(csv.trim().split('\r\n')).toHaveLength(25);
    const json = JSON.parse(
      String(await save('Every setting and curve (JSON)…', `${name}.json`)),
    ) as {
      settings: { onTask: { seeds: unknown[] } }[];
    };
    expect(json.settings).toHaveLength(73);
    expect(json.settings[0]!.onTask.seeds).toHaveLength(2);
    const svg = String(await save('Chart (SVG)…', `${name}.svg`));
    expect(svg.match(/data-setting/g)).toHaveLength(24);
    expect(svg).toContain('>held-out loss<');
    expect(svg).not.toContain('display="none"');
    const png = (await save('Chart (PNG)…', `${name}.png`)) as Uint8Array;
    expect([...png.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    await page.getByRole('button', { name: 'Settings', exact: true }).focus();
    await page.keyboard.press('t');
    const dialog = page.getByRole('dialog', { name: 'Settings, quadratic 32: data' });
    await dialog.waitFor();
    expect(await dialog.locator('tbody tr').count()).toBe(24);
  });
});
