import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { inChromium, screenshot } from '../support/views';

const entry = 'test/webview/shared/demo.tsx';
const spoken = async (page: Page) =>
  page.getByRole('slider', { name: 'Loss' }).getAttribute('aria-valuetext');

inChromium('tracks', (openView) => {
  const open = async (options = {}) => {
    const view = await openView('demo', { entry, ...options });
    await view.page.waitForSelector('.plot-figure .main-svg');
    const track = view.page.getByRole('slider', { name: 'Loss' });
    return { ...view, track, box: (await track.boundingBox())! };
  };

  it('move one cursor by arrow keys, ten points with Shift, and to both ends', async () => {
    const { page, track } = await open();
    await track.focus();
    expect(await spoken(page)).toBe('Step 999, train loss 0.277');
    await page.keyboard.press('ArrowLeft');
    expect(await spoken(page)).toMatch(/^Step 995, /);
    await page.keyboard.press('Shift+ArrowLeft');
    expect(await spoken(page)).toMatch(/^Step 945, /);
    await page.keyboard.press('Home');
    expect(await spoken(page)).toMatch(/^Step 0, /);
    await page.keyboard.press('ArrowRight');
    expect(await spoken(page)).toMatch(/^Step 5, /);
    await page.keyboard.press('End');
    expect(await spoken(page)).toMatch(/^Step 999, /);
    expect(await page.locator('.track-cursor:visible').count()).toBe(2);
    await page.keyboard.press('Escape');
    expect(await page.locator('.track-cursor:visible').count()).toBe(0);
  });

  it('show the step under the pointer on every track, and keep it after a click', async () => {
    const { page, box } = await open();
    const middle = box.x + 96 + (box.width - 96 - 44) / 2;
    await page.mouse.move(middle, box.y + 80);
    expect(await page.locator('.track-cursor.hovering:visible').count()).toBe(2);
    expect(await page.locator('.track-flag').textContent()).toBe('step 500');
    await page.mouse.click(middle, box.y + 80);
    await page.mouse.move(5, 5);
    expect(await page.locator('.track-cursor:not(.hovering):visible').count()).toBe(2);
    expect(await page.locator('.legend-item b').first().textContent()).toBe('0.302');
    const lines = await page
      .locator('.track-cursor')
      .evaluateAll((elements) => elements.map((element) => element.getBoundingClientRect().x));
    expect(lines[0]).toBe(lines[1]);
    expect(Math.abs(lines[0]! - middle)).toBeLessThan(1);
    await screenshot(page, 'shared-pinned');
  });

  it('zoom to what was dragged over, and back on a double click, which pins nothing', async () => {
    const { page, track, box } = await open();
    const at = (step: number) => box.x + 96 + ((box.width - 140) * step) / 1000;
    await page.mouse.move(at(200), box.y + 80);
    await page.mouse.down();
    await page.mouse.move(at(300), box.y + 82, { steps: 3 });
    await page.mouse.move(at(400), box.y + 82, { steps: 3 });
    expect(await page.locator('.track-brush:visible').count()).toBe(1);
    await page.mouse.up();
    expect(await track.getAttribute('aria-valuemin')).toBe('200');
    expect(await track.getAttribute('aria-valuemax')).toBe('400');
    expect(await page.locator('.track-brush:visible').count()).toBe(0);
    await page.mouse.dblclick(at(500), box.y + 80);
    expect(await track.getAttribute('aria-valuemin')).toBe('0');
    expect(await track.getAttribute('aria-valuemax')).toBe('1000');
    await page.mouse.move(5, 5);
    expect(await page.locator('.track-cursor:visible').count()).toBe(0);
  });

  it('zoom by + and − around the cursor, and reset by 0', async () => {
    const { page, track, box } = await open();
    await page.mouse.click(box.x + 96 + (box.width - 140) / 2, box.y + 80);
    await page.mouse.move(5, 5);
    await track.focus();
    await page.keyboard.press('+');
    expect(await track.getAttribute('aria-valuemin')).toBe('250');
    expect(await track.getAttribute('aria-valuemax')).toBe('750');
    await page.keyboard.press('-');
    expect(await track.getAttribute('aria-valuemax')).toBe('1000');
    await page.keyboard.press('+');
    await page.keyboard.press('0');
    expect(await track.getAttribute('aria-valuemin')).toBe('0');
  });

  it('draw a spike at the same pixel on a logarithmic axis as the cursor stands', async () => {
    const { page, box } = await open();
    await page.getByRole('radio', { name: 'Log' }).click();
    await page.mouse.move(box.x + 96 + 1, box.y + 80);
    expect(await page.locator('.track-flag').textContent()).toBe('step 0');
    await page.mouse.move(box.x + box.width - 44, box.y + 80);
    expect(await page.locator('.track-flag').textContent()).toBe('step 999');
    expect(await page.locator('.plot-figure .xtick text').allTextContents()).toEqual([
      '0',
      '1',
      '10',
      '100',
      '1,000',
    ]);
  });
});
