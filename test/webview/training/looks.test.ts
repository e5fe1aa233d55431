import { expect, it } from 'vitest';
import type { RunEntry, TrainingHostMessage } from '../../../src/protocol/live/index';
import { axeViolations } from '../support/axe';
import { measureFrames } from '../support/frames';
import { THEMES, inChromium, screenshot } from '../support/views';
import { noTrace, opening, runMessage, seriesOf, traceOf } from './inputs';

inChromium('looks of the training panel', (openView) => {
  for (const theme of THEMES)
    for (const width of [1400, 420])
      it(`break no WCAG rule in ${theme} at ${width} px`, async () => {
        const { page } = await openView('training', { theme, width, messages: opening() });
        await page.waitForSelector('.loss .main-svg');
        await page.keyboard.press('ArrowLeft');
        await page.waitForTimeout(600);
        expect(await axeViolations(page)).toEqual([]);
        await screenshot(page, `training-computed-${theme}-${width}`, true);
      });

  for (const width of [1600, 1400, 900, 640, 420, 400])
    it(`scroll nothing sideways at ${width} px`, async () => {
      const { page } = await openView('training', {
        width,
        messages: opening({ state: 'interrupted', owner: 'nobody', canResume: true }),
      });
      await page.waitForSelector('.loss .main-svg');
      const wide = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        const clipped = [
          ...document.querySelectorAll('.view-header *, .section-header *, .banner *'),
        ].filter((element) => {
          const box = element.getBoundingClientRect();
          return box.width > 0 && box.right > window.innerWidth + 0.5;
        });
        return {
          over: scrollWidth - clientWidth,
          clipped: clipped.map(({ className }) => className),
        };
      });
      expect(wide).toEqual({ over: 0, clipped: [] });
    });

  const texts = async (
    messages: readonly TrainingHostMessage[],
    selector: string,
    name: string,
  ): Promise<string> => {
    const { page } = await openView('training', { messages, width: 900, height: 800 });
    await page.waitForSelector(selector);
    await page.waitForTimeout(500);
    expect(await axeViolations(page)).toEqual([]);
    await screenshot(page, `training-state-${name}`);
    return (await page.locator(selector).allTextContents()).join('\n');
  };
  const state = (entry: Partial<RunEntry>, parts = {}) => opening(entry, parts);

  it('say what is loading after a moment', async () => {
    expect(await texts([], '.loading-text', 'loading')).toContain('Opening the run');
    expect(await texts([runMessage()], '.loading-text', 'loading-run')).toContain(
      'Reading the curves',
    );
  });

  it('wait for the first step', async () => {
    const starting = state({ state: 'starting', step: 0 }, { to: 0, trace: noTrace() });
    expect(await texts(starting, '.empty-state', 'starting')).toContain('Preparing the run');
    const queued = state({ state: 'queued', step: 0 }, { to: 0, trace: noTrace() });
    expect(await texts(queued, '.empty-state', 'queued')).toContain('Waiting for its turn');
  });

  it('say what went wrong and what to do', async () => {
    const problem: TrainingHostMessage = {
      type: 'problem',
      message: 'The folder is gone.',
      remedy: 'Close this panel.',
    };
    expect(await texts([problem], '.empty-state', 'problem')).toContain(
      'The folder is gone.Close this panel.',
    );
    const failed = state({
      state: 'failed',
      owner: 'nobody',
      canResume: true,
      message: 'The disk is full.',
    });
    expect(await texts(failed, '.banner', 'failed')).toMatch(
      /failed at step 600.*The disk is full.*step 500/s,
    );
  });

  it('mark where a run diverged', async () => {
    const series = seriesOf({ state: 'diverged', owner: 'nobody', step: 80 }, { to: 81 });
    series.losses[80] = NaN;
    const messages: TrainingHostMessage[] = [
      runMessage(),
      { type: 'series', seq: 0, updates: [series] },
      { type: 'trace', seq: 1, update: traceOf({ to: 80 }) },
    ];
    expect(await texts(messages, '.banner', 'diverged')).toContain(
      'The loss is NaN from step 80 on.',
    );
    expect(await texts(messages, '.loss .annotation-text', 'diverged-mark')).toContain(
      'NaN at step 80',
    );
  });

  it('say why parts are missing', async () => {
    const off = state(
      { state: 'finished' },
      { trace: noTrace(), run: { configText: '{"trace": {"every": 0}}' } },
    );
    expect(await texts(off, '.inside .empty-state', 'trace-off')).toMatch(
      /has no trace[^]*"every": 0/,
    );
    const adam = state({ optimizer: 'adam 0.001' }, { trace: traceOf({ isAdam: true }) });
    expect(await texts(adam, '.absent', 'adam')).toContain(
      'Step multiplier, LSTM cells, bank mixture: adam 0.001 has no LSTM.',
    );
  });

  it('stay responsive at 20 updates a second on a run of 100,000 steps', async () => {
    const steps = 100_000;
    const { page, send } = await openView('training', {
      messages: [
        runMessage(),
        { type: 'series', seq: 0, updates: [seriesOf({ numSteps: 2 * steps }, { to: steps })] },
        { type: 'trace', seq: 1, update: traceOf({ to: 3000 }) },
      ],
    });
    await page.waitForSelector('.loss .main-svg');
    const times = await measureFrames(page, async () => {
      for (let update = 0; update < 60; update++) {
        const from = steps + update * 5;
        await send({
          type: 'series',
          seq: 2 + update,
          updates: [seriesOf({ numSteps: 2 * steps }, { from, to: from + 5 })],
        });
        await page.waitForTimeout(50);
      }
    });
    await expect.poll(async () => page.locator('.view-row').innerText()).toContain('100,300');
    expect(times.medianMs).toBeLessThan(50);
  });
});
