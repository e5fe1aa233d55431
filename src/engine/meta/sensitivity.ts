/**
 * The job `metatrain --sensitivity`: what noise on each group of theta alone does to the meta-loss, on the same problems and
 * with the same noise for all of them, and which scales follow from it. No number depends on the number of workers.
 */
import { TARGET_RISE, noiseEffect, trainingLosses } from '../../core/index';
import type { NoiseEffect, PairTurn, TrainingLoss } from '../../core/index';
import { playsPairs } from '../../protocol/index';
import type { MetaConfig, MetaSensitivity } from '../../protocol/index';
import { loadMetaCheckpoint, readMetaTraining } from '../../storage/index';
import type { Population } from '../population/population';
import type { MetaOptions } from './contract';
import { decodeState } from './metaState';
import { LEARNED, openLearned } from './openLearned';
import { tellErrors } from './estimation';
import { Player } from './player';
import type { PairPlay } from './player';
import { Problems } from './problems';
import { proposeScales } from './proposeScales';
import { resolveDistribution, resolveEstimator } from './resolve';
import type { PairConfig } from './resolve';
import { startTheta } from './startTheta';
import type { StartTheta } from './startTheta';

export interface SensitivityOptions extends MetaOptions {
  /** Of a start, or the folder of a meta-training: its theta as of its last checkpoint. */
  readonly of: { readonly config: MetaConfig } | { readonly directory: string };
  /** Each is played with both signs for each group; default 24. */
  readonly problems?: number;
  /** Of the noise, in scaled coordinates; default: the estimator's. */
  readonly sigma?: number;
  /** What a group alone may raise the meta-loss by; default 0.04. */
  readonly targetRise?: number;
  /** Told after each part of the measurement. */
  readonly onPart?: (part: SensitivityPart) => void;
}

export interface SensitivityPart {
  /** What was played. */
  readonly name: string;
  readonly done: number;
  readonly parts: number;
}

const PROBLEMS = 24;
/** Where the config has none. */
const USUAL_SIGMA = 0.06;
/** Of sigma: too little for anything but chaos to show. */
const FLOOR_SHARE = 1e-3;

/**
 * @throws UserError on a config, data, weights or a device that will not do, UserError('engine') where no training can be
 *   made, UserError('disk'); the signal's reason
 */
export async function measureSensitivity(options: SensitivityOptions): Promise<MetaSensitivity> {
  const { problems: count = PROBLEMS, targetRise = TARGET_RISE } = options;
  const { config, start, iteration } = subjectOf(options);
  const population = await openLearned(config, { start, members: 2 * count, others: [] }, options);
  try {
    const problems = new Problems(config, resolveDistribution(config.tasks), population);
    const turns = resolveEstimator(config.estimator, config).plan(
      { particles: [], problems: 0 },
      iteration,
    );
    const plays = await Promise.all(turns.map((turn) => playOf(turn, problems)));
    const measurement = new Measurement({ config, start, population, plays }, options);
    const measured = await measurement.run();
    const groups = proposeScales(start.groups, { config, start, measured, targetRise });
    const { sigma } = config.estimator;
    const { loss, all, floor, innerSteps } = measured;
    const about = { theta: start.text, iteration, sigma, problems: count, innerSteps, targetRise };
    return { ...about, loss, all, floor, ...groups };
  } finally {
    await population.close();
  }
}

interface Subject {
  /** With an estimator of whole trainings. */
  readonly config: PairConfig;
  readonly start: StartTheta;
  readonly iteration: number;
}

