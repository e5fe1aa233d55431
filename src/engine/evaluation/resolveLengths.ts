/** What an evaluation with protocol `lengths` leaves open: lengths of tasks, steps, the second baseline. */
import { UserError } from '../../base/index';
import { SPEEDUP_CAP } from '../../core/index';
import type { Suite } from '../../core/index';
import { labelOf } from '../../protocol/index';
import type { EvaluationConfig, EvaluationTask, ResolvedEvaluation } from '../../protocol/index';

const DEFAULT_STEPS = 1000;

type Open = Omit<EvaluationConfig, 'tasks' | 'seeds'> &
  Pick<ResolvedEvaluation, 'tasks' | 'seeds' | 'evaluate'>;

/** @throws UserError('config') where steps are given that no task is trained for */
export function withLengths(
  config: Open,
  suite: Pick<Suite, 'steps' | 'baselineSteps'> | undefined,
): ResolvedEvaluation {
  const { steps: asked, baseline } = config;
  const usual = asked ?? suite?.steps ?? DEFAULT_STEPS;
  const tasks = config.tasks.map((task): EvaluationTask => {
    const lengths = [...new Set(task.lengths ?? [usual])].sort((a, b) => a - b);
    return { ...task, lengths };
  });
  const steps = Math.max(...tasks.flatMap(({ lengths = [] }) => lengths));
  if (asked !== undefined && asked !== steps) {
    throw new UserError(
      'config',
      `steps is ${asked}, but the tasks say their lengths, of which the longest is ${steps}`,
      { remedy: 'Leave steps out; lengths are changed in the tasks of a *.velo-eval.json file.' },
    );
  }
  const baselineSteps = baseline.steps ?? steps * SPEEDUP_CAP;
  return {
    ...config,
    protocol: 'lengths',
    tasks,
    steps,
    baseline: { ...baseline, steps: baselineSteps },
    secondBaseline: config.secondBaseline ?? secondOf(baseline),
  };
}

/** The baseline with a cosine schedule instead of its own ones. */
function secondOf(
  baseline: EvaluationConfig['baseline'],
): NonNullable<EvaluationConfig['secondBaseline']> {
  const { optimizer, sweep } = baseline;
  return {
    name: `${labelOf(baseline)} cosine`.slice(0, 80),
    optimizer,
    sweep: { ...sweep, schedules: [{ kind: 'cosine', minMultiplier: 0 }] },
  };
}
