import { describe, expect, it } from 'vitest';
import {
  VELO_MAX_TRAINING_STEPS,
  planAccumulation,
} from '../../../../src/core/training/accumulation';

describe('planAccumulation', () => {
  it.each([
    [{ numSteps: 150_000, maxTrainingSteps: VELO_MAX_TRAINING_STEPS }, 1, 150_000],
    [{ numSteps: 150_001, maxTrainingSteps: VELO_MAX_TRAINING_STEPS }, 2, 75_000],
    [{ numSteps: 1_000_000, maxTrainingSteps: VELO_MAX_TRAINING_STEPS }, 7, 142_857],
    [{ numSteps: 10, maxTrainingSteps: 4 }, 3, 3],
    [{ numSteps: 10 }, 1, 10],
    [{ numSteps: 10, accumulate: 4 }, 4, 2],
    [{ numSteps: 10, accumulate: 1, maxTrainingSteps: 4 }, 1, 10],
  ])('%j gives K = %d and %d updates', (options, accumulate, numUpdates) => {
    expect(planAccumulation(options)).toEqual({ accumulate, numUpdates });
  });

  it.each([
    [{ numSteps: 0 }, 'numSteps must be an integer ≥ 1, got 0'],
    [{ numSteps: 10, accumulate: 2.5 }, 'accumulate must be an integer ≥ 1, got 2.5'],
    [{ numSteps: 10, maxTrainingSteps: 0 }, 'maxTrainingSteps must be an integer ≥ 1, got 0'],
    [{ numSteps: 10, accumulate: 11 }, 'accumulate must be at most numSteps (10), got 11'],
  ])('refuses %j', (options, message) => {
    expect(() => planAccumulation(options)).toThrow(message);
  });
});
