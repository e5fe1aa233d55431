/** The two logs of a meta-training as they grow: what is new since the last look, as columns. */
import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeMetaIteration, decodeMetaValidation } from '../../protocol/index';
import type { MetaIteration, MetaValidation } from '../../protocol/index';
import type { MetaIterations, MetaValidationEntry } from '../../protocol/live/index';
import { JsonTail, metaPaths, metaThetaPath } from '../../storage/index';
import type { MetaPaths } from '../../storage/index';

export interface MetaNews {
  /** What was told before is void. */
  readonly reset: boolean;
  readonly iterations: MetaIterations;
  readonly validations: MetaValidationEntry[];
  readonly hasMore: boolean;
}

/** Pairs in one piece, about. */
const PIECE_PAIRS = 20_000;

export class MetaLog {
  readonly #paths: MetaPaths;
  #iterations: JsonTail<MetaIteration>;
  #validations: JsonTail<MetaValidation>;
  #isFresh = true;

  constructor(directory: string) {
    this.#paths = metaPaths(directory);
    [this.#iterations, this.#validations] = tails(this.#paths);
  }

  /** @throws UserError('disk') */
  async read(): Promise<MetaNews> {
    const { iterations, hasMore, reset } = await this.#readIterations();
    const validations = this.#validations.read();
    if (reset || validations.reset) {
      // Either of the two was cut back: both begin anew.
      [this.#iterations, this.#validations] = tails(this.#paths);
      this.#isFresh = true;
      return this.read();
    }
    const isFirst = this.#isFresh;
    this.#isFresh = false;
    return {
      reset: isFirst,
      iterations: columnsOf(iterations),
      validations: validations.values.map((validation) => entryOf(validation, this.#paths)),
      hasMore: hasMore || validations.hasMore,
    };
  }

  async #readIterations() {
    const iterations: MetaIteration[] = [];
    let pairs = 0;
    for (;;) {
      const { values, hasMore, reset } = this.#iterations.read();
      iterations.push(...values);
      pairs += values.reduce((sum, value) => sum + value.pairs.length, 0);
      if (reset || !hasMore || pairs >= PIECE_PAIRS) return { iterations, hasMore, reset };
      await nextTurn();
    }
  }
}

function tails(paths: MetaPaths): [JsonTail<MetaIteration>, JsonTail<MetaValidation>] {
  return [
    new JsonTail(paths.iterations, decodeMetaIteration),
    new JsonTail(paths.validations, decodeMetaValidation),
  ];
}

type Read = (iteration: MetaIteration) => number | null | undefined;

function columnsOf(iterations: readonly MetaIteration[]): MetaIterations {
  const floats = (read: Read) => Float32Array.from(iterations, (one) => read(one) ?? NaN);
  const pairs = iterations.flatMap((one) => one.pairs);
  return {
    iteration: Uint32Array.from(iterations, ({ iteration }) => iteration),
    seconds: floats(({ seconds }) => seconds),
    innerSteps: floats(({ innerSteps }) => innerSteps),
    busy: floats(({ busy }) => busy),
    loss: floats(({ loss }) => loss),
    learningRate: floats(({ learningRate }) => learningRate),
    gradientRms: floats(({ gradientRms }) => gradientRms),
    updateRms: floats(({ updateRms }) => updateRms),
    cosine: floats(({ cosine }) => cosine),
    pairs: Uint32Array.from(iterations, (one) => one.pairs.length),
    difference: Float32Array.from(pairs, ({ difference }) => difference ?? NaN),
    problemLoss: Float32Array.from(pairs, ({ loss }) => loss ?? NaN),
    length: Uint32Array.from(pairs, ({ length }) => length),
    entry: Uint32Array.from(pairs, ({ entry }) => entry),
    diverged: Uint32Array.from(pairs, ({ diverged }) => diverged),
  };
}

function entryOf(validation: MetaValidation, paths: MetaPaths): MetaValidationEntry {
  const { iteration, seconds, innerSteps, rows, ratio, speedup, isBest, drift } = validation;
  const theta = metaThetaPath(paths, iteration);
  return {
    iteration,
    seconds,
    innerSteps,
    losses: Float32Array.from(rows, ({ loss }) => loss ?? NaN),
    diverged: Uint8Array.from(rows, ({ diverged }) => Number(diverged)),
    speedups: Float32Array.from(rows, (row) => row.speedup ?? NaN),
    ratio,
    ...(speedup === undefined ? {} : { speedup }),
    isBest,
    groups: drift.map(({ group }) => group),
    drift: Float32Array.from(drift, ({ rms }) => rms),
    multiplier: Float32Array.from(validation.multiplier ?? [], (value) => value ?? NaN),
    ...(existsSync(theta) ? { theta } : {}),
  };
}
