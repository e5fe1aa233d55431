import { expect, it } from 'vitest';
import type { RunEntry } from '../../../src/protocol/live/index';
import { inChromium } from '../support/views';
import type { OpenedView } from '../support/views';
import { opening } from './inputs';

const actions = async ({ posted }: OpenedView) =>
  (await posted()).filter(({ type }) => type === 'control').map(({ action }) => action);

inChromium('controls of the run', (openView) => {
  const open = async (entry: Partial<RunEntry> = {}, run: object = {}): Promise<OpenedView> => {
    const view = await openView('training', { messages: opening(entry, { run }) });
    await view.page.waitForSelector('.loss .main-svg');
    return view;
  };

  it('pause and stop a running run, by button and by key; it can not be stepped', async () => {
    const view = await open();
    const { page } = view;
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('h1').click();
    await page.keyboard.press('.');
    await page.keyboard.press(' ');
    expect(await page.getByRole('button', { name: 'Step once' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    expect(await actions(view)).toEqual(['pause', 'pause', 'stop']);
  });

  it('continue and step a paused run', async () => {
    const view = await open({ state: 'paused' });
    await view.page.getByRole('button', { name: 'Continue' }).click();
    await view.page.getByRole('button', { name: 'Step once' }).click();
    await view.page.locator('h1').click();
    await view.page.keyboard.press('.');
    expect(await actions(view)).toEqual(['continue', 'step', 'step']);
    expect(await view.page.locator('.view-row').innerText()).not.toContain('Time left');
  });

  it('resume an interrupted run from its checkpoint', async () => {
    const view = await open({ state: 'interrupted', owner: 'nobody', canResume: true });
    expect(await view.page.locator('.banner').innerText()).toContain('interrupted at step 600');
    await view.page.getByRole('button', { name: 'Resume from step 500' }).click();
    expect(await actions(view)).toEqual(['resume']);
    expect(await view.page.getByRole('button', { name: 'Stop', exact: true }).count()).toBe(0);
  });

  it('do not exist for a finished run', async () => {
    const { page } = await open({ state: 'finished', owner: 'nobody' });
    for (const name of ['Pause', 'Continue', 'Resume', 'Step once'])
      expect(await page.getByRole('button', { name, exact: true }).count()).toBe(0);
  });

  it('are disabled in a workspace that is not trusted, and while the engine is lost', async () => {
    const untrusted = await open({}, { canControl: false });
    expect(await untrusted.page.getByRole('button', { name: 'Pause' }).isDisabled()).toBe(true);
    expect(await untrusted.page.locator('.banner').innerText()).toContain('not trusted');
    await untrusted.page.keyboard.press(' ');
    expect(await actions(untrusted)).toEqual([]);
    const lost = await open();
    await lost.send({ type: 'engine', state: 'lost', message: 'It ended with signal 9.' });
    await expect
      .poll(async () => lost.page.locator('.banner').innerText())
      .toContain('It ended with signal 9.');
    expect(await lost.page.getByRole('button', { name: 'Pause' }).isDisabled()).toBe(true);
    expect(await lost.page.locator('.side').innerText()).toContain('Step 599');
  });

  it('open config, log and folder, and duplicate', async () => {
    const { page, waitForPosted } = await open();
    await page.getByRole('button', { name: 'Open the config' }).click();
    await waitForPosted('openConfig');
    for (const [item, type] of [
      ['Duplicate…', 'duplicate'],
      ['Reveal the folder', 'reveal'],
      ['Open the log', 'openLog'],
    ] as const) {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: item }).click();
      await waitForPosted(type);
    }
  });

  it('export what is shown as picture and as numbers', async () => {
    const { page, posted } = await open();
    const saved = async (item: string) => {
      await page.getByRole('button', { name: 'Export what is shown' }).click();
      await page.getByRole('menuitem', { name: item }).click();
      const before = (await posted()).filter(({ type }) => type === 'save').length;
      await expect
        .poll(async () => (await posted()).filter(({ type }) => type === 'save').length)
        .toBeGreaterThan(Math.max(0, before - 1));
      return (await posted()).findLast(({ type }) => type === 'save')!;
    };
    const csv = await saved('Numbers, CSV…');
    expect(csv['fileName']).toBe('fashion-784-training.csv');
    const lines = String(csv['content']).split('\r\n');
    expect(lines[0]).toMatch(/^step,train_loss,train_loss_smoothed,held_out_loss,adam-0.001 /);
    expect(lines.length).toBe(602);
    expect(lines[101]).toMatch(/^100,0\.5,/);

    const json = JSON.parse(String((await saved('Numbers, JSON…'))['content'])) as {
      trainLoss: { steps: number[] };
      trace: { multipliers: number[][] };
    };
    expect(json.trainLoss.steps.length).toBe(600);
    expect(json.trace.multipliers[10]).toEqual([4, 4, 4, 4]);

    await saved('Picture, SVG…');
    await expect
      .poll(async () => (await posted()).findLast(({ type }) => type === 'save')?.['fileName'])
      .toBe('fashion-784-training.svg');
    const svg = String((await posted()).findLast(({ type }) => type === 'save')?.['content']);
    expect(svg).toContain('Step multiplier');
    expect(svg).toContain('<image ');
    const parsed = await page.evaluate(
      (text) =>
        new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')
          ?.textContent,
      svg,
    );
    expect(parsed).toBeUndefined();

    await saved('Picture, PNG…');
    await expect
      .poll(async () => (await posted()).findLast(({ type }) => type === 'save')?.['fileName'], {
        timeout: 10_000,
      })
      .toBe('fashion-784-training.png');
    const png = (await posted()).findLast(({ type }) => type === 'save')?.['content'] as Uint8Array;
    expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    expect(png.length).toBeGreaterThan(20_000);
  });
});
