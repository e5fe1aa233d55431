/** Nine runs as the host would send them: learned optimizers, a sweep of Adam, one that diverges, one under way. */
import type {
  ComparisonHostMessage,
  RunEntry,
  SeriesUpdate,
} from '../../../src/protocol/live/index';

interface Made {
  readonly entry: RunEntry;
  readonly configText: string;
  readonly update: SeriesUpdate;
}

interface Recipe {
  readonly name: string;
  readonly optimizer: Readonly<Record<string, unknown>>;
  /** Loss that the curve falls to, and steps to fall by e. */
  readonly floor: number;
  readonly scale: number;
  readonly msPerStep: number;
  readonly state?: RunEntry['state'];
  /** Steps done; default all. */
  readonly steps?: number;
}

const NUM_STEPS = 1000;
const EVALUATE_EVERY = 10;

const velo = (weights: string) => ({ name: 'velo', weights: `/w/${weights}.safetensors` });
const adam = (learningRate: number) => ({ name: 'adam', learningRate, beta1: 0.9 });

const RECIPES: readonly Recipe[] = [
  { name: 'fashion', optimizer: velo('warm-64'), floor: 0.42, scale: 60, msPerStep: 36.8 },
  { name: 'fashion-celo', optimizer: velo('celo'), floor: 0.39, scale: 35, msPerStep: 39.6 },
  ...[0.0003, 0.001, 0.003, 0.01, 0.03].map((rate, i) => ({
    name: `fashion-adam-${i + 1}`,
    optimizer: adam(rate),
    floor: [0.44, 0.41, 0.38, 0.43, 0.5][i]!,
    scale: [160, 80, 45, 35, 30][i]!,
    msPerStep: 2.5,
  })),
  {
    name: 'fashion-live',
    optimizer: velo('warm-128'),
    ...{ floor: 0.4, scale: 50, msPerStep: 40, state: 'running', steps: 400 },
  },
  {
    name: 'fashion-peak400',
    optimizer: velo('warm-64-peak400'),
    ...{ floor: 2.4, scale: 10, msPerStep: 28, state: 'diverged', steps: 82 },
  },
];

/** Falls from 2.3, with a ripple in place of noise. */
function lossAt({ floor, scale, state }: Recipe, step: number): number {
  if (state === 'diverged') return step < 82 ? 2.3 + 0.008 * step : NaN;
  const ripple = 1 + 0.06 * Math.sin(step / 7 + floor * 100) + 0.03 * Math.sin(step / 1.7);
  return (floor + (2.3 - floor) * Math.exp(-step / scale)) * ripple;
}

function make(recipe: Recipe): Made {
  const { name, optimizer, msPerStep, state = 'finished', steps: done = NUM_STEPS } = recipe;
  const steps = Uint32Array.from({ length: done }, (_, i) => i);
  const heldOutSteps = steps.filter((step) => step % EVALUATE_EVERY === 0);
  const curve = (at: Uint32Array) => Float32Array.from(at, (step) => lossAt(recipe, step));
  const times = (at: Uint32Array) => Float32Array.from(at, (step) => (step * msPerStep) / 1000);
  const isBroken = state === 'diverged';
  const entry: RunEntry = {
    runId: name,
    name,
    directory: `/work/.velo/runs/${name}`,
    state,
    owner: state === 'running' ? 'engine' : 'nobody',
    canResume: false,
    step: done,
    numSteps: NUM_STEPS,
    trainLoss: isBroken ? null : lossAt(recipe, done - 1),
    heldOutLoss: isBroken ? null : lossAt(recipe, done - EVALUATE_EVERY),
    heldOutAccuracy: null,
    task: 'fashion-mnist 64-32 relu b128',
    optimizer: String(optimizer['name']),
    handMade: name.includes('peak'),
    seconds: (done * msPerStep) / 1000,
    msPerStep,
    checkpointStep: 0,
  };
  const config = {
    name,
    task: { family: 'imageMlp', dataset: 'fashion-mnist', hidden: [64, 32], batchSize: 128 },
    optimizer,
    numSteps: NUM_STEPS,
    seed: 0,
    evaluate: { every: EVALUATE_EVERY },
  };
  const update: SeriesUpdate = {
    ...{ runId: name, reset: true, entry, thinnedBy: 1 },
    ...{ steps, losses: curve(steps), seconds: times(steps) },
    ...{ heldOutSteps, heldOutLosses: curve(heldOutSteps), heldOutSeconds: times(heldOutSteps) },
    heldOutAccuracies: new Float32Array(heldOutSteps.length).fill(NaN),
  };
  return { entry, configText: JSON.stringify(config, null, 2), update };
}

const made = RECIPES.map(make);

/** Everything, as after `ready`. */
export function comparisonMessages(): ComparisonHostMessage[] {
  return [
    { type: 'engine', state: 'connected' },
    {
      type: 'runs',
      runs: made.map(({ entry, configText }) => ({ entry, configText })),
      lossUnit: 'cross-entropy, nats',
    },
    { type: 'series', seq: 0, updates: made.map(({ update }) => update) },
  ];
}

/** The next ten steps of the run under way. */
export function nextSteps(seq: number, from: number): ComparisonHostMessage {
  const recipe = RECIPES.find(({ state }) => state === 'running')!;
  const run = make({ ...recipe, steps: from + EVALUATE_EVERY });
  const { update } = run;
  const held = update.heldOutSteps.length - 1;
  const fresh: SeriesUpdate = {
    ...update,
    reset: false,
    steps: update.steps.slice(from),
    losses: update.losses.slice(from),
    seconds: update.seconds.slice(from),
    heldOutSteps: update.heldOutSteps.slice(held),
    heldOutLosses: update.heldOutLosses.slice(held),
    heldOutAccuracies: update.heldOutAccuracies.slice(held),
    heldOutSeconds: update.heldOutSeconds.slice(held),
  };
  return { type: 'series', seq, updates: [fresh] };
}
