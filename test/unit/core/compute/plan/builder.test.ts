/** Values that are made once, however often they are asked for. */
import { describe, expect, it } from 'vitest';
import { PlanBuilder } from '../../../../../src/core/compute/plan/builder';

describe('short constants', () => {
  const constant = (builder: PlanBuilder, ...values: number[]) =>
    builder.constant(Float32Array.from(values), [values.length]);

  it('are one where they have the same numbers, so that what is made of them is made once', () => {
    const builder = new PlanBuilder();
    const x = builder.temporary([2]);
    const sums = [1, 2].map(() => builder.map('add', [x, constant(builder, 0.9, 0.99)], [2]));
    expect(sums[1]).toEqual(sums[0]);
    expect(builder.nodes.length).toBe(1);
  });

  it('are others where a bit differs', () => {
    const builder = new PlanBuilder();
    const places = [
      constant(builder, 0, 1),
      constant(builder, -0, 1),
      constant(builder, NaN, 1),
      builder.constant(Float32Array.of(0, 1), [2, 1]),
    ];
    expect(new Set(places.map((place) => 'buffer' in place && place.buffer)).size).toBe(4);
  });
});
