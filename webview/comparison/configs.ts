/**
 * What the configs of several runs have in common and where they part. Knows only the names of the fields that get a
 * shorter word; every other field is shown by its path.
 */

/** Values by dotted path, `task.hidden` → `128-128`. */
export type ConfigFields = ReadonlyMap<string, string>;

/** The fields of a config.json; none where it cannot be read. */
export function parseConfig(text: string): ConfigFields {
  const fields = new Map<string, string>();
  try {
    flatten(JSON.parse(text) as unknown, '', fields);
  } catch {
    return new Map();
  }
  for (const path of NAMES_ONLY) fields.delete(path);
  return fields;
}

/** What a file is called says nothing about what was done. */
const NAMES_ONLY = ['name', '$schema'];

function flatten(value: unknown, path: string, fields: Map<string, string>): void {
  if (Array.isArray(value)) fields.set(path, value.length === 0 ? 'none' : value.join('-'));
  else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value))
      flatten(child, path === '' ? key : `${path}.${key}`, fields);
  } else if (path !== '') fields.set(path, String(value));
}

const OPTIMIZER = 'optimizer.';
const OPTIMIZER_NAME = 'optimizer.name';

/**
 * Paths that differ, in the order of the configs. An optimizer's own fields are compared among runs of the same
 * optimizer only: that Adam has no weights is no difference beside that it is Adam.
 */
