import { expect, it } from 'vitest';
import { axeViolations } from '../support/axe';
import { clippedTexts, sidewaysOverflow } from '../support/layout';
import { inChromium, screenshot } from '../support/views';

const entry = 'test/webview/shared/demo.tsx';

inChromium('controls', (openView) => {
  it('open the data of the focused section as a table by T; copying gives all rows', async () => {
    const { page, waitForPosted } = await openView('demo', { entry });
    await page.getByRole('slider', { name: 'Loss' }).focus();
    await page.keyboard.press('t');
    const dialog = page.getByRole('dialog', { name: 'Loss: data' });
    expect(await dialog.locator('tbody tr').count()).toBe(1000);
    expect(await dialog.locator('tbody tr').nth(866).locator('td').allTextContents()).toEqual([
      '866',
      '0.6864',
    ]);
    expect(await axeViolations(page)).toEqual([]);
    await screenshot(page, 'shared-table');
    await dialog.getByRole('button', { name: 'Copy' }).click();
    const { text } = await waitForPosted('copy');
    expect(String(text).split('\n').slice(0, 2)).toEqual([
      'Step\tTrain loss',
      '0\t2.299999952316284',
    ]);
    await dialog.getByRole('button', { name: 'Save as CSV…' }).click();
    expect(await waitForPosted('save')).toMatchObject({ fileName: 'Loss.csv' });
    await page.keyboard.press('Escape');
    expect(await dialog.count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      'Loss',
    );
  });

  it('fold a section away, with its chart', async () => {
    const { page } = await openView('demo', { entry });
    const toggle = page.getByRole('button', { name: 'Loss', exact: true });
    await toggle.click();
    expect(await toggle.getAttribute('aria-expanded')).toBe('false');
    expect(await page.locator('.plot').count()).toBe(0);
    await toggle.click();
    expect(await page.locator('.plot').count()).toBe(1);
  });

  it('choose a segment by arrow keys, with one tab stop', async () => {
    const { page } = await openView('demo', { entry });
    const linear = page.getByRole('radio', { name: 'Linear' });
    const log = page.getByRole('radio', { name: 'Log' });
    await linear.focus();
    await page.keyboard.press('ArrowRight');
    expect(await log.getAttribute('aria-checked')).toBe('true');
    expect(await log.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await linear.getAttribute('tabindex')).toBe('-1');
    await page.keyboard.press('ArrowRight');
    expect(await linear.getAttribute('aria-checked')).toBe('true');
  });

  it('hide a curve by its name in the legend', async () => {
    const { page } = await openView('demo', { entry });
    await page.waitForSelector('.plot-figure .scatterlayer .trace');
    await page.getByRole('button', { name: 'Each step' }).click();
    await expect.poll(async () => page.locator('.scatterlayer .trace').count()).toBe(1);
  });

  it('run a menu by keyboard; a disabled item does nothing; Esc gives the focus back', async () => {
    const { page, waitForPosted, posted } = await openView('demo', { entry });
    const button = page.getByRole('button', { name: 'Export' });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect((await posted()).some(({ type }) => type === 'copy')).toBe(false);
    expect(await axeViolations(page)).toEqual([]);
    await screenshot(page, 'shared-menu');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await waitForPosted('copy')).toMatchObject({ text: 'csv' });
    expect(await page.getByRole('menu').count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('take the colours of the next theme without a reload', async () => {
    const { page, setTheme } = await openView('demo', { entry });
    const stroke = async () =>
      page
        .locator('.scatterlayer .js-line')
        .last()
        .evaluate((path) => getComputedStyle(path).stroke);
    await expect.poll(stroke).toBe('rgb(89, 164, 249)');
    await setTheme('light');
    await expect.poll(stroke).toBe('rgb(0, 99, 211)');
  });

  it.each([400, 420, 800, 1600])(
    'clip no text and scroll nothing sideways at %i px',
    async (width) => {
      const { page } = await openView('demo', { entry, width });
      await page.waitForSelector('.plot-figure .main-svg');
      await screenshot(page, `shared-${width}`, true);
      expect(await sidewaysOverflow(page)).toBe(0);
      expect(await clippedTexts(page)).toEqual([]);
    },
  );

  it('answer a message that it does not understand, and a failure inside, with an error', async () => {
    const { send, waitForPosted, forgetProblems } = await openView('demo', { entry });
    await send({ type: 'other' });
    expect(String((await waitForPosted('error'))['message'])).toMatch(
      /message "other" was not understood/,
    );
    await send({ type: 'demo', fail: true });
    expect(String((await waitForPosted('error'))['message'])).toMatch(/asked to fail/);
    await forgetProblems();
  });
});
