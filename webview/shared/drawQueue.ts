/**
 * Drawing spread over frames: each frame draws until its time is spent, the rest waits for the next one, so that many
 * charts that change at once don't make one long frame. A chart that asks again before its turn is drawn once.
 */

/** Milliseconds of drawing after which a frame ends. */
const FRAME_BUDGET_MS = 12;

const waiting = new Map<object, () => void>();
let frame = 0;

/** Draws in the next frames. @param key  who draws; a second call replaces the first */
export function queueDraw(key: object, draw: () => void): void {
  waiting.set(key, draw);
  request();
}

/** Takes a waiting drawing back. */
export function cancelDraw(key: object): void {
  waiting.delete(key);
}

function request(): void {
  if (frame === 0) frame = requestAnimationFrame(run);
}

function run(): void {
  frame = 0;
  const end = performance.now() + FRAME_BUDGET_MS;
  try {
    for (const [key, draw] of waiting) {
      waiting.delete(key);
      draw();
      if (performance.now() >= end) break;
    }
  } finally {
    if (waiting.size > 0) request();
  }
}
