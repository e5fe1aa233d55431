import { describe, expect, it } from 'vitest';
import { cellOrder } from '../../../../src/core/analysis/cellOrder';
import { createRng } from '../../../../src/core/compute/rng';

/** f32[steps, cells] of a function of both. */
function series(
  cells: number,
  steps: number,
  f: (cell: number, step: number) => number,
): Float32Array {
  return Float32Array.from({ length: cells * steps }, (_, i) =>
    f(i % cells, Math.floor(i / cells)),
  );
}

/** Whether cells of one group lie next to each other. */
function isGrouped(order: Uint32Array, groupOf: (cell: number) => number): boolean {
  const groups = [...order].map(groupOf);
  const changes = groups.filter((group, i) => i > 0 && group !== groups[i - 1]).length;
  return changes === new Set(groups).size - 1;
}

describe('the order of cells', () => {
  it('puts those that move together next to each other, whatever their scale', () => {
    const rng = createRng({ seed: 1, purpose: 'noise' });
    const values = series(60, 120, (cell, step) => {
      const phase = [0, 1.3, 2.6, 4.1][cell % 4]!;
      return (1 + cell) * (Math.sin(step / 9 + phase) + 0.1 * rng.uniform()) + cell;
    });
    const order = cellOrder(values, 60);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect(isGrouped(order, (cell) => cell % 4)).toBe(true);
  });

  it('is that of average linkage, worked out by hand', () => {
    // Correlations with a ramp: cells 0 and 3 alike, 1 and 4 alike, 2 the opposite of 0.
    const shapes = [
      (t: number) => t,
      (t: number) => Math.cos(t * 2.1),
      (t: number) => -t,
      (t: number) => t + 0.1 * Math.cos(t * 2.1),
      (t: number) => Math.cos(t * 2.1) + 0.02 * t,
    ];
    const order = [
      ...cellOrder(
        series(5, 12, (cell, step) => shapes[cell]!(step)),
        5,
      ),
    ];
    expect(Math.abs(order.indexOf(0) - order.indexOf(3))).toBe(1);
    expect(Math.abs(order.indexOf(1) - order.indexOf(4))).toBe(1);
    // The opposite of a ramp is farthest from it: the waves lie between.
    expect([0, 4]).toContain(order.indexOf(2));
  });

  it('keeps cells that never move together, and copes with what is not finite', () => {
    const values = series(9, 30, (cell, step) => {
      if (cell % 3 === 0) return 5;
      return cell === 4 && step === 7 ? NaN : Math.sin(step / (cell % 3 === 1 ? 3 : 7));
    });
    const order = cellOrder(values, 9);
    expect(new Set(order).size).toBe(9);
    expect(isGrouped(order, (cell) => cell % 3)).toBe(true);
  });

  it('of none, one or two cells is as they come', () => {
    expect([...cellOrder(new Float32Array(0), 0)]).toEqual([]);
    expect([...cellOrder(new Float32Array([1, 2]), 1)]).toEqual([0]);
    expect([...cellOrder(new Float32Array([1, 2]), 2)]).toEqual([0, 1]);
    expect([...cellOrder(new Float32Array(0), 4)].sort()).toEqual([0, 1, 2, 3]);
  });

  it('of 512 cells over 200 steps is quick', () => {
    const rng = createRng({ seed: 2, purpose: 'noise' });
    const values = series(512, 200, () => rng.uniform());
    const begin = performance.now();
    expect(cellOrder(values, 512)).toHaveLength(512);
    // 0.14 s on a quiet machine.
    expect(performance.now() - begin).toBeLessThan(3000);
  });
});
