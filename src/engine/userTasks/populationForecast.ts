/** What a population of a person's task would take, from a trial of one member on one worker. */
import { UserError } from '../../base/index';
import { parseRunConfigText } from '../../protocol/index';
import type { DeviceName } from '../../protocol/index';
import { openPopulation } from '../population/population';
import { NUM_STEPS, durationText } from './finding';
import type { TaskFinding } from './finding';
import type { UserTaskConfig } from './loadUserTask';

export interface PopulationQuestion {
  readonly config: UserTaskConfig;
  /** How many trainings at once, ≥ 1. */
  readonly members: number;
  /** One with kernels. */
  readonly device: DeviceName;
  readonly dataDir: string;
  readonly weightsDir: string;
  readonly seed: number;
  /** The program of a worker thread, where it isn't the one beside this program. */
  readonly workerScript?: string;
}

const OPTIMIZERS = ['adam', 'velo'] as const;

/**
 * Memory and time of so many trainings of NUM_STEPS steps, with each of two optimizers.
 * @throws UserError('config' | 'data') as `openPopulation`
 */
export async function* forecastPopulation(
  question: PopulationQuestion,
): AsyncGenerator<TaskFinding> {
  const { config, members, seed, ...rest } = question;
  const optimizers = OPTIMIZERS.map((name) => ({ config: optimizerOf(name) }));
  const population = await openPopulation({ ...rest, tasks: [config], optimizers, members });
  try {
    for (const [optimizer, name] of OPTIMIZERS.entries()) {
      const assignment = { task: 0, optimizer, seed, numSteps: NUM_STEPS };
      const assignments = Array.from({ length: members }, () => assignment);
      const what = `${members} with ${name}`;
      try {
        const forecast = await population.forecast(assignments, NUM_STEPS);
        const { memberBytes, workerBytes, sharedBytes, limitBytes, seconds } = forecast;
        const needed = memberBytes + workerBytes + sharedBytes;
        const time = `${durationText(seconds)} for ${NUM_STEPS} steps of each on ${population.workers} workers`;
        const memory = `${megabytes(needed)} MB (${megabytes(memberBytes)} for members, ${megabytes(workerBytes)} for workers, ${megabytes(sharedBytes)} shared)`;
        const limit = `more than the ${megabytes(limitBytes)} MB that it may have; take fewer members`;
        yield needed > limitBytes
          ? { what, text: `${memory}: ${limit}`, isWarning: true }
          : { what, text: `${memory}, ${time}` };
      } catch (thrown) {
        if (!(thrown instanceof UserError)) throw thrown;
        yield { what, text: `no population can have it: ${thrown.message}`, isWarning: true };
      }
    }
  } finally {
    await population.close();
  }
}

function optimizerOf(name: (typeof OPTIMIZERS)[number]) {
  const asked = JSON.stringify({ task: { family: 'beale' }, optimizer: { name } });
  return parseRunConfigText(asked).optimizer;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toLocaleString('en', { maximumFractionDigits: 1 });
}
