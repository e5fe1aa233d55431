import { expect, it } from 'vitest';
import { measureFrames } from '../support/frames';
import { longRunOpening, longRunUpdate } from '../support/longRun';
import { inChromium, screenshot } from '../support/views';

/** 20 updates a second on a run of 100,000 logged steps and 12 tensors. */
const run = { numSteps: 100_000, tensors: 12, steps: 96_000, snapshots: 250 };
const UPDATES_PER_SECOND = 20;
const SECONDS = Number(process.env['VELO_FRAMES_SECONDS'] ?? 6);

inChromium('a long live run', (openView) => {
  it('keeps the median frame under 50 ms while 20 updates a second arrive', async () => {
    const { page, send, problems } = await openView('training', { messages: longRunOpening(run) });
    await page.waitForSelector('.plot-figure .main-svg');
    await page.waitForTimeout(1000);
    const times = await measureFrames(page, async () => {
      const start = Date.now();
      for (let index = 0; index < SECONDS * UPDATES_PER_SECOND; index++) {
        await send(...longRunUpdate(run, index, 10));
        const due = start + ((index + 1) * 1000) / UPDATES_PER_SECOND;
        if (due > Date.now()) await page.waitForTimeout(due - Date.now());
      }
    });
    console.log(JSON.stringify({ ...times, updates: SECONDS * UPDATES_PER_SECOND }));
    await screenshot(page, 'training-long-run');
    expect(await problems()).toEqual([]);
    expect(times.medianMs).toBeLessThan(50);
  });
});
