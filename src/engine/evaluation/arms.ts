/** Everything that an evaluation trains: each setting of each optimizer, on each task, with each seed. */
import { settingsOf } from '../../core/index';
import { DEFAULT_RATES, isWholeOption, measuredOptimizers } from '../../protocol/index';
import type { OptimizerConfig, ResolvedEvaluation, Sweep } from '../../protocol/index';
import type { SweptOptimizer } from '../../protocol/live/index';
import { trainingKey } from '../../storage/index';

/** One setting of one optimizer. */
export interface Arm {
  /** What the optimizer is called; arms of one optimizer are its sweep. */
  readonly optimizer: string;
  /** `lr=0.003`, `lr=0.003 cosine beta1=0.9`; of an optimizer without a sweep, `as given`. */
  readonly setting: string;
  /** What differs among the arms of an optimizer. */
  readonly hyperparameters: Readonly<Record<string, number | string | boolean>>;
  readonly isBaseline: boolean;
  readonly config: OptimizerConfig;
  /** Announced. */
  readonly steps: number;
  /** `steps`, where the arm is of this length alone. */
  readonly length?: number;
}

export interface Training {
  /** Names its curve. */
  readonly key: string;
  /** Indices among the tasks and the arms. */
  readonly task: number;
  readonly arm: number;
  readonly seed: number;
}

/** Of the baseline first, then of the optimizers in their order, length by length; by schedule, options and learning rate. */
export function armsOf(config: ResolvedEvaluation): Arm[] {
  const { baseline, steps } = config;
  const measured = measuredOptimizers(config);
  const lengths: Pick<Arm, 'steps' | 'length'>[] =
    config.protocol === 'lengths'
      ? lengthsOf(config).map((length) => ({ steps: length, length }))
      : [{ steps }];
  return [
    ...armsOfOne(baseline, { isBaseline: true, steps: baseline.steps }),
    ...lengths.flatMap((length) =>
      measured.flatMap((entry) => armsOfOne(entry, { isBaseline: false, ...length })),
    ),
  ];
}

/** The lengths of all tasks, ascending, each once. */
function lengthsOf({ tasks }: Pick<ResolvedEvaluation, 'tasks'>): number[] {
  return [...new Set(tasks.flatMap(({ lengths = [] }) => lengths))].sort((a, b) => a - b);
}

/** What names the curves of an arm: its setting, and its length where there are several. */
export function curveSetting({ setting, length }: Pick<Arm, 'setting' | 'length'>): string {
  return length === undefined ? setting : `${setting} T=${length}`;
}

/** What is swept: the settings of each optimizer and how many values each option has among them, the baseline first. */
export function sweepsOf(config: ResolvedEvaluation): SweptOptimizer[] {
  const arms = armsOf(config);
  const names = [...new Set(arms.map(({ optimizer }) => optimizer))];
  return names.map((optimizer) => {
    const all = arms.filter((arm) => arm.optimizer === optimizer);
    const own = all.filter(({ length }) => length === all[0]?.length);
    const options = Object.keys(own[0]?.hyperparameters ?? {}).map((name) => ({
      name,
      values: new Set(own.map(({ hyperparameters }) => hyperparameters[name])).size,
    }));
    return {
      ...{ optimizer, isBaseline: own[0]?.isBaseline === true, settings: own.length },
      options: options.filter(({ values }) => values > 1),
    };
  });
}

/** Task by task, the longest trainings first: whoever is done early finds short ones to even out. */
export function trainingsOf(config: ResolvedEvaluation): Training[] {
  const arms = armsOf(config);
  const order = [...arms.keys()].sort((a, b) => arms[b]!.steps - arms[a]!.steps || a - b);
  return config.tasks.flatMap(({ name, lengths }, task) => {
    const isTrained = ({ length }: Arm): boolean =>
      length === undefined || lengths?.includes(length) === true;
    const own = order.filter((arm) => isTrained(arms[arm]!));
    return own.flatMap((arm) =>
      Array.from({ length: config.seeds }, (_, seed) => {
        const { optimizer } = arms[arm]!;
        const setting = curveSetting(arms[arm]!);
        return { key: trainingKey({ task: name, optimizer, setting, seed }), task, arm, seed };
      }),
    );
  });
}

interface Entry {
  readonly name?: string;
  readonly optimizer: OptimizerConfig;
  readonly sweep?: Sweep;
}

function armsOfOne(
  { name, optimizer: config, sweep }: Entry,
  context: Pick<Arm, 'isBaseline' | 'steps' | 'length'>,
): Arm[] {
  const optimizer = name ?? config.name;
  if (sweep === undefined || !('learningRate' in config)) {
    return [{ ...context, optimizer, setting: 'as given', hyperparameters: {}, config }];
  }
  const schedules = schedulesOf(sweep);
  const { learningRates = DEFAULT_RATES } = sweep;
  const spec = { ...sweep, learningRates, schedules: schedules.length };
  const settings = settingsOf(spec, (option) => isWholeOption(config.name, option));
  return settings.map(({ learningRate, schedule: index, options }) => {
    const { label, schedule } = schedules[index]!;
    const swept = { learningRate, ...(label === '' ? {} : { schedule: label }), ...options };
    return {
      ...context,
      optimizer,
      setting: settingName(swept),
      hyperparameters: swept,
      // What is put in was checked against the optimizer's schema.
      config: { ...config, ...options, learningRate, schedule },
    };
  });
}

function settingName({ learningRate, schedule, ...options }: Arm['hyperparameters']): string {
  const named = Object.entries(options).map(([option, value]) => `${option}=${value}`);
  return [
    `lr=${learningRate}`,
    ...(schedule === undefined ? [] : [String(schedule)]),
    ...named,
  ].join(' ');
}

/** One alone needs no label; several of a kind are numbered. */
function schedulesOf({ schedules }: Sweep) {
  const counts = new Map<string, number>();
  return schedules.map((schedule) => {
    const count = (counts.get(schedule.kind) ?? 0) + 1;
    counts.set(schedule.kind, count);
    const label = count === 1 ? schedule.kind : `${schedule.kind}-${count}`;
    return { schedule, label: schedules.length === 1 ? '' : label };
  });
}