function subjectOf({ of, problems = PROBLEMS, sigma, services }: SensitivityOptions): Subject {
  const asked = 'config' in of ? of.config : readMetaTraining(of.directory).config;
  const { estimator } = asked;
  const loss: TrainingLoss = estimator.kind === 'fullEs' ? estimator.loss : 'lastRecompute';
  const config: PairConfig = {
    ...asked,
    estimator: {
      kind: 'fullEs',
      pairs: problems,
      sigma: sigma ?? (playsPairs(estimator) ? estimator.sigma : USUAL_SIGMA),
      loss,
      lengthPer: 'pair',
      shape: { kind: 'raw' },
    },
  };
  const start = startTheta(config, services.weightsDir);
  if ('config' in of) return { config, start, iteration: 0 };
  const { step, tensors, metadata } = loadMetaCheckpoint(of.directory);
  const { theta } = decodeState(step, tensors, metadata).state;
  const text = `after ${step} outer iterations, from ${start.text}`;
  return { config, start: { ...start, theta, text }, iteration: step };
}

async function playOf(turn: PairTurn, problems: Problems): Promise<PairPlay> {
  const drawn = turn.segments.map(({ problem }) => problems.trained(problem));
  return { turn, problems: await Promise.all(drawn) };
}

/** What noise on each group has done, by its name, on all and on all with hardly any. */
interface Measured {
  readonly loss: number;
  readonly effects: ReadonlyMap<string, NoiseEffect>;
  readonly all: NoiseEffect;
  readonly floor: NoiseEffect;
  readonly innerSteps: number;
}

interface MeasurementParts extends Pick<Subject, 'config' | 'start'> {
  readonly population: Population;
  readonly plays: readonly PairPlay[];
}

class Measurement {
  readonly #parts: MeasurementParts;
  readonly #options: SensitivityOptions;
  /** Groups that learn. */
  readonly #groups: StartTheta['groups'];
  readonly #told = new Set<string>();
  #innerSteps = 0;
  #done = 0;

  constructor(parts: MeasurementParts, options: SensitivityOptions) {
    this.#parts = parts;
    this.#options = options;
    const { scales, groups } = parts.start;
    this.#groups = groups.filter(({ indices }) => indices.some((i) => scales[i]! > 0));
  }

  async run(): Promise<Measured> {
    const { scales } = this.#parts.start;
    const still = await this.#play('no noise', new Float32Array(scales.length));
    const base = still.map(({ positive }) => positive);
    const effectOf = async (name: string, of: Float32Array): Promise<NoiseEffect> =>
      noiseEffect(await this.#play(name, of), base);
    const floor = await effectOf(
      'chaos alone',
      scales.map((scale) => FLOOR_SHARE * scale),
    );
    const effects = new Map<string, NoiseEffect>();
    for (const { name, indices } of this.#groups) {
      const own = new Float32Array(scales.length);
      for (const i of indices) own[i] = scales[i]!;
      effects.set(name, await effectOf(name, own));
    }
    const all = await effectOf('all groups', scales);
    const loss = base.reduce((sum, one) => sum + one, 0) / base.length;
    return { loss, effects, all, floor, innerSteps: this.#innerSteps };
  }

  async #play(name: string, scales: Float32Array) {
    const { config, start, population, plays } = this.#parts;
    const { signal, onPart, onEvent } = this.#options;
    const { sigma } = config.estimator;
    population.setCentre(
      LEARNED,
      start.theta,
      scales.map((scale) => scale * sigma),
    );
    // Every training begins anew: nothing is known of those before.
    const player = new Player(population, config.metaLoss.samples);
    const played = await player.play(plays, signal);
    const { outcomes, innerSteps } = played;
    tellErrors(played, this.#told, onEvent);
    this.#innerSteps += innerSteps;
    this.#done += 1;
    onPart?.({ name, done: this.#done, parts: this.#groups.length + 3 });
    return outcomes.map((outcome) => {
      const [positive, negative] = trainingLosses(outcome, lossOf(config));
      const [sides] = outcome.segments;
      const diverged = Number(sides!.positive.diverged) + Number(sides!.negative.diverged);
      return { positive, negative, diverged };
    });
  }
}

function lossOf({ estimator }: PairConfig): TrainingLoss {
  return estimator.kind === 'fullEs' ? estimator.loss : 'lastRecompute';
}
