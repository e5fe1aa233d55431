import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { inChromium, screenshot } from '../support/views';
import type { OpenedView, ViewOptions } from '../support/views';
import { opening, seriesOf, traceOf } from './inputs';

const side = (page: Page) => page.locator('.side').innerText();
const track = (page: Page, name: string) => page.getByRole('slider', { name, exact: true });

inChromium('the training panel', (openView) => {
  const open = async (options: ViewOptions = {}): Promise<OpenedView> => {
    const view = await openView('training', { messages: opening(), ...options });
    await view.page.waitForSelector('.loss .main-svg');
    return view;
  };

  it('opens with all sections, newest step in the side column', async () => {
    const { page } = await open();
    const titles = await page.locator('.section-header h2').allInnerTexts();
    expect(titles.map((title) => title.trim().split('\n').at(-1))).toEqual([
      'Loss',
      'Step multiplier',
      'Distributions',
      'LSTM cells',
      'Bank mixture',
    ]);
    await expect.poll(() => side(page)).toContain('Step 599 · newest');
    expect(await page.locator('.view-row').innerText()).toContain('600 / 1,000');
    await screenshot(page, 'training-computed', true);
  });

  it('moves every read-out with the pointer, and back when it leaves', async () => {
    const { page } = await open();
    const box = (await track(page, 'Loss').boundingBox())!;
    const xOf = (step: number) => box.x + 96 + ((box.width - 140) * step) / 1000;
    await page.mouse.move(xOf(100), box.y + 80);
    await expect.poll(() => side(page)).toMatch(/Step 100\n/);
    await expect.poll(() => side(page)).toMatch(/Train loss\s+0\.5000/);
    await expect.poll(() => side(page)).toMatch(/Held-out loss, step 100\s+0\.6000/);
    expect(await page.locator('.loss .legend').innerText()).toContain('adam-0.001');
    expect(await page.locator('.track-cursor:visible').count()).toBe(6);
    await page.mouse.move(xOf(900), box.y + 80);
    await expect.poll(() => side(page)).toMatch(/Step 599/);
    await page.mouse.move(xOf(300), box.y - 60);
    await expect.poll(() => side(page)).toContain('Step 599 · newest');
  });

  it('moves through the trace points by keys, anywhere in the panel', async () => {
    const { page } = await open();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => side(page)).toContain('Step 590 · pinned');
    await page.keyboard.press('Shift+ArrowLeft');
    await expect.poll(() => side(page)).toContain('Step 490 · pinned');
    await page.keyboard.press('Home');
    await expect.poll(() => side(page)).toContain('Step 0 · pinned');
    await track(page, 'Bank mixture').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => side(page)).toContain('Step 10 · pinned');
    await expect
      .poll(() => track(page, 'Bank mixture').getAttribute('aria-valuetext'))
      .toBe('Step 10, train loss 0.909, held-out 1.10, layer0/w multiplier 4.90');
    await page.keyboard.press('Escape');
    await expect.poll(() => side(page)).toContain('Step 599 · newest');
  });

  it('states the finding and puts the cursor on it', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: 'below zero at step 510: the update climbs' }).click();
    await expect.poll(() => side(page)).toContain('Step 510 · pinned');
  });

  it('zooms all tracks by a drag and by keys, and back', async () => {
    const { page } = await open();
    const box = (await track(page, 'Loss').boundingBox())!;
    const xOf = (step: number) => box.x + 96 + ((box.width - 140) * step) / 1000;
    await page.mouse.move(xOf(200), box.y + 80);
    await page.mouse.down();
    await page.mouse.move(xOf(400), box.y + 80, { steps: 4 });
    await page.mouse.up();
    for (const name of ['Loss', 'Step multiplier', 'LSTM cells', 'Bank mixture'])
      await expect.poll(() => track(page, name).getAttribute('aria-valuemin')).toBe('200');
    await page.getByRole('button', { name: 'Reset zoom' }).click();
    await expect.poll(() => track(page, 'Loss').getAttribute('aria-valuemax')).toBe('1000');
    await page.mouse.move(5, 5);
    await page.keyboard.press('+');
    await expect.poll(() => track(page, 'Loss').getAttribute('aria-valuemin')).not.toBe('0');
    await page.keyboard.press('0');
    await expect.poll(() => track(page, 'Loss').getAttribute('aria-valuemin')).toBe('0');
  });

  it('chooses a tensor by key, table and row, and asks the host for it', async () => {
    const { page, waitForPosted, send, posted } = await open();
    await page.keyboard.press(']');
    expect((await waitForPosted('select'))['selection']).toEqual({ quantity: 'update', tensor: 1 });
    await page.locator('.tensors').getByRole('button', { name: 'layer1/w' }).click();
    await page.locator('.row-labels').getByRole('button', { name: 'layer1/b' }).click();
    await expect
      .poll(async () => (await posted()).findLast(({ type }) => type === 'select')?.['selection'])
      .toEqual({ quantity: 'update', tensor: 3 });
    const { detail } = traceOf({ tensor: 3 });
    await send({
      type: 'trace',
      seq: 2,
      update: { ...traceOf({ from: 600, to: 600 }), detail: detail! },
    });
    await expect
      .poll(async () => page.locator('.side').innerText())
      .toContain('layer1/b, snapshot at step 590');
    await page.getByLabel('Quantity').selectOption('Gradient');
    await expect
      .poll(async () => (await posted()).findLast(({ type }) => type === 'select')?.['selection'])
      .toEqual({ quantity: 'gradient', tensor: 3 });
  });

  it('goes through the cells with up and down in the order of the host', async () => {
    const { page, waitForPosted, send } = await open();
    expect(await waitForPosted('cellOrder')).toMatchObject({ tensor: 0, state: 'h' });
    const order = Uint32Array.from({ length: 16 }, (_, row) => 15 - row);
    await send({ type: 'cellOrder', tensor: 0, state: 'h', order });
    await track(page, 'LSTM cells').focus();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => side(page)).toContain('Cell 1 of layer0/w');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => side(page)).toContain('Cell 2 of layer0/w');
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(() => track(page, 'LSTM cells').getAttribute('aria-valuetext'))
      .toContain(', cell 1 h ');
    const box = (await track(page, 'LSTM cells').boundingBox())!;
    await page.mouse.click(box.x + 400, box.y + 146);
    await expect.poll(() => side(page)).toContain('Cell 0 of layer0/w');
    await page.getByLabel('Order of the cells').selectOption('as stored');
    await page.mouse.click(box.x + 400, box.y + 146);
    await expect.poll(() => side(page)).toContain('Cell 15 of layer0/w');
  });

  it('lists the tensors with elements in a range of sizes that was dragged out', async () => {
    const { page } = await open();
    const box = (await track(page, 'Distributions').boundingBox())!;
    await page.mouse.move(box.x + 300, box.y + 3);
    await page.mouse.down();
    await page.mouse.move(box.x + 302, box.y + 29, { steps: 4 });
    await page.mouse.up();
    const list = page.getByRole('group', { name: 'Tensors with elements in the chosen range' });
    expect(
      (await list.locator('.chip').allInnerTexts()).map((text) => text.split(/\s+/)[0]),
    ).toEqual(['layer0/w', 'layer1/w', 'layer0/b', 'layer1/b']);
    await list.getByRole('button', { name: 'layer0/b' }).click();
    expect(await page.locator('.row-label.chosen').innerText()).toContain('layer0/b');
    await list.getByRole('button', { name: 'Clear the range' }).click();
    expect(await list.count()).toBe(0);
  });

  it('switches between heat-map, ridge, bands and ratio, by tensor, layer or kind', async () => {
    const { page } = await open();
    const rows = async () => page.locator('.row-label').allInnerTexts();
    expect((await rows()).length).toBe(4);
    await page.getByRole('radio', { name: 'Ridge' }).click();
    expect(await page.locator('.ridge').count()).toBe(4);
    await page.getByRole('radio', { name: 'Bands' }).click();
    await expect.poll(() => track(page, 'Distributions').count()).toBe(1);
    await page.getByLabel('Rows').selectOption('By layer');
    expect(
      (await rows()).map((text) => text.split('\n').find((line) => line.startsWith('layer'))),
    ).toEqual(['layer0', 'layer1']);
    await page.locator('.row-label').first().click();
    expect((await rows()).length).toBe(4);
    await page.getByLabel('Quantity').selectOption('Update/weight');
    await page.waitForSelector('.inside [aria-label="Update/weight ratio"] .main-svg');
    await screenshot(page, 'training-computed-ratio');
  });

  it('opens each chart as a table, the focused one with T', async () => {
    const { page } = await open();
    await page.keyboard.press('t');
    expect(await page.getByRole('dialog').innerText()).toContain('600 rows');
    await page.keyboard.press('Escape');
    await track(page, 'Step multiplier').focus();
    await page.keyboard.press('t');
    expect(await page.getByRole('dialog').locator('th').allInnerTexts()).toEqual([
      'Step',
      'layer0/w',
      'layer0/b',
      'layer1/w',
      'layer1/b',
    ]);
    await page.keyboard.press('Escape');
    for (const name of ['Distributions', 'LSTM cells', 'Bank mixture']) {
      await page.getByRole('button', { name: `${name}: show the data as a table` }).click();
      expect(await page.getByRole('dialog').locator('tbody tr').count()).toBeGreaterThan(3);
      await page.keyboard.press('Escape');
    }
  });

  it('hides a curve at its legend and lays runs over by chips', async () => {
    const { page, waitForPosted } = await open();
    await page
      .locator('.loss .legend')
      .getByRole('button', { name: /^adam-0.001/ })
      .click();
    expect(await page.locator('.loss .legend [aria-pressed=false]').innerText()).toContain(
      'adam-0.001',
    );
    await page
      .getByRole('group', { name: 'Runs laid over' })
      .getByRole('button', { name: 'sgd-0.1' })
      .click();
    expect((await waitForPosted('overlays'))['runIds']).toEqual(['adam', 'sgd']);
    await page.getByRole('button', { name: 'Runs…' }).click();
    await waitForPosted('pickOverlays');
  });

  it('asks for everything anew when an update is missing', async () => {
    const { page, send, waitForPosted } = await open();
    await send({ type: 'series', seq: 5, updates: [seriesOf({}, { from: 650, to: 700 })] });
    await waitForPosted('resync');
    await expect.poll(() => side(page)).toContain('Step 599 · newest');
    await send({ type: 'series', seq: 0, updates: [seriesOf({}, { to: 700 })] });
    await expect.poll(async () => side(page)).toContain('Step 699 · newest');
  });

  it('follows the run, but leaves a pinned step where it is', async () => {
    const { page, send } = await open();
    await send({ type: 'series', seq: 2, updates: [seriesOf({}, { from: 600, to: 640 })] });
    await expect.poll(async () => side(page)).toContain('Step 639 · newest');
    await page.keyboard.press('Home');
    await send({ type: 'series', seq: 3, updates: [seriesOf({}, { from: 640, to: 700 })] });
    await expect.poll(async () => page.locator('.view-row').innerText()).toContain('700 / 1,000');
    await expect.poll(() => side(page)).toContain('Step 0 · pinned');
  });

  it('draws nothing while it is hidden, and everything when it is shown again', async () => {
    const { page, send } = await open();
    const setHidden = async (hidden: boolean) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    await setHidden(true);
    await send({ type: 'series', seq: 2, updates: [seriesOf({}, { from: 600, to: 700 })] });
    await page.waitForTimeout(800);
    await expect.poll(() => side(page)).toContain('Step 599 · newest');
    await setHidden(false);
    await expect.poll(async () => side(page)).toContain('Step 699 · newest');
  });

  it('comes back as it was left', async () => {
    const first = await open();
    await first.page.getByRole('radio', { name: 'Bands' }).click();
    await first.page.getByLabel('Step axis').getByRole('radio', { name: 'Log' }).click();
    await first.page.getByRole('button', { name: 'Bank mixture', exact: true }).click();
    await first.page.keyboard.press('Home');
    await expect.poll(async () => JSON.stringify(await first.state())).toContain('"pinned":0');
    const again = await open({ state: await first.state() });
    expect(await side(again.page)).toContain('Step 0 · pinned');
    expect(
      await again.page.getByRole('radio', { name: 'Bands' }).getAttribute('aria-checked'),
    ).toBe('true');
    expect(
      await again.page
        .getByLabel('Step axis')
        .getByRole('radio', { name: 'Log' })
        .getAttribute('aria-checked'),
    ).toBe('true');
    expect(
      await again.page
        .getByRole('button', { name: 'Bank mixture', exact: true })
        .getAttribute('aria-expanded'),
    ).toBe('false');
    expect(await track(again.page, 'Bank mixture').count()).toBe(0);
  });
});
