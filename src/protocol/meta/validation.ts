/** The schema of meta-validation. */
import { z } from 'zod';

export const validationSchema = z
  .strictObject({
    every: z
      .int()
      .min(0)
      .default(50)
      .describe('Outer iterations between validations; 0: only at the end.'),
    tasks: z
      .int()
      .min(1)
      .max(10_000)
      .default(24)
      .describe('Fixed tasks, drawn from the part of the distribution that is never trained on.'),
    lengths: z
      .array(z.int().min(1))
      .min(1)
      .default([150, 400, 1000])
      .describe('Steps of their trainings, in turn.'),
    samples: z.int().min(1).default(1024).describe('Examples on which a loss is taken.'),
    baseline: z
      .boolean()
      .default(true)
      .describe('Whether Adam at nine learning rates is trained on them once, to compare with.'),
  })
  .prefault({})
  .describe('How progress is measured: on tasks that are never trained on.');
