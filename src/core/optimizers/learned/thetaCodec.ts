/**
 * A theta of any learned optimizer as it is written to disk: its tensors and a block of strings that say what it is.
 * Validation lives here, so that every way to get a theta meets the same checks.
 */
import { UserError, formatShape, sameShape } from '../../../base/index';
import type { FloatArray, NamedArrays, NamedFloats } from '../../../base/index';
import { isAllowed, rangeOf } from '../optionTable';
import type { OptionTable } from '../optionTable';
import type { Architecture, Theta } from './architecture';
import { ARCHITECTURE_KINDS, createArchitecture, learnedOptimizer } from './registry';

const FORMAT = 'velo-theta-1';

/** Where a theta comes from, for people. */
export interface ThetaCard {
  /** `velo-handmade-1` */
  readonly name: string;
  /** How it was made: constructed by hand, meta-trained (by which run), imported (from which file). */
  readonly provenance: string;
  /** SPDX identifier, or `unknown`. */
  readonly licence: string;
  /** Program and version that wrote the file. */
  readonly createdBy: string;
  /** What else is to be known of it, by name: what it cost, what it was trained on, how it compares. */
  readonly notes?: Readonly<Record<string, string>>;
}

const CARD_KEYS = ['name', 'provenance', 'licence', 'createdBy'] as const;

/** What a file of weights holds, whatever its container. */
export interface TensorsWithMetadata {
  readonly tensors: NamedArrays;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The theta as tensors and strings. A note cannot stand for what the codec itself writes. */
export function encodeTheta(theta: Theta, card: ThetaCard): TensorsWithMetadata {
  const { kind, ...options } = theta.architecture;
  const strings = Object.entries(options).map(([name, value]) => [name, String(value)] as const);
  const { notes, ...who } = card;
  return {
    tensors: theta.tensors,
    metadata: { ...notes, format: FORMAT, kind, ...Object.fromEntries(strings), ...who },
  };
}

/**
 * The theta that tensors and strings stand for.
 * @param place  file name for messages
 * @throws UserError('weights') on bad metadata, a missing, extra or misshapen tensor, NaN or infinity
 */
export function decodeTheta(
  { tensors, metadata }: TensorsWithMetadata,
  place: string,
): { readonly theta: Theta; readonly card: ThetaCard } {
  const read = metadataReader(metadata, place);
  read.oneOf('format', [FORMAT]);
  const architecture = readArchitecture(read);
  const card = {
    name: read.text('name'),
    provenance: read.text('provenance'),
    licence: read.text('licence'),
    createdBy: read.text('createdBy'),
  };
  const notes = notesOf(metadata, architecture);
  return {
    theta: { architecture, tensors: checkThetaTensors(architecture, tensors, place) },
    card: Object.keys(notes).length === 0 ? card : { ...card, notes },
  };
}

/** All strings that say neither which theta it is nor who made it. */
function notesOf(
  metadata: TensorsWithMetadata['metadata'],
  architecture: Architecture,
): Readonly<Record<string, string>> {
  const known = new Set(['format', ...Object.keys(architecture), ...CARD_KEYS]);
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !known.has(key)));
}

/**
 * The tensors in the order of the flat theta, once they are known to be exactly those, finite and f32.
 * @param place  file name for messages
 * @throws UserError('weights')
 */
export function checkThetaTensors(
  architecture: Architecture,
  tensors: NamedArrays,
  place: string,
): NamedFloats {
  const what = describeTheta(architecture);
  const specs = learnedOptimizer(architecture).parameters(architecture);
  const known = new Set(specs.map(({ name }) => name));
  const extra = Object.keys(tensors).find((name) => !known.has(name));
  if (extra !== undefined) throw weightsError(place, `"${extra}" is not a tensor of ${what}`);
  return Object.fromEntries(
    specs.map(({ name, shape }) => {
      const array = tensors[name];
      if (array === undefined) throw weightsError(place, `tensor "${name}" of ${what} is missing`);
      if (!sameShape(array.shape, shape)) {
        const [expected, got] = [formatShape(shape), formatShape(array.shape)];
        throw weightsError(
          place,
          `tensor "${name}" of ${what} must have shape ${expected}, got ${got}`,
        );
      }
      return [name, finiteFloats(array, name, place)];
    }),
  );
}

function finiteFloats(array: NamedArrays[string], name: string, place: string): FloatArray {
  const { data, shape } = array;
  if (!(data instanceof Float32Array)) {
    throw weightsError(place, `tensor "${name}" must hold 32-bit floats, got integers`);
  }
  const index = data.findIndex((value) => !Number.isFinite(value));
  if (index >= 0) {
    throw weightsError(
      place,
      `tensor "${name}" must be finite, got ${String(data[index])} at index ${index}`,
    );
  }
  return { shape, data };
}

/** `a theta of hidden size 6 and bank size 3`: VeLO's; `a Celo theta of hidden size 64`. */
function describeTheta(architecture: Architecture): string {
  const { kind, title, sizes } = learnedOptimizer(architecture);
  const size = sizes(architecture);
  const owner = kind === 'velo' ? '' : `${title} `;
  return `${/^(A|MLP|NN|RNN)/.test(owner) ? 'an' : 'a'} ${owner}theta${size === '' ? '' : ` of ${size}`}`;
}

/** Every option has to be there: a default may change, a file may not. */
function readArchitecture(read: ReturnType<typeof metadataReader>): Architecture {
  const kind = read.oneOf('kind', ARCHITECTURE_KINDS);
  const { options } = learnedOptimizer(createArchitecture(kind));
  const values = Object.entries(options).map(([name, option]) => [name, read.option(name, option)]);
  return createArchitecture(kind, Object.fromEntries(values) as Record<string, unknown>);
}

function metadataReader(metadata: Readonly<Record<string, string>>, place: string) {
  const text = (key: string): string => {
    const value = metadata[key];
    if (value === undefined) throw weightsError(place, `metadata "${key}" is missing`);
    return value;
  };
  const number = (key: string): number => {
    const value = text(key);
    const parsed = value.trim() === '' ? NaN : Number(value);
    if (Number.isFinite(parsed)) return parsed;
    throw weightsError(place, `metadata "${key}" must be a number, got "${value}"`);
  };
  const count = (key: string): number => {
    const value = number(key);
    if (Number.isInteger(value) && value > 0) return value;
    throw weightsError(place, `metadata "${key}" must be a positive whole number, got ${value}`);
  };
  const oneOf = <T extends string>(key: string, allowed: readonly T[]): T => {
    const value = text(key);
    const found = allowed.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    const wanted = allowed.map((candidate) => `"${candidate}"`).join(' or ');
    throw weightsError(place, `metadata "${key}" must be ${wanted}, got "${value}"`);
  };
  const option = (key: string, wanted: OptionTable[string]): unknown => {
    switch (wanted.kind) {
      case 'boolean':
        return oneOf(key, ['true', 'false']) === 'true';
      case 'choice':
        return oneOf(key, wanted.choices);
      case 'integer':
      case 'number': {
        const value = wanted.kind === 'integer' ? count(key) : number(key);
        if (isAllowed(wanted, value)) return value;
        throw weightsError(place, `metadata "${key}" must be ${rangeOf(wanted)}, got ${value}`);
      }
      case 'schedule':
        throw new Error('no architecture has a schedule among its options');
    }
  };
  return { text, oneOf, option };
}

function weightsError(place: string, message: string): UserError {
  return new UserError('weights', `${place}: ${message}`);
}
