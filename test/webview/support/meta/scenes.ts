/** The view of a meta-training in every state: a recorded one, and what is made of it where a state is hard to record. */
import { proposeScale, scaleEntries } from '../../../../src/core/meta/sensitivity';
import type {
  MetaEntry,
  MetaHostMessage,
  MetaSensitivity,
  MetaUpdate,
  SensitivityState,
} from '../../../../src/protocol/live/index';
import type { Scene } from '../scenes';

export function metaScenes(recorded: readonly MetaHostMessage[], longName: string): Scene[] {
  const whole = updateIn(recorded);
  const scene = (name: string, title: string, shown: readonly MetaHostMessage[]): Scene => ({
    ...{ name: `meta-${name}`, view: 'meta', title, messages: shown },
  });
  const noise = noiseIn(recorded);
  const measured = (state: SensitivityState, canControl = true): MetaHostMessage => ({
    ...{ type: 'sensitivity', state, canControl },
  });
  const changed = (name: string, title: string, update: MetaUpdate, canControl = true) =>
    scene(name, title, [{ type: 'meta', seq: 0, update, canControl }]);
  const half = upTo(whole, 0.6, { state: 'running', owner: 'engine', secondsLeft: 1124 });
  const ended = (state: MetaEntry['state'], message?: string): MetaUpdate => ({
    ...half,
    entry: {
      ...entryWithoutTime(half.entry),
      ...{ state, owner: 'nobody', canResume: true },
      ...(message === undefined ? {} : { message }),
    },
  });
  return [
    scene('finished', 'Finished', [
      { type: 'meta', seq: 0, update: whole, canControl: true },
      measured({ result: noise }),
    ]),
    scene('measuring', 'Measured again', [
      { type: 'meta', seq: 0, update: half, canControl: true },
      measured({ result: noise, work: { isStopping: false, done: 6, parts: 19, secondsLeft: 74 } }),
    ]),
    scene('noise', 'Groups of which some are too loud', [
      { type: 'meta', seq: 0, update: whole, canControl: true },
      measured({ result: uneven(noise) }),
    ]),
    scene('config', 'The start of a config, measured', [
      measured({ config: 'clock.velo.json', result: uneven(noise) }),
    ]),
    scene('config-measuring', 'The start of a config, being measured', [
      measured({ config: 'clock.velo.json', work: { isStopping: false, done: 0 } }),
    ]),
    scene('config-failed', 'The start of a config that could not be measured', [
      measured({
        config: 'clock.velo.json',
        problem: 'no inner training can be made: layers[0].units must be at least 1, got 0',
      }),
    ]),
    changed('running', 'Running, at 60 %', half),
    { ...scene('live', 'Live: it plays', pieces(whole)), live: true },
    changed(
      'starting',
      'Starting: nothing is known',
      upTo(whole, 0, { state: 'starting', owner: 'engine', iterations: 0, seconds: 0.6 }),
    ),
    changed(
      'elsewhere',
      'Made by a terminal',
      upTo(whole, 0.3, { state: 'running', owner: 'other', secondsLeft: 2900 }),
    ),
    changed('stopping', 'Stopping', { ...half, entry: { ...half.entry, state: 'stopping' } }),
    changed('stopped', 'Stopped', ended('stopped')),
    changed('interrupted', 'Interrupted', ended('interrupted')),
    changed(
      'failed',
      'Failed',
      ended('failed', 'the disk is full: iterations.jsonl could not be written'),
    ),
    changed('restricted', 'Workspace not trusted', ended('stopped'), false),
    changed('no-baseline', 'Without a tuned Adam', withoutBaseline(whole)),
    changed('diverging', 'Many trainings diverge', diverging(half)),
    changed('many-tasks', '40 tasks of 8 families', manyTasks(whole, 40)),
    changed('night', 'A night: 6,000 outer steps', enlarged(whole, 6000)),
    changed('long-names', 'Long names', withLongNames(whole, longName)),
    scene('engine-lost', 'The engine is gone', [
      { type: 'meta', seq: 0, update: half, canControl: true },
      { type: 'engine', state: 'lost' },
    ]),
    scene('empty', 'No meta-training', [{ type: 'noMeta', canControl: true }]),
    scene('loading', 'Loading', [{ type: 'engine', state: 'connected' }]),
    scene('problem', 'A meta-training that cannot be read', [
      {
        type: 'problem',
        message: 'config.json is no config of a meta-training: it ends in the middle.',
        remedy: 'Delete its folder, or put the file back.',
      },
    ]),
  ];
}

