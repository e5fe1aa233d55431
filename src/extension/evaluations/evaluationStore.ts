/** The evaluations of all folders as this window knows them. */
import type { EvaluationEntry } from '../../protocol/live/index';
import { isObject } from '../commands/arguments';
import { ListStore } from '../listStore';
import type { ViewerSource } from '../listStore';

/** Which evaluation is meant; ids are unique in their folder only. */
export interface EvaluationRef {
  readonly root: string;
  readonly evaluationId: string;
}

export interface StoredEvaluation extends EvaluationRef {
  readonly entry: EvaluationEntry;
}

export type EvaluationStore = ListStore<EvaluationRef, EvaluationEntry>;

export function createEvaluationStore(
  engines: ViewerSource,
  warn: (text: string) => void,
): EvaluationStore {
  const options = {
    nouns: 'evaluations',
    idOf: ({ evaluationId }: EvaluationEntry) => evaluationId,
    refOf: (root: string, evaluationId: string) => ({ root, evaluationId }),
  };
  return new ListStore<EvaluationRef, EvaluationEntry>(
    {
      ...options,
      onChanged: (engine, listener) => engine.on('evaluations.changed', listener),
      list: async (engine) => {
        const { evaluations, warnings } = await engine.request('evaluations.list', {});
        return { entries: evaluations, warnings };
      },
    },
    engines,
    warn,
  );
}

export function sameEvaluation(a: EvaluationRef, b: EvaluationRef): boolean {
  return a.root === b.root && a.evaluationId === b.evaluationId;
}

/** What a node of the tree, a kept state or a caller says. */
export function refOf(value: unknown): EvaluationRef | undefined {
  if (!isObject(value)) return undefined;
  const { root, evaluationId } = value;
  if (typeof root !== 'string' || typeof evaluationId !== 'string') return undefined;
  return { root, evaluationId };
}
