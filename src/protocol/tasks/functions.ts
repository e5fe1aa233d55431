/** Schemas of the tasks that need no data: plain functions. */
import { z } from 'zod';

export const quadraticTask = z
  .strictObject({
    family: z.literal('quadratic').describe('A convex quadratic with a chosen condition number.'),
    dimension: z.int().min(1).max(1_000_000).default(10).describe('Number of parameters.'),
    condition: z.number().min(1).default(10).describe('Largest curvature over the smallest, ≥ 1.'),
  })
  .describe('A quadratic bowl.');

export const rosenbrockTask = z
  .strictObject({
    family: z.literal('rosenbrock').describe("Rosenbrock's curved valley in two dimensions."),
  })
  .describe("Rosenbrock's function.");

export const bealeTask = z
  .strictObject({
    family: z
      .literal('beale')
      .describe("Beale's function in two dimensions: flat plateaus, sharp corners."),
  })
  .describe("Beale's function.");
