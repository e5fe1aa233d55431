/** The messages that every view understands: how the engine is, and what went wrong. */
import { UserError, messageOf } from '../../base/index';
import { sentences } from '../words';
import type { EngineState } from '../../client/index';

export interface EngineMessage {
  readonly type: 'engine';
  readonly state: 'connected' | 'connecting' | 'lost';
  readonly message?: string;
}

/** An engine that is not there yet is as good as connecting: the view's next request starts it. */
export function engineMessage(state: EngineState): EngineMessage {
  if (state.kind === 'connected') return { type: 'engine', state: 'connected' };
  if (state.kind !== 'lost') return { type: 'engine', state: 'connecting' };
  return { type: 'engine', state: 'lost', message: sentences(state.message, state.remedy) };
}

export interface ProblemMessage {
  readonly type: 'problem';
  readonly message: string;
  readonly remedy?: string;
}

export function problemMessage(thrown: unknown): ProblemMessage {
  const remedy = thrown instanceof UserError ? thrown.remedy : undefined;
  const message = sentences(messageOf(thrown));
  return { type: 'problem', message, ...(remedy === undefined ? {} : { remedy }) };
}
