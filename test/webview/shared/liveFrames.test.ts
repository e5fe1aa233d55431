import { expect, it } from 'vitest';
import { heapMegabytes, measureFrames } from '../support/frames';
import { longRunOpening, longRunUpdates } from '../support/longRun';
import { inChromium, screenshot } from '../support/views';

/** A run of 100,000 logged steps and 12 tensors. */
const run = { numSteps: 100_000, tensors: 12, steps: 88_000, snapshots: 250, traceEvery: 10 };
const STEPS_PER_UPDATE = 1;
const UPDATES_PER_SECOND = 20;
/** VELO_FRAMES_SECONDS=600 measures ten minutes and prints the figures. */
const wanted = process.env['VELO_FRAMES_SECONDS'];
const seconds = Number(wanted ?? 6);

inChromium('a long live run', (openView) => {
  it(
    'takes 20 updates a second without using more and more memory',
    { timeout: 60_000 + seconds * 2000 },
    async () => {
      const { page, send } = await openView('training', { messages: longRunOpening(run) });
      await page.waitForSelector('.plot-figure .main-svg');
      await page.waitForTimeout(1000);
      const updates = longRunUpdates(run, STEPS_PER_UPDATE);
      const play = async (count: number) => {
        const start = Date.now();
        for (let index = 1; index <= count; index++) {
          await send(...updates.next().value);
          const wait = start + (index * 1000) / UPDATES_PER_SECOND - Date.now();
          if (wait > 0) await page.waitForTimeout(wait);
        }
      };
      const half = Math.round((seconds * UPDATES_PER_SECOND) / 2);
      await play(half);
      const before = await heapMegabytes(page);
      const times = await measureFrames(page, async () => play(half));
      const after = await heapMegabytes(page);
      await screenshot(page, 'training-long-run');
      // Times say something on a quiet machine only.
      if (wanted !== undefined) {
        console.log(JSON.stringify({ ...times, before, after }));
        expect(times.medianMs).toBeLessThan(50);
      }
      expect(after - before).toBeLessThan(5 + seconds * 0.1);
    },
  );
});