function noiseIn(messages: readonly MetaHostMessage[]): MetaSensitivity {
  const found = messages.find(({ type }) => type === 'sensitivity');
  if (found?.type !== 'sensitivity' || found.state.result === undefined)
    throw new Error('noiseIn: no sensitivity among the messages');
  return found.state.result;
}

/** As if some groups were scaled too much and others too little; what is proposed then follows from it. */
function uneven(noise: MetaSensitivity): MetaSensitivity {
  const groups = noise.groups.map((group, i) => {
    const [rise, signal] = [
      [1, 1],
      [20, 3],
      [0.01, 0.02],
      [6, 0.01],
    ][i % 4] as [number, number];
    const effect = {
      ...group,
      rise: Math.abs(group.rise) * rise,
      riseError: group.riseError * Math.sqrt(rise),
      differenceRms: group.differenceRms * signal,
      differenceMedian: group.differenceMedian * signal,
      diverged: rise > 10 ? 0.0625 : 0,
    };
    return { ...effect, ...proposeScale(effect, noise.floor, {}) };
  });
  const factors = new Map(groups.map(({ name, now, factor }) => [name, now * factor]));
  return { ...noise, groups, scales: scaleEntries(factors) };
}

/** Everything in one update. @throws where there is none */
function updateIn(messages: readonly { readonly type: string }[]): MetaUpdate {
  const found = (messages as readonly MetaHostMessage[]).find(({ type }) => type === 'meta');
  if (found?.type !== 'meta') throw new Error('updateIn: no meta-training among the messages');
  return found.update;
}

function entryWithoutTime(entry: MetaEntry): MetaEntry {
  const changed = { ...entry };
  delete changed.secondsLeft;
  return changed;
}

/** As it was after a share of its outer iterations. */
function upTo(whole: MetaUpdate, share: number, changes: Partial<MetaEntry>): MetaUpdate {
  const n = Math.round(share * whole.iterations.iteration.length);
  const validations = whole.validations.filter(({ iteration }) => share > 0 && iteration <= n);
  const iterations = slice(whole.iterations, 0, n);
  const best = validations.findLast(({ isBest }) => isBest);
  const entry: MetaEntry = {
    ...whole.entry,
    ...{ iterations: n, seconds: iterations.seconds.at(-1) ?? 0, progress: share },
    canResume: false,
    ...(best === undefined ? {} : { best: { iteration: best.iteration, ratio: best.ratio } }),
    ...changes,
  };
  return { ...whole, entry, tasks: share > 0 ? whole.tasks : [], iterations, validations };
}

type Iterations = MetaUpdate['iterations'];

/** Iterations from ≤ i < to, with their pairs. */
function slice(iterations: Iterations, from: number, to: number): Iterations {
  const count = (end: number) => iterations.pairs.subarray(0, end).reduce((sum, n) => sum + n, 0);
  const [first, end] = [count(from), count(to)];
  const ofPairs = ['difference', 'problemLoss', 'length', 'entry', 'diverged'];
  const columns = Object.entries(iterations).map(([name, values]) => [
    name,
    ofPairs.includes(name) ? values.slice(first, end) : values.slice(from, to),
  ]);
  return Object.fromEntries(columns) as Iterations;
}

/** One update for each outer iteration, as a watch sends them. */
function pieces(whole: MetaUpdate): MetaHostMessage[] {
  const { iteration } = whole.iterations;
  return [...iteration].map((step, i) => {
    const { entry } = upTo(whole, (i + 1) / iteration.length, {
      state: 'running',
      owner: 'engine',
    });
    const update: MetaUpdate = {
      ...whole,
      ...{ reset: i === 0, entry, iterations: slice(whole.iterations, i, i + 1) },
      validations: whole.validations.filter(({ iteration: at }) => at === step),
    };
    return { type: 'meta', seq: i, update, canControl: true };
  });
}

