import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { readRecordings } from '../support/recorded';
import { scenesOf } from '../support/scenes';
import type { Scene } from '../support/scenes';
import { inChromium } from '../support/views';

const folder = fileURLToPath(new URL('../recorded', import.meta.url));
const scenes = scenesOf(readRecordings(folder));

function scene(name: string): Scene {
  const found = scenes.find((each) => each.name === `tasks-${name}`);
  if (found === undefined) throw new Error(`no scene tasks-${name}`);
  return found;
}

const focusedTask = (page: Page): Promise<string | null | undefined> =>
  page.evaluate(() => document.activeElement?.getAttribute('data-task'));
const heading = (page: Page): Promise<string> => page.innerText('.detail h2');
const press = async (page: Page, ...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};

inChromium('the gallery of tasks', (openView) => {
  it('shows every family with all of its tasks', async () => {
    const { page } = await openView('tasks', { scene: scene('gallery') });
    await page.waitForSelector('.card-open');
    const [listing] = scene('gallery').messages;
    if (listing?.type !== 'tasks') throw new Error('no list');
    expect(await page.locator('.family h2').allInnerTexts()).toEqual(
      listing.families.map(({ title }) => title),
    );
    const count = listing.families.reduce((sum, { tasks }) => sum + tasks.length, 0);
    expect(await page.locator('.task-card').count()).toBe(count);
    await page.waitForSelector('.task-card:first-child .card-picture canvas');
  });

  it('asks for what is seen, and only once', async () => {
    const { page, posted } = await openView('tasks', { scene: scene('gallery'), height: 500 });
    await page.waitForSelector('.card-picture canvas');
    await page.waitForTimeout(300);
    const asked = (await posted()).filter(({ type }) => type === 'sample').map(({ id }) => id);
    expect(asked).toContain('imageMlp/digits8');
    expect(asked).not.toContain('beale/beale');
    expect(new Set(asked).size).toBe(asked.length);
    await page.locator('[data-task="beale/beale"]').scrollIntoViewIfNeeded();
    await expect
      .poll(async () => (await posted()).some(({ id }) => id === 'beale/beale'))
      .toBe(true);
  });

  it('draws the images of the sample, pixel for pixel', async () => {
    const { page } = await openView('tasks', { scene: scene('gallery') });
    await page.waitForSelector('.sheet canvas');
    await page.waitForTimeout(400);
    const sample = scene('gallery').messages.find(
      (message) => message.type === 'sample' && message.id === 'imageMlp/digits8',
    );
    if (sample?.type !== 'sample' || !('kind' in sample.sample) || sample.sample.kind !== 'images')
      throw new Error('no images');
    const { pixels } = sample.sample;
    const drawn = await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.sheet canvas')!;
      const context = canvas.getContext('2d')!;
      const { width, height } = canvas;
      const { data } = context.getImageData(0, 0, width, height);
      return Array.from({ length: 64 }, (_, i) => {
        const [x, y] = [(i % 8) + 0.5, Math.floor(i / 8) + 0.5].map((at) =>
          Math.floor((at * width) / 8),
        );
        return data[4 * (y! * width + x!)]!;
      });
    });
    expect(drawn).toEqual([...pixels.subarray(0, 64)]);
  });

  it('filters by words, kind and data set, and says when nothing is left', async () => {
    const { page } = await openView('tasks', { scene: scene('gallery') });
    const names = () => page.locator('.card-name').allInnerTexts();
    await page.getByLabel('Filter').fill('irnn');
    await expect.poll(names).toEqual(['gutenberg-small IRNN']);
    await page.getByLabel('Filter').fill('');
    await page.getByLabel('Kind').selectOption('tables');
    await page.getByRole('combobox', { name: 'Data' }).selectOption('iris');
    await expect.poll(names).toEqual(['iris']);
    await page.getByLabel('Filter').fill('nothing like it');
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    expect((await names()).length).toBeGreaterThan(60);
  });

  it('moves with the arrows, opens with Enter, trains with T, closes with Escape', async () => {
    const { page, waitForPosted } = await openView('tasks', { scene: scene('gallery') });
    await page.waitForSelector('.card-open');
    await press(page, 'ArrowRight');
    expect(await focusedTask(page)).toBe('imageMlp/digits8');
    await press(page, 'ArrowRight');
    expect(await focusedTask(page)).toBe('imageMlp/mnist');
    const left = (id: string | null | undefined) =>
      page.locator(`[data-task="${id ?? ''}"]`).evaluate((card) => card.getBoundingClientRect());
    const above = await left('imageMlp/mnist');
    await press(page, 'ArrowDown');
    const below = await left(await focusedTask(page));
    expect(below.x).toBe(above.x);
    expect(below.y).toBeGreaterThan(above.y);
    await press(page, 'ArrowUp');
    expect(await focusedTask(page)).toBe('imageMlp/mnist');
    await press(page, 'Enter');
    expect(await heading(page)).toBe('mnist');
    await press(page, 't');
    expect(await waitForPosted('train')).toEqual({ type: 'train', id: 'imageMlp/mnist' });
    await press(page, 'Escape');
    await expect.poll(() => page.locator('.detail').count()).toBe(0);
    await expect.poll(() => focusedTask(page)).toBe('imageMlp/mnist');
  });

  it('has one stop of the Tab key among the cards', async () => {
    const { page } = await openView('tasks', { scene: scene('gallery') });
    await page.waitForSelector('.card-open');
    expect(await page.locator('.card-open[tabindex="0"]').count()).toBe(1);
  });

  it('types a T into the filter without training anything', async () => {
    const { page, posted } = await openView('tasks', { scene: scene('gallery') });
    await page.getByLabel('Filter').press('t');
    expect(await page.getByLabel('Filter').inputValue()).toBe('t');
    expect((await posted()).some(({ type }) => type === 'train')).toBe(false);
  });

  it('draws another task with the next seed and opens it', async () => {
    const { page, waitForPosted } = await openView('tasks', { scene: scene('gallery') });
    await page.getByRole('button', { name: 'Draw another' }).first().click();
    expect(await waitForPosted('drawn')).toEqual({ type: 'drawn', family: 'imageMlp', seed: 4 });
    await page.waitForSelector('[data-task="imageMlp/drawn 4"]');
    await expect.poll(() => page.locator('.detail-facts').innerText()).toContain('seed 4');
  });

  it('shows options with what differs from the default, and copies the config', async () => {
    const { page, waitForPosted } = await openView('tasks', { scene: scene('text') });
    await expect.poll(() => heading(page)).toBe('gutenberg-small byte pairs');
    expect(await page.locator('.option-own').allInnerTexts()).toEqual(['1000', '16']);
    expect(await page.locator('.documents .token').count()).toBeGreaterThan(20);
    await page.getByRole('button', { name: 'Copy config' }).click();
    const { text } = await waitForPosted('copy');
    expect(JSON.parse(String(text))).toMatchObject({
      task: { family: 'rnnLm', vocabulary: 1000 },
      optimizer: { name: 'velo', weights: expect.stringMatching(/^velo-/) as string },
    });
  });

  it('adds the task of the detail to an evaluation', async () => {
    const { page, waitForPosted } = await openView('tasks', { scene: scene('text') });
    await expect.poll(() => heading(page)).toBe('gutenberg-small byte pairs');
    await page.getByRole('button', { name: 'Add to evaluation…' }).click();
    expect(await waitForPosted('evaluate')).toEqual({
      type: 'evaluate',
      id: 'rnnLm/gutenberg-small byte pairs',
    });
  });

  it('says why there are no costs', async () => {
    const { page } = await openView('tasks', { scene: scene('wrapped') });
    await expect
      .poll(() => page.locator('.detail-facts').innerText())
      .toContain('up to 12000 are planned for a list');
    expect(await page.locator('.detail-facts').innerText()).toContain('Inside');
  });

  it('gives the detail the whole page where there is no room beside the cards', async () => {
    const { page } = await openView('tasks', { scene: scene('gallery'), width: 600 });
    await page.locator('[data-task="imageMlp/mnist"]').click();
    expect(await page.locator('.gallery').count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toContain(
      'Close',
    );
    await press(page, 'Escape');
    await expect.poll(() => focusedTask(page)).toBe('imageMlp/mnist');
  });

  it('trains nothing in a workspace that is not trusted', async () => {
    const { page, posted } = await openView('tasks', { scene: scene('restricted') });
    await page.waitForSelector('.card-open');
    expect(await page.getByRole('button', { name: 'Train this', exact: true }).isDisabled()).toBe(
      true,
    );
    expect(await page.getByRole('button', { name: /^Add to evaluation/ }).isDisabled()).toBe(true);
    await press(page, 'ArrowRight', 't');
    expect((await posted()).some(({ type }) => type === 'train')).toBe(false);
  });

  it('keeps what was chosen for the next time', async () => {
    const first = await openView('tasks', { scene: scene('gallery') });
    await first.page.getByLabel('Kind').selectOption('functions');
    await first.page.locator('[data-task="beale/beale"]').click();
    await expect
      .poll(first.state)
      .toMatchObject({ view: { kind: 'functions', task: 'beale/beale' } });
    const second = await openView('tasks', { scene: scene('gallery'), state: await first.state() });
    await expect.poll(() => heading(second.page)).toBe('beale');
    expect(await second.page.locator('.family').count()).toBe(3);
  });

  it('tries again after a failure', async () => {
    const { page, waitForPosted } = await openView('tasks', { scene: scene('problem') });
    await page.getByRole('button', { name: 'Try again' }).click();
    await waitForPosted('resync');
  });
});
