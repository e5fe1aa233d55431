/** What the optimizer editor knows: a pure reducer over the host's messages. */
import type {
  MultiplierCurve,
  NetworkResponse,
  OptimizerHostMessage,
  OptimizerInspection,
  WeightMatrix,
} from '../../src/protocol/live/index';

export interface Problem {
  readonly message: string;
  readonly remedy?: string | undefined;
}

export interface OptimizerModel {
  /** `failed` only where nothing of the file is known. */
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly inspection?: OptimizerInspection;
  /** The newest of each that came. */
  readonly matrix?: WeightMatrix | undefined;
  readonly response?: NetworkResponse | undefined;
  readonly curve?: MultiplierCurve | undefined;
  readonly problem?: Problem | undefined;
  readonly engine: {
    readonly state: 'connected' | 'connecting' | 'lost';
    readonly message?: string;
  };
  /** Rises when the file was read anew: what was asked for has to be asked again. */
  readonly reading: number;
}

export const INITIAL_MODEL: OptimizerModel = {
  phase: 'loading',
  engine: { state: 'connected' },
  reading: 0,
};

export function reduce(model: OptimizerModel, message: OptimizerHostMessage): OptimizerModel {
  switch (message.type) {
    case 'inspection':
      return withInspection(model, message.inspection);
    case 'matrix':
      return { ...model, matrix: message.matrix };
    case 'response':
      return { ...model, response: message.response };
    case 'multipliers':
      return { ...model, curve: message.curve };
    case 'engine': {
      const { state, message: text } = message;
      return { ...model, engine: text === undefined ? { state } : { state, message: text } };
    }
    case 'problem': {
      const { message: text, remedy } = message;
      const phase = model.inspection === undefined ? 'failed' : model.phase;
      return { ...model, problem: { message: text, remedy }, phase };
    }
  }
}

/** Of another file's content nothing stays but the run's curve. */
function withInspection(model: OptimizerModel, inspection: OptimizerInspection): OptimizerModel {
  const isSame = model.inspection?.sha256 === inspection.sha256;
  return {
    ...model,
    phase: 'ready',
    inspection,
    problem: undefined,
    reading: model.reading + 1,
    ...(isSame ? {} : { matrix: undefined, response: undefined }),
  };
}

/** The array that is shown at first: the LSTM's weights, the largest of a theta. */
export function chosenGroup(inspection: OptimizerInspection, wanted: string | undefined): string {
  const names = inspection.groups.map(({ name }) => name);
  const found = names.find((name) => name === wanted);
  const largest = inspection.groups.reduce<(typeof inspection.groups)[number] | undefined>(
    (best, group) => (best === undefined || group.size > best.size ? group : best),
    undefined,
  );
  return found ?? largest?.name ?? '';
}

/** The network and feature to ask the response of. */
export function chosenResponse(
  { inspection, response }: OptimizerModel,
  choices: { readonly network: number; readonly feature?: number | undefined },
): { readonly network: number; readonly feature: number } {
  const networks = inspection?.architecture.networks ?? 1;
  const network = Math.min(choices.network, networks - 1);
  if (choices.feature !== undefined) return { network, feature: choices.feature };
  const strongest = response?.network === network ? rankEffects(response.effects)[0] : undefined;
  return { network, feature: strongest ?? 0 };
}

/** Indices of the features, those that move the output most first; equal ones in their order. */
export function rankEffects(effects: ArrayLike<number>): number[] {
  return Array.from(effects, (_, i) => i).sort((a, b) => effects[b]! - effects[a]! || a - b);
}
