import { describe, expect, it } from 'vitest';
import { createMetaLoss } from '../../../../src/core/meta/metaLoss';

const clip = (worst: number) => (loss: number) =>
  Number.isFinite(loss) ? Math.min(Math.max(loss, 0), worst) : worst;

describe('the meta-loss', () => {
  it('of a loss that is absolute is the logarithm of what counts of it', () => {
    const loss = createMetaLoss({ normalize: clip(3), isAbsolute: true, floor: 0.01 });
    expect(loss.of(0.5, 99)).toBeCloseTo(Math.log(0.51), 12);
    expect(loss.of(7, 99)).toBeCloseTo(Math.log(3.01), 12);
    expect(loss.worst(99)).toBeCloseTo(Math.log(3.01), 12);
  });

  it('of others counts against where the training began', () => {
    const loss = createMetaLoss({ normalize: clip(100), isAbsolute: false, floor: 0.01 });
    // A quarter of the first loss is a quarter of ln 10.
    expect(loss.of(2, 8)).toBeCloseTo(Math.log(Math.log(10) / 4 + 0.01), 12);
    expect(loss.of(20, 8)).toBeCloseTo(Math.log(1.5 * Math.log(10) + 0.01), 12);
    expect(loss.of(2, 8)).toBe(loss.of(0.02, 0.08));
  });

  it.each([NaN, Infinity, -Infinity, 0, -1, 1e300])(
    'is finite of %s, whatever came first',
    (value) => {
      for (const isAbsolute of [true, false]) {
        const loss = createMetaLoss({ normalize: clip(3), isAbsolute, floor: 0.01 });
        for (const first of [NaN, Infinity, 0, 1, -2]) {
          expect(loss.of(value, first)).toSatisfy(Number.isFinite);
          expect(loss.of(value, first)).toBeLessThanOrEqual(loss.worst(first));
        }
      }
    },
  );
});
