/** `timing.jsonl`: how long trainings and sessions took. */
import { decodeEvaluationTiming } from '../protocol/index';
import type { EvaluationTiming } from '../protocol/index';
import type { FileSystem } from './fileSystem';
import { readJsonLines } from './jsonLines';

/** Those of all whole lines that can be read: times are worth less than the rest of an evaluation. @throws UserError('disk') */
export function readTimings(path: string, fs: FileSystem): EvaluationTiming[] {
  return readJsonLines(path, decodeEvaluationTiming, fs).map(({ value }) => value);
}