function withoutBaseline(update: MetaUpdate): MetaUpdate {
  return {
    ...update,
    tasks: update.tasks.map(({ name, family, length, start }) => ({ name, family, length, start })),
    validations: update.validations.map((validation) => {
      const changed = { ...validation, speedups: validation.speedups.map(() => NaN) };
      delete changed.speedup;
      return changed;
    }),
  };
}

/** Every third pair loses a side, and every fourth task of a validation has no loss. */
function diverging(update: MetaUpdate): MetaUpdate {
  const { iterations, validations } = update;
  return {
    ...update,
    iterations: {
      ...iterations,
      diverged: iterations.diverged.map((_, i) => (i % 3 === 0 ? 1 : 0)),
      difference: iterations.difference.map((value, i) => (i % 9 === 0 ? NaN : value)),
      cosine: iterations.cosine.map((value, i) => (i % 5 === 0 ? NaN : value)),
    },
    validations: validations.map((one) => ({
      ...one,
      ratio: one.ratio * 3,
      losses: one.losses.map((loss, i) => (i % 4 === 0 ? NaN : loss)),
      speedups: one.speedups.map((speedup, i) => (i % 4 === 0 ? 0 : speedup)),
      diverged: one.diverged.map((_, i) => (i % 4 === 0 ? 1 : 0)),
    })),
  };
}

const FAMILIES = ['imageMlp', 'imageConv', 'imageVae', 'rnnLm', 'transformerLm', 'quadratic'];

function manyTasks(update: MetaUpdate, count: number): MetaUpdate {
  const at = (i: number) => i % update.tasks.length;
  const many = (values: Float32Array<ArrayBuffer>) =>
    Float32Array.from({ length: count }, (_, i) => values[at(i)]! * (1 + 0.2 * Math.sin(7 * i)));
  return {
    ...update,
    tasks: Array.from({ length: count }, (_, i) => ({
      ...update.tasks[at(i)]!,
      name: `${update.tasks[at(i)]!.name} ${i}`,
      family: FAMILIES[i % FAMILIES.length]!,
      start: update.tasks[at(i)]!.start * (1 + 0.2 * Math.sin(7 * i)),
    })),
    validations: update.validations.map((one) => ({
      ...one,
      losses: many(one.losses),
      speedups: many(one.speedups),
      diverged: new Uint8Array(count),
    })),
  };
}

/** The recorded one over and over. */
function enlarged(update: MetaUpdate, count: number): MetaUpdate {
  const n = update.iterations.iteration.length;
  const rounds = Math.ceil(count / n);
  const seconds = update.iterations.seconds.at(-1) ?? 1;
  const columns = Object.entries(update.iterations).map(([name, values]) => {
    const parts = Array.from({ length: rounds }, (_, round) =>
      values.map((value) =>
        name === 'iteration'
          ? value + n * round
          : name === 'seconds'
            ? value + seconds * round
            : value,
      ),
    );
    const all =
      values instanceof Uint32Array
        ? new Uint32Array(rounds * values.length)
        : new Float32Array(rounds * values.length);
    parts.forEach((part, round) => {
      all.set(part, round * values.length);
    });
    return [name, all];
  });
  const validations = Array.from({ length: rounds }, (_, round) =>
    update.validations
      .filter(({ iteration }) => round === 0 || iteration > 0)
      .map((one) => ({
        ...one,
        iteration: one.iteration + n * round,
        seconds: one.seconds + seconds * round,
      })),
  ).flat();
  const iterations = Object.fromEntries(columns) as Iterations;
  const entry = { ...update.entry, iterations: n * rounds, seconds: seconds * rounds };
  return { ...update, entry, iterations, validations, plan: { seconds: 36_000 } };
}

function withLongNames(update: MetaUpdate, name: string): MetaUpdate {
  return {
    ...update,
    entry: { ...update.entry, name, metaId: `${name}-1` },
    about: {
      ...update.about,
      tasks: name,
      entries: update.about.entries.map((one) => `${one} ${name}`),
    },
    tasks: update.tasks.map((task) => ({ ...task, name: `${name} ${task.name}` })),
  };
}
