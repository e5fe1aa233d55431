/** `velo show`: everything about one run. */
import type { Command } from 'commander';
import pc from 'picocolors';
import { describeOptimizer, describeTask, isEvaluation } from '../../protocol/index';
import type { EvaluationMetric, StepMetric } from '../../protocol/index';
import { findRun, readRun, readRunMetrics } from '../../storage/index';
import type { RunRecord } from '../../storage/index';
import { formatCount, formatLoss, formatSeconds, formatShare } from '../output';
import type { Output } from '../output';
import { sparkline } from '../sparkline';
import { runRoot } from './shared';

interface ShowOptions {
  readonly out?: string;
}

export function addShowCommand(program: Command, output: Output): void {
  program
    .command('show')
    .description('show one run: what was asked, on what it ran, how it went')
    .argument('<run>', 'id, the beginning of an id, or the folder of the run')
    .option('--out <dir>', 'folder that the runs are under (default: the current one)')
    .option('--json', 'one JSON object')
    .action((reference: string, options: ShowOptions) => {
      showRun(findRun(runRoot(options.out), reference), output);
    });
}

function showRun(directory: string, output: Output): void {
  const run = readRun(directory);
  const { metrics, warnings } = readRunMetrics(directory);
  const steps = metrics.filter((metric): metric is StepMetric => !isEvaluation(metric));
  const evaluations = metrics.filter(isEvaluation);
  const { id, state, config, environment, summary } = run;
  const last = { lastStep: steps.at(-1), lastEvaluation: evaluations.at(-1) };
  output.emit({ type: 'run', id, folder: directory, state, config, environment, summary, ...last });
  output.print(pc.bold(id));
  for (const [label, text] of [...runFacts(run), ...metricFacts(steps, evaluations)]) {
    output.print(`  ${label.padEnd(11)} ${text}`);
  }
  output.print(`  ${'config'.padEnd(11)} ${indented(JSON.stringify(config, null, 2))}`);
  for (const warning of [...run.warnings, ...warnings]) output.warn(warning);
  if (run.checkpointStep !== undefined && isUnfinished(run))
    output.print(`Go on with: velo resume ${id}`);
}

type Fact = readonly [label: string, text: string];

function runFacts({ state, config, environment, summary, directory }: RunRecord): Fact[] {
  const at = summary?.step ?? 0;
  const why = summary?.message === undefined ? '' : `: ${summary.message}`;
  const facts: Fact[] = [
    ['state', `${stateText(state, at)}, step ${at} of ${config.numSteps}${why}`],
    ['task', describeTask(config.task)],
    ['optimizer', describeOptimizer(config.optimizer)],
    ['folder', directory],
  ];
  if (environment !== undefined) {
    const { device, node, platform, version, startedAt, weights, parameters } = environment;
    facts.push(['started', `${startedAt} on ${platform}, node ${node}, VeLO Lab ${version}`]);
    facts.push(['device', device]);
    if (parameters !== undefined) facts.push(['parameters', formatCount(parameters)]);
    if (weights !== undefined) {
      const made = weights.handMade ? ', made by hand, not meta-trained' : '';
      facts.push(['weights', `${weights.name}${made} (sha256 ${weights.sha256.slice(0, 12)}…)`]);
    }
  }
  if (summary !== undefined && summary.step > 0) {
    const pace = summary.msPerStep === null ? '' : `, ${summary.msPerStep.toPrecision(3)} ms/step`;
    facts.push(['time', `${formatSeconds(summary.seconds)}${pace}`]);
  }
  return facts;
}

function metricFacts(
  steps: readonly StepMetric[],
  evaluations: readonly EvaluationMetric[],
): Fact[] {
  const facts: Fact[] = [];
  const lastStep = steps.at(-1);
  if (lastStep !== undefined) {
    facts.push(['loss', sparkline(steps.map(({ loss }) => loss))]);
    facts.push(['last step', `${lastStep.step}: loss ${formatLoss(lastStep.loss)}`]);
  }
  const lastEvaluation = evaluations.at(-1);
  if (lastEvaluation !== undefined) facts.push(['held-out', evaluationText(lastEvaluation)]);
  return facts;
}

function evaluationText({ step, split, loss, accuracy }: EvaluationMetric): string {
  const share = accuracy === undefined ? '' : `, accuracy ${formatShare(accuracy)}`;
  return `${split} after ${step} steps: loss ${formatLoss(loss)}${share}`;
}

function stateText(state: RunRecord['state'], step: number): string {
  if (state === 'diverged') return pc.yellow(`diverged at step ${step}`);
  return state === 'failed' || state === 'interrupted' ? pc.red(state) : state;
}

function isUnfinished({ state }: RunRecord): boolean {
  return state === 'stopped' || state === 'paused' || state === 'interrupted' || state === 'failed';
}

function indented(text: string): string {
  return text.replaceAll('\n', `\n${' '.repeat(14)}`);
}
