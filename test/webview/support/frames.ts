/** How long frames take while something happens on a page. */
import type { Page } from 'playwright-core';

export interface FrameTimes {
  readonly count: number;
  /** Milliseconds between frames. */
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly longestMs: number;
  /** Milliseconds that tasks of more than 50 ms took in sum, of the time measured. */
  readonly longTasksMs: number;
  readonly elapsedMs: number;
}

/** Watches the page's frames while `work` runs. */
export async function measureFrames(page: Page, work: () => Promise<void>): Promise<FrameTimes> {
  await page.evaluate(() => {
    const record = { frames: [] as number[], longTasksMs: 0, isRunning: true };
    Object.assign(globalThis, { frameRecord: record });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) record.longTasksMs += entry.duration;
    }).observe({ entryTypes: ['longtask'] });
    const next = (time: number) => {
      record.frames.push(time);
      if (record.isRunning) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await work();
  const { frames, longTasksMs } = await page.evaluate(() => {
    const { frameRecord } = globalThis as unknown as {
      frameRecord: { frames: number[]; longTasksMs: number; isRunning: boolean };
    };
    frameRecord.isRunning = false;
    return frameRecord;
  });
  const times = frames.slice(1).map((time, index) => time - frames[index]!);
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return {
    count: times.length,
    medianMs: quantile(0.5),
    p95Ms: quantile(0.95),
    longestMs: quantile(1),
    longTasksMs,
    elapsedMs: (frames.at(-1) ?? 0) - (frames[0] ?? 0),
  };
}

/** Megabytes that the page's script holds after a garbage collection, contents of typed arrays included. */
export async function heapMegabytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return (usedSize + backingStorageSize) / 1e6;
}