export function differingPaths(configs: readonly ConfigFields[]): string[] {
  const paths = [...new Set(configs.flatMap((config) => [...config.keys()]))];
  const byOptimizer = groupBy(configs, (config) => config.get(OPTIMIZER_NAME) ?? '');
  return paths.filter((path) => {
    const isOwn = path.startsWith(OPTIMIZER) && path !== OPTIMIZER_NAME;
    const groups = isOwn ? [...byOptimizer.values()] : [configs];
    return groups.some((group) => new Set(group.map((config) => config.get(path))).size > 1);
  });
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

/** Words of the field for the fields that people name. */
const WORDS: Readonly<Record<string, string>> = {
  'optimizer.name': 'optimizer',
  'optimizer.learningRate': 'lr',
  'optimizer.weights': 'θ',
  'optimizer.schedule.kind': 'schedule',
  'optimizer.weightDecay': 'weight decay',
  'task.family': 'task',
  'task.dataset': 'dataset',
  'task.hidden': 'layers',
  'task.batchSize': 'batch',
  numSteps: 'steps',
  'evaluate.every': 'evaluation spacing',
  'evaluate.split': 'evaluated split',
};

/** `optimizer.learningRate` → `lr`; others lose the part before the last dot. */
function wordOf(path: string): string {
  return WORDS[path] ?? path.slice(path.lastIndexOf('.') + 1);
}

/** A value as people write it: `velo-handmade-1` of a path to it, `1,000` of steps. */
export function valueOf(path: string, value: string | undefined): string {
  if (value === undefined) return 'none';
  if (path === 'optimizer.weights') return fileStem(value);
  return path === 'numSteps' ? Number(value).toLocaleString('en-US') : value;
}

function fileStem(path: string): string {
  const name = path.split(/[/\\]/).at(-1) ?? path;
  return name.replace(/\.safetensors$/, '');
}

/** What stands in the header. */
export interface CommonAndDifferent {
  /** `seed 0`, `1,000 steps`, `Adam` … of the fields that a reader would ask for. */
  readonly same: readonly string[];
  /** `optimizer`, `lr` …, by the words of `wordOf`. */
  readonly differs: readonly string[];
}

/** Of what is the same, this is said, in this order; the rest is in the table of configurations. */
const ASKED_FOR = ['optimizer.name', 'optimizer.weights', 'seed', 'task.batchSize', 'numSteps'];

export function compareConfigs(configs: readonly ConfigFields[]): CommonAndDifferent {
  const differing = differingPaths(configs);
  const [first] = configs;
  const same = ASKED_FOR.filter(
    (path) => !differing.includes(path) && configs.every((config) => config.has(path)),
  ).map((path) => sentenceOf(path, valueOf(path, first?.get(path))));
  return { same, differs: [...new Set(differing.map(wordOf))] };
}

function sentenceOf(path: string, value: string): string {
  if (path === OPTIMIZER_NAME) return optimizerName(value);
  return path === 'numSteps' ? `${value} steps` : `${wordOf(path)} ${value}`;
}

const OPTIMIZER_NAMES: Readonly<Record<string, string>> = {
  sgd: 'SGD',
  momentum: 'Momentum',
  rmsprop: 'RMSProp',
  adam: 'Adam',
  adamw: 'AdamW',
  nadamw: 'NAdamW',
  adagrad: 'AdaGrad',
  adabelief: 'AdaBelief',
  yogi: 'Yogi',
  radam: 'RAdam',
  lamb: 'LAMB',
  lars: 'LARS',
  fromage: 'Fromage',
  sm3: 'SM3',
  adafactor: 'Adafactor',
  lion: 'Lion',
  sophiaEf: 'Sophia-EF',
  sophiaH: 'Sophia-H',
  shampoo: 'Shampoo',
  soap: 'SOAP',
  muon: 'Muon',
  scheduleFree: 'Schedule-Free AdamW',
  prodigy: 'Prodigy',
  dAdaptation: 'D-Adaptation',
  velo: 'VeLO',
};

/** `adam` → `Adam`; unknown ones stay. */
function optimizerName(name: string): string {
  return OPTIMIZER_NAMES[name] ?? name;
}

export interface Naming {
  /** `Adam`; `VeLO, θ velo-handmade-1`. */
  readonly optimizer: string;
  /** What sets the run apart from the others beside its optimizer: `lr 0.003`, `seed 1`. */
  readonly setting: string;
  /** Short enough for the end of a line, unique. */
  readonly label: string;
}

export interface NamedRun {
  readonly config: ConfigFields;
  readonly entry: { readonly name: string; readonly optimizer: string; readonly handMade: boolean };
}

/** How each run is called in chart and table, by what differs between them. */
export function nameRuns(runs: readonly NamedRun[]): Naming[] {
  const differing = differingPaths(runs.map(({ config }) => config));
  const namings = runs.map((run) => {
    const setting = settingOf(run.config, differing);
    const optimizer = optimizerOf(run);
    return { optimizer, setting, label: `${shortOptimizer(run)} ${setting}`.trim() };
  });
  const uses = groupBy(namings, ({ label }) => label);
  return namings.map((naming, i) => {
    const isUnique = uses.get(naming.label)?.length === 1;
    return isUnique ? naming : { ...naming, label: runs[i]?.entry.name ?? naming.label };
  });
}

function optimizerOf({ config, entry }: NamedRun): string {
  const name = config.get(OPTIMIZER_NAME);
  if (name === undefined) return entry.optimizer;
  const weights = config.get('optimizer.weights');
  if (weights === undefined) return optimizerName(name);
  const theta = fileStem(weights);
  const handMade = entry.handMade && !/hand-?made/i.test(theta) ? ' (hand-made)' : '';
  return `${optimizerName(name)}, θ ${theta}${handMade}`;
}

function shortOptimizer({ config, entry }: NamedRun): string {
  const weights = config.get('optimizer.weights');
  if (weights !== undefined) return fileStem(weights);
  return optimizerName(config.get(OPTIMIZER_NAME) ?? entry.optimizer);
}

const NAMED_ELSEWHERE = new Set([OPTIMIZER_NAME, 'optimizer.weights']);

/** The learning rate of a baseline always, then whatever differs. */
function settingOf(config: ConfigFields, differing: readonly string[]): string {
  const rate = 'optimizer.learningRate';
  const paths = [
    ...(config.has(rate) ? [rate] : []),
    ...differing.filter((path) => path !== rate && !NAMED_ELSEWHERE.has(path)),
  ];
  return paths
    .filter((path) => config.has(path) || !path.startsWith(OPTIMIZER))
    .map((path) => {
      const value = valueOf(path, config.get(path));
      return path === 'numSteps' ? `${value} steps` : `${wordOf(path)} ${value}`;
    })
    .join(', ');
}

/** Every field of every run, those that differ first: the table of configurations. */
export function configTable(runs: readonly NamedRun[]): {
  readonly columns: string[];
  readonly rows: string[][];
} {
  const configs = runs.map(({ config }) => config);
  const differing = new Set(differingPaths(configs));
  const paths = [...new Set(configs.flatMap((config) => [...config.keys()]))];
  const ordered = [
    ...paths.filter((path) => differing.has(path)),
    ...paths.filter((path) => !differing.has(path)),
  ];
  const rows = ordered.map((path) => [
    path,
    differing.has(path) ? 'differs' : 'same',
    ...configs.map((config) => config.get(path) ?? '–'),
  ]);
  return { columns: ['Field', '', ...runs.map(({ entry }) => entry.name)], rows };
}
