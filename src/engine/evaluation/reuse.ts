/**
 * Curves that an earlier evaluation has of the very same trainings, so that a baseline need not be tuned again for each optimizer.
 * A training is the same where everything that its bits depend on is: task, optimizer and its weights, lengths, seed, points,
 * program, device. Where no seconds are scored (protocol `lengths`) those beside this one are taken by themselves. Another
 * evaluation's are taken on request, whatever it ran on, and without their times: those would be of another hour.
 */
import { join } from 'node:path';
import { UserError } from '../../base/index';
import { BUNDLED_NAMES, innermostTask } from '../../protocol/index';
import type { EvaluationEnvironment, ResolvedEvaluation, TaskConfig } from '../../protocol/index';
import {
  evaluationIds,
  evaluationsDirectory,
  readEvaluation,
  readEvaluationCurve,
  readEvaluationTimings,
} from '../../storage/index';
import type { EvaluationRecord, EvaluationWriter } from '../../storage/index';
import { armsOf, curveSetting, trainingsOf } from './arms';
import type { Arm, Training } from './arms';
import { pointsOf } from './points';

export interface Reuser {
  /** Folder that `.velo/evaluations` is in. */
  readonly root: string;
  /** The one that was asked for; then no other is taken from. */
  readonly reused?: EvaluationRecord;
  readonly config: ResolvedEvaluation;
  readonly environment: EvaluationEnvironment;
}

/** What was taken over. */
export interface Reused {
  readonly curves: number;
  /** Ids of the evaluations that it is from. */
  readonly from: readonly string[];
}

/**
 * Writes into a new evaluation what others of the folder have of it, with its own names.
 * @throws UserError('disk')
 */
export function reuseCurves(writer: EvaluationWriter, own: Reuser): Reused {
  const { config, reused } = own;
  if (config.protocol !== 'lengths' && reused === undefined) return { curves: 0, from: [] };
  const missing = byIdentity(identified(own));
  const from: string[] = [];
  let curves = 0;
  for (const record of reused === undefined ? othersOf(writer.paths.id, own) : [reused]) {
    const taken = takeFrom(record, missing, writer, { config, isTimed: reused === undefined });
    if (taken > 0) from.push(record.id);
    curves += taken;
  }
  return { curves, from };
}

interface Identified {
  readonly identity: string;
  readonly training: Training;
  readonly arm: Arm;
}

/** Several where a task stands in a suite under two names. */
function byIdentity(all: readonly Identified[]): Map<string, Identified[]> {
  const groups = new Map<string, Identified[]>();
  for (const one of all) groups.set(one.identity, [...(groups.get(one.identity) ?? []), one]);
  return groups;
}

/** The newest first. */
function othersOf(id: string, { root, environment }: Reuser): EvaluationRecord[] {
  const ids = evaluationIds(root).filter((other) => other !== id);
  const records = ids.flatMap((other) => {
    try {
      return [readEvaluation(join(evaluationsDirectory(root), other))];
    } catch (thrown) {
      // One that is broken is no reason to refuse a new one.
      if (thrown instanceof UserError) return [];
      throw thrown;
    }
  });
  return records
    .filter(({ config }) => config.protocol === 'lengths')
    .filter(({ environment: then }) => isSameProgram(then, environment))
    .sort((a, b) => (a.environment.startedAt < b.environment.startedAt ? 1 : -1));
}

function isSameProgram(a: EvaluationEnvironment, b: EvaluationEnvironment): boolean {
  return (['version', 'node', 'platform', 'device'] as const).every((key) => a[key] === b[key]);
}

function takeFrom(
  record: EvaluationRecord,
  missing: Map<string, Identified[]>,
  writer: EvaluationWriter,
  { config, isTimed }: { readonly config: ResolvedEvaluation; readonly isTimed: boolean },
): number {
  const theirs = identified(record).filter(({ identity }) => missing.has(identity));
  if (theirs.length === 0) return 0;
  const timings = new Map(
    readEvaluationTimings(record.directory).flatMap((timing) =>
      'training' in timing ? [[timing.training, timing] as const] : [],
    ),
  );
  let taken = 0;
  for (const { identity, training } of theirs) {
    const curve = readEvaluationCurve(record.directory, training.key);
    if (curve === undefined) continue;
    const timing = timings.get(training.key);
    for (const { training: own, arm } of missing.get(identity) ?? []) {
      if (isTimed && timing !== undefined) writer.appendTiming({ ...timing, training: own.key });
      const task = config.tasks[own.task]!.name;
      writer.writeCurve({ ...curve, task, optimizer: arm.optimizer, setting: curveSetting(arm) });
      taken += 1;
    }
    missing.delete(identity);
  }
  return taken;
}

/** Those trainings of an evaluation of which all is known that their bits depend on. */
function identified({
  config,
  environment,
}: Pick<EvaluationRecord, 'config' | 'environment'>): Identified[] {
  const arms = armsOf(config);
  return trainingsOf(config).flatMap((training) => {
    const { task } = config.tasks[training.task]!;
    const arm = arms[training.arm]!;
    if (!isBundled(task)) return [];
    const { config: optimizer, steps } = arm;
    const weights = environment.weights[arm.optimizer]?.sha256 ?? '';
    // Where weights lie doesn't matter.
    const settings = weights === '' ? optimizer : { ...optimizer, weights };
    const all = [task, settings, steps, training.seed, pointsOf(config, arm)];
    return [{ identity: JSON.stringify(all), training, arm }];
  });
}

/** Whether its data come with the program: others may have changed under the same name. */
function isBundled(task: TaskConfig): boolean {
  const inner = innermostTask(task);
  if (inner.family === 'user') return false;
  return !('dataset' in inner) || BUNDLED_NAMES.includes(inner.dataset);
}
