/** From what a person has asked to a config that says everything: tasks of the suite, lengths, and whether it can be. */
import { UserError } from '../../base/index';
import { SUITES } from '../../core/index';
import { checkEvaluationConfig, didYouMean } from '../../protocol/index';
import type { EvaluationConfig, EvaluationTask, ResolvedEvaluation } from '../../protocol/index';
import { fileNameOf } from '../../storage/index';
import { armsOf } from './arms';
import type { Arm } from './arms';

const DEFAULT_STEPS = 1000;
/** As in the original: nothing can be measured to be faster than this many times. */
const BASELINE_FACTOR = 10;

/** @throws UserError('config') on an unknown suite, names that cannot be told apart, or an optimizer that cannot be measured */
export function resolveEvaluation(config: EvaluationConfig): ResolvedEvaluation {
  const suite = config.suite === undefined ? undefined : suiteOf(config.suite, config.tasks);
  const asked = { ...config };
  // The path of the schema is relative to the file that the config came from.
  delete asked.$schema;
  const steps = config.steps ?? suite?.steps ?? DEFAULT_STEPS;
  // A suite's lengths belong together: whoever changes one without the other gets the usual ratio.
  const suiteSteps = config.steps === undefined ? suite?.baselineSteps : undefined;
  const baselineSteps = config.baseline.steps ?? suiteSteps ?? steps * BASELINE_FACTOR;
  const resolved: ResolvedEvaluation = {
    ...asked,
    tasks: config.tasks ?? suite?.tasks ?? [],
    steps,
    baseline: { ...config.baseline, steps: baselineSteps },
  };
  checkNames(
    'tasks',
    resolved.tasks.map(({ name }) => name),
  );
  checkNames(
    'optimizers',
    [resolved.baseline, ...resolved.optimizers].map(
      ({ name, optimizer }) => name ?? optimizer.name,
    ),
  );
  checkOptimizers(armsOf(resolved));
  return resolved;
}

interface KnownSuite {
  readonly tasks: EvaluationTask[];
  readonly steps: number;
  readonly baselineSteps: number;
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
  const { steps, baselineSteps } = suite;
  return { tasks: config.tasks, steps, baselineSteps };
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
