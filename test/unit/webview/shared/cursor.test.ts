import { describe, expect, it, vi } from 'vitest';
import { createCursor } from '../../../../webview/shared/track/cursor';

function cursorAt(points: readonly number[], newest?: number) {
  const cursor = createCursor();
  cursor.setPoints(points, newest);
  return cursor;
}

describe('the cursor', () => {
  it('follows the newest step until something is pinned', () => {
    const cursor = cursorAt([0, 10, 20], 25);
    expect(cursor.step).toBe(25);
    cursor.setPoints([0, 10, 20, 30]);
    expect(cursor.step).toBe(30);
    cursor.pin(10);
    cursor.setPoints([0, 10, 20, 30, 40]);
    expect(cursor.step).toBe(10);
    cursor.unpin();
    expect(cursor.step).toBe(40);
  });

  it('goes under the pointer and back to the pinned step', () => {
    const cursor = cursorAt([0, 10, 20]);
    cursor.pin(10);
    cursor.hover(7);
    expect([cursor.step, cursor.hovering, cursor.pinned]).toEqual([7, true, 10]);
    cursor.hover(undefined);
    expect([cursor.step, cursor.hovering]).toEqual([10, false]);
  });

  it('moves over the points from wherever it stands, and stops at the ends', () => {
    const cursor = cursorAt([0, 10, 20, 30], 35);
    cursor.move(-1);
    expect(cursor.step).toBe(30);
    cursor.pin(12);
    cursor.move(1);
    expect(cursor.step).toBe(20);
    cursor.pin(12);
    cursor.move(-1);
    expect(cursor.step).toBe(10);
    cursor.move(-10);
    expect(cursor.step).toBe(0);
    cursor.move(10);
    expect(cursor.step).toBe(30);
    cursor.moveToEnd();
    expect(cursor.step).toBe(35);
    cursor.moveToStart();
    expect(cursor.step).toBe(0);
  });

  it('moves over steps where there are no points', () => {
    const cursor = cursorAt([], 50);
    cursor.move(-3);
    expect(cursor.step).toBe(47);
    cursor.move(10);
    expect(cursor.step).toBe(50);
  });

  it('tells its listeners of changes only', () => {
    const cursor = cursorAt([0, 10, 20]);
    const listener = vi.fn();
    const end = cursor.subscribe(listener);
    cursor.hover(5);
    cursor.hover(5);
    cursor.hover(undefined);
    cursor.pin(10);
    cursor.pin(10);
    cursor.setPoints([0, 10, 20, 30]);
    expect(listener).toHaveBeenCalledTimes(3);
    end();
    cursor.unpin();
    expect(listener).toHaveBeenCalledTimes(3);
  });
});
