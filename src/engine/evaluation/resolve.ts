/** From what a person has asked to a config that says everything: tasks of the suite, lengths, and whether it can be. */
import { UserError } from '../../base/index';
import { SUITES } from '../../core/index';
import type { Suite } from '../../core/index';
import {
  DEFAULT_RATES,
  checkEvaluationConfig,
  didYouMean,
  labelOf,
  measuredOptimizers,
} from '../../protocol/index';
import type {
  EvaluationConfig,
  EvaluationTask,
  RateGrid,
  ResolvedEvaluation,
  Sweep,
} from '../../protocol/index';
import { fileNameOf } from '../../storage/index';
import { armsOf } from './arms';
import type { Arm } from './arms';
import { resolvedPoints } from './points';
import { withLengths } from './resolveLengths';

const DEFAULT_STEPS = 1000;
const DEFAULT_SEEDS = 2;
/** As in the original: nothing can be measured to be faster than this many times. */
const BASELINE_FACTOR = 10;

/** @throws UserError('config') on an unknown suite, names that cannot be told apart, or an optimizer that cannot be measured */
export function resolveEvaluation(config: EvaluationConfig): ResolvedEvaluation {
  const suite = config.suite === undefined ? undefined : suiteOf(config.suite, config.tasks);
  const tasks = config.tasks ?? suite?.tasks ?? [];
  const protocol = protocolOf(config, tasks, suite);
  const asked = { ...config };
  // The path of the schema is relative to the file that the config came from.
  delete asked.$schema;
  const { seeds = suite?.seeds ?? DEFAULT_SEEDS } = config;
  const common = { ...asked, tasks, seeds, evaluate: resolvedPoints({ ...config, ...protocol }) };
  const resolved =
    protocol.protocol === 'lengths'
      ? withLengths(common, suite)
      : { ...common, ...stepsOf(config, suite) };
  const complete = { ...resolved, ...withRates(resolved, suite?.learningRates) };
  checkNames(
    'tasks',
    complete.tasks.map(({ name }) => name),
  );
  checkNames('optimizers', [complete.baseline, ...measuredOptimizers(complete)].map(labelOf));
  checkOptimizers(armsOf(complete));
  return complete;
}

/** What is asked to be scored; nothing stands for the paper's, as in records from before there was a choice. */
function protocolOf(
  config: EvaluationConfig,
  tasks: readonly EvaluationTask[],
  suite: KnownSuite | undefined,
): Pick<ResolvedEvaluation, 'protocol'> {
  const hasLengths = tasks.some(({ lengths }) => lengths !== undefined);
  const usual = suite?.protocol ?? (hasLengths ? 'lengths' : undefined);
  const chosen = config.protocol ?? usual;
  const known = chosen === 'lengths' ? 'lengths' : 'paper';
  const { evaluate, secondBaseline } = config;
  const others = {
    paper: {
      'lengths of a task': hasLengths,
      secondBaseline: secondBaseline !== undefined,
      'evaluate.samples': evaluate.samples !== undefined,
    },
    lengths: {
      'evaluate.every': evaluate.every !== undefined,
      'evaluate.batches': evaluate.batches !== undefined,
    },
  }[known];
  const [field] = Object.entries(others).find(([, isGiven]) => isGiven) ?? [];
  if (field !== undefined) {
    throw new UserError('config', `${field} says nothing with protocol "${known}"`, {
      remedy: 'Leave it out, or choose the other protocol.',
    });
  }
  return chosen === undefined ? {} : { protocol: chosen };
}

/** A suite's lengths belong together: whoever changes one without the other gets the usual ratio. */
function stepsOf(
  config: EvaluationConfig,
  suite: KnownSuite | undefined,
): Pick<ResolvedEvaluation, 'steps' | 'baseline'> {
  const steps = config.steps ?? suite?.steps ?? DEFAULT_STEPS;
  const suiteSteps = config.steps === undefined ? suite?.baselineSteps : undefined;
  const baselineSteps = config.baseline.steps ?? suiteSteps ?? steps * BASELINE_FACTOR;
  return { steps, baseline: { ...config.baseline, steps: baselineSteps } };
}

/** Absent learning rates of all sweeps filled in. */
function withRates(
  config: ResolvedEvaluation,
  suiteRates: readonly number[] | undefined,
): Pick<ResolvedEvaluation, 'baseline' | 'optimizers' | 'secondBaseline'> {
  const usual: RateGrid =
    suiteRates === undefined ? DEFAULT_RATES : { kind: 'list', values: [...suiteRates] };
  const filled = (sweep: Sweep): Sweep => ({
    ...sweep,
    learningRates: sweep.learningRates ?? usual,
  });
  const { baseline, secondBaseline: second, optimizers } = config;
  return {
    baseline: { ...baseline, sweep: filled(baseline.sweep) },
    optimizers: optimizers.map((entry) =>
      entry.sweep === undefined ? entry : { ...entry, sweep: filled(entry.sweep) },
    ),
    ...(second === undefined ? {} : { secondBaseline: { ...second, sweep: filled(second.sweep) } }),
  };
}

interface KnownSuite extends Pick<
  Suite,
  'steps' | 'baselineSteps' | 'protocol' | 'learningRates' | 'seeds'
> {
  readonly tasks: EvaluationTask[];
}

/** @param tasks  where the config has its own, the suite is a name only */
function suiteOf(name: string, tasks: EvaluationConfig['tasks']): KnownSuite | undefined {
  const suite = SUITES.find((one) => one.name === name);
  if (suite === undefined) {
    if (tasks !== undefined) return undefined;
    const names = SUITES.map((one) => one.name);
    throw new UserError('config', `there is no suite "${name}"${didYouMean(name, names)}`, {
      remedy: `The suites are ${names.join(', ')}; or give a *.velo-eval.json file.`,
    });
  }
  const { config, problems } = checkEvaluationConfig({ tasks: suite.tasks });
  if (config?.tasks === undefined) throw new Error(`suite ${name}: ${problems?.[0].message ?? ''}`);
  return { ...suite, tasks: config.tasks };
}

/** Curves lie in files of these names. */
function checkNames(what: string, names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const fileName = fileNameOf(name);
    const other = seen.get(fileName);
    if (other !== undefined) {
      throw new UserError(
        'config',
        other === name
          ? `two ${what} are called "${name}", expected names of their own`
          : `the ${what} "${other}" and "${name}" differ in no letter or digit`,
        { remedy: 'Give one of them another name.' },
      );
    }
    seen.set(fileName, name);
  }
}

/** Members of a population take one step after another, as the optimizer alone says. */
function checkOptimizers(arms: readonly Arm[]): void {
  for (const { optimizer, config, steps } of arms) {
    if (config.name !== 'velo') continue;
    const refuse = (what: string): never => {
      throw new UserError('config', `${optimizer}: an evaluation ${what}`, {
        remedy: 'Leave it out; "velo train" can do it.',
      });
    };
    if (config.weightDecay > 0)
      refuse(`has no L2 penalty, expected weightDecay 0, got ${config.weightDecay}`);
    if ((config.accumulate ?? 1) > 1)
      refuse(`averages no gradients, expected accumulate 1, got ${config.accumulate}`);
    if (steps > config.maxTrainingSteps)
      refuse(
        `averages no gradients, expected at most ${config.maxTrainingSteps} steps, got ${steps}`,
      );
  }
}
