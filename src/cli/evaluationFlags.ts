/** The config of an evaluation as the command line says it: a suite or a file, with flags laid over it. */
import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { UserError } from '../base/index';
import {
  BUNDLED_WEIGHTS,
  OPTIMIZER_NAMES,
  checkEvaluationConfig,
  didYouMean,
} from '../protocol/index';
import type { EvaluationConfig, EvaluationConfigInput } from '../protocol/index';
import { readEvaluationConfigFile } from '../storage/index';
import { wholeNumber } from './commands/shared';
import { readConfigFile } from './configFiles';

export interface EvaluationFlags {
  readonly optimizer?: readonly string[];
  readonly baseline?: string;
  readonly seeds?: string;
  readonly steps?: string;
  readonly baselineSteps?: string;
  readonly grid?: string;
  readonly schedules?: string;
  readonly evaluateEvery?: string;
  readonly device?: string;
}

type Optimizers = NonNullable<EvaluationConfigInput['optimizers']>;
type SweepInput = NonNullable<NonNullable<EvaluationConfigInput['baseline']>['sweep']>;

/**
 * @param what  name of a suite, or a *.velo-eval.json file
 * @returns not yet resolved: whether there is such a suite is for the engine to say
 * @throws UserError('usage' | 'config' | 'disk')
 */
export function evaluationConfig(what: string, flags: EvaluationFlags): EvaluationConfig {
  const isFile = looksLikeFile(what);
  const written: EvaluationConfigInput = isFile
    ? readEvaluationConfigFile(what)
    : { name: what.slice(0, 80), suite: what };
  const sweep = { ...written.baseline?.sweep, ...sweepOf(flags) };
  const { baselineSteps, evaluateEvery, optimizer = [] } = flags;
  const baseline = {
    ...written.baseline,
    ...(flags.baseline === undefined ? {} : baselineOf(flags.baseline)),
    ...(baselineSteps === undefined ? {} : numberOf('--baseline-steps', baselineSteps, 'steps')),
    sweep,
  };
  const value = {
    ...written,
    baseline,
    ...(flags.seeds === undefined ? {} : numberOf('--seeds', flags.seeds, 'seeds')),
    ...(flags.steps === undefined ? {} : numberOf('--steps', flags.steps, 'steps')),
    ...(optimizer.length === 0 ? {} : { optimizers: optimizer.map((one) => entryOf(one, sweep)) }),
    ...(evaluateEvery === undefined
      ? {}
      : {
          evaluate: {
            ...written.evaluate,
            ...numberOf('--evaluate-every', evaluateEvery, 'every'),
          },
        }),
    ...(flags.device === undefined ? {} : { device: flags.device }),
  };
  const { config, problems } = checkEvaluationConfig(value);
  if (config !== undefined) return config;
  throw new UserError('config', problems[0].message);
}

function numberOf(flag: string, text: string, field: string): Record<string, number> {
  return { [field]: wholeNumber(flag, text, 1) };
}

function looksLikeFile(text: string): boolean {
  return /[\\/]|\.jsonc?$/.test(text) || (existsSync(text) && statSync(text).isFile());
}

/** Learned, as it is; a baseline's name alone, tuned as the baseline is. */
function entryOf(text: string, sweep: SweepInput): Optimizers[number] {
  if (/\.safetensors$/.test(text))
    return fromWeights(basename(text, '.safetensors'), resolve(text));
  if (BUNDLED_WEIGHTS.some((name) => name === text)) return fromWeights(text, text);
  if (looksLikeFile(text)) return fromRunConfig(text);
  const optimizer = named('--optimizer', text);
  return optimizer.name === 'velo' ? { optimizer } : { optimizer, sweep };
}

function baselineOf(text: string): Pick<Optimizers[number], 'name' | 'optimizer'> {
  return looksLikeFile(text) ? fromRunConfig(text) : { optimizer: named('--baseline', text) };
}

function fromWeights(name: string, weights: string): Optimizers[number] {
  return { name, optimizer: { name: 'velo', weights } };
}

function fromRunConfig(file: string): Optimizers[number] {
  const { name, optimizer } = readConfigFile(file);
  return { name, optimizer };
}

function named(flag: string, name: string): Optimizers[number]['optimizer'] {
  const known = OPTIMIZER_NAMES.find((one) => one === name);
  if (known !== undefined) return { name: known };
  throw new UserError(
    'usage',
    `${flag} ${name}: there is no such optimizer${didYouMean(name, OPTIMIZER_NAMES)}`,
    {
      remedy: `Name one of ${OPTIMIZER_NAMES.join(', ')}, weights that come with the program (${BUNDLED_WEIGHTS.join(', ')}), or the file of a run config or of weights.`,
    },
  );
}

function sweepOf({ grid, schedules }: EvaluationFlags): SweepInput {
  return {
    ...(grid === undefined ? {} : { learningRates: gridOf(grid) }),
    ...(schedules === undefined ? {} : { schedules: schedules.split(',').map(scheduleOf) }),
  };
}

const SCHEDULES = ['constant', 'cosine', 'linear', 'warmupCosine'] as const;

function scheduleOf(kind: string): { kind: (typeof SCHEDULES)[number] } {
  const known = SCHEDULES.find((one) => one === kind.trim());
  if (known !== undefined) return { kind: known };
  throw new UserError(
    'usage',
    `--schedules must be of ${SCHEDULES.join(', ')}, with commas between them, got "${kind}"`,
  );
}

function gridOf(text: string): NonNullable<SweepInput['learningRates']> {
  if (text === '15') return { kind: 'decades', points: 15 };
  if (text === '14') return { kind: 'decades', points: 14 };
  const [, kind, digits] = /^(log-uniform|random):(\d{1,4})$/.exec(text) ?? [];
  const points = Number(digits);
  if (kind === 'log-uniform') return { kind: 'logUniform', points };
  if (kind === 'random') return { kind: 'random', points };
  const values = text.split(',').map((one) => (one.trim() === '' ? NaN : Number(one)));
  if (values.every((value) => value > 0 && Number.isFinite(value))) return { kind: 'list', values };
  throw new UserError(
    'usage',
    `--grid must be 15, 14, log-uniform:N, random:N or learning rates with commas, got "${text}"`,
  );
}
