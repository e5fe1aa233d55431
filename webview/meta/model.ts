/** What the view of a meta-training knows: a pure reducer over the host's messages. Choices of the person are in `view.ts`. */
import type {
  MetaHostMessage,
  MetaIterations,
  MetaUpdate,
  MetaValidationEntry,
  SensitivityState,
} from '../../src/protocol/live/index';

export interface Problem {
  readonly message: string;
  readonly remedy?: string;
}

/** Everything that has come of it. */
export interface MetaData extends Pick<MetaUpdate, 'entry' | 'plan' | 'about' | 'tasks'> {
  readonly iterations: MetaIterations;
  readonly validations: readonly MetaValidationEntry[];
  /** Whether more of what is known already is on its way. */
  readonly isFilling: boolean;
}

export interface MetaModel {
  /** `failed` only where there is nothing else to show; `measured`: there is a config, and no meta-training. */
  readonly phase: 'loading' | 'ready' | 'empty' | 'failed' | 'measured';
  readonly data?: MetaData | undefined;
  /** What noise does to its theta. */
  readonly sensitivity?: SensitivityState | undefined;
  /** Number of the update that comes next. */
  readonly next: number;
  /** An update was lost: everything is to be asked for anew. */
  readonly isTorn: boolean;
  readonly canControl: boolean;
  readonly problem?: Problem | undefined;
  readonly engine: {
    readonly state: 'connected' | 'connecting' | 'lost';
    readonly message?: string;
  };
}

export const INITIAL_MODEL: MetaModel = {
  phase: 'loading',
  next: 0,
  isTorn: false,
  canControl: false,
  engine: { state: 'connected' },
};

export function reduce(model: MetaModel, message: MetaHostMessage): MetaModel {
  switch (message.type) {
    case 'meta':
      return withUpdate(model, message);
    case 'noMeta': {
      const { canControl } = message;
      const none = { data: undefined, sensitivity: undefined, problem: undefined };
      return { ...model, ...none, phase: 'empty', canControl };
    }
    case 'sensitivity': {
      const { state: sensitivity, canControl } = message;
      const isOfConfig = sensitivity.config !== undefined;
      const shown = isOfConfig ? ({ phase: 'measured', problem: undefined } as const) : {};
      return { ...model, sensitivity, canControl, ...shown };
    }
    case 'engine': {
      const { state, message: text } = message;
      return { ...model, engine: text === undefined ? { state } : { state, message: text } };
    }
    case 'problem': {
      const { message: text, remedy } = message;
      const problem = remedy === undefined ? { message: text } : { message: text, remedy };
      return { ...model, problem, phase: hasContent(model) ? model.phase : 'failed' };
    }
  }
}

function hasContent({ phase }: MetaModel): boolean {
  return phase === 'ready' || phase === 'measured';
}

function withUpdate(
  model: MetaModel,
  { seq, update, canControl }: Extract<MetaHostMessage, { type: 'meta' }>,
): MetaModel {
  const { data } = model;
  if (!update.reset && (data === undefined || seq !== model.next))
    return { ...model, isTorn: true };
  const common = { phase: 'ready', next: seq + 1, isTorn: false, problem: undefined } as const;
  return {
    ...model,
    ...common,
    canControl,
    data: withNews(update.reset ? undefined : data, update),
  };
}

function withNews(data: MetaData | undefined, update: MetaUpdate): MetaData {
  const { entry, plan, about, tasks, iterations, validations, hasMore } = update;
  return {
    ...{ entry, plan, about, tasks, isFilling: hasMore },
    iterations: data === undefined ? iterations : joined(data.iterations, iterations),
    // What has not grown stays the same object, so that its charts are not drawn again.
    validations:
      data !== undefined && validations.length === 0
        ? data.validations
        : [...(data?.validations ?? []), ...validations],
  };
}

function joined(before: MetaIterations, after: MetaIterations): MetaIterations {
  if (after.iteration.length === 0) return before;
  const names = Object.keys(before) as (keyof MetaIterations)[];
  const columns = names.map((name) => [name, concatenated(before[name], after[name])]);
  // Column by column of the same kind.
  return Object.fromEntries(columns) as MetaIterations;
}

function concatenated(
  before: Float32Array | Uint32Array,
  after: Float32Array | Uint32Array,
): Float32Array | Uint32Array {
  const length = before.length + after.length;
  const all = before instanceof Uint32Array ? new Uint32Array(length) : new Float32Array(length);
  all.set(before);
  all.set(after, before.length);
  return all;
}

/** Trainings of a pair; 1 where there are none, as estimates go back through single trainings. */
export function sidesOf({ about }: MetaData): 1 | 2 {
  return about.playsPairs ? 2 : 1;
}

/** The validation of the best theta. */
export function bestOf({ validations }: MetaData): MetaValidationEntry | undefined {
  return validations.findLast(({ isBest }) => isBest);
}
