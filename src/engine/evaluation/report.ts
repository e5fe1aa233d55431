/** The report of an evaluation: its curves scored, in Markdown and as one HTML page beside them. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../../base/index';
import {
  findings,
  htmlReport,
  lengthMeansTable,
  lengthRowsTable,
  markdownReport,
  scoreLengths,
  scoreSuite,
} from '../../core/index';
import type { ReportFacts, ReportInput, ReportTable, RowResults } from '../../core/index';
import { labelOf, measuredOptimizers } from '../../protocol/index';
import type { ResolvedEvaluation } from '../../protocol/index';
import { evaluationPaths, readEvaluation, writeFileAtomic } from '../../storage/index';
import type { EvaluationRecord } from '../../storage/index';
import { readTaskResults } from './results';
import type { TaskResult } from './results';
import { rowsOf, scoringOf } from './rows';
import { wholeArms } from './wholeArms';

export interface WrittenReport {
  /** The result in a few sentences. */
  readonly findings: readonly string[];
  /** Of an evaluation of several lengths: rows, and means over them. */
  readonly lengths?: { readonly rows: ReportTable; readonly means: ReportTable };
  readonly markdown: string;
  readonly html: string;
}

/**
 * Scores what is there so far and writes the report over the one before.
 * @returns undefined where no task has curves of the baseline and of an optimizer yet
 * @throws UserError('run') where the folder holds no evaluation, UserError('disk')
 */
export function reportEvaluation(directory: string): WrittenReport | undefined {
  const record = readEvaluation(directory);
  const input = reportInput(record);
  if (input === undefined) return undefined;
  const paths = evaluationPaths(directory);
  writeFileAtomic(paths.reportMarkdown, markdownReport(input));
  writeFileAtomic(paths.reportHtml, htmlReport(input));
  const { lengths } = input;
  return {
    findings: findings(input),
    ...(lengths && {
      lengths: { rows: lengthRowsTable(lengths), means: lengthMeansTable(lengths) },
    }),
    ...{ markdown: paths.reportMarkdown, html: paths.reportHtml },
  };
}

/**
 * Scores what is there so far and writes the report to a file of the reader's.
 * @throws UserError('usage') where the folder of the file is not there, UserError('run') where nothing can be reported yet,
 *   UserError('disk')
 */
export function writeReport(
  directory: string,
  { format, target }: { readonly format: 'markdown' | 'html'; readonly target: string },
): void {
  if (!existsSync(dirname(target)))
    throw new UserError('usage', `${dirname(target)} does not exist, expected a folder`);
  const input = requiredInput(directory);
  writeFileAtomic(target, format === 'html' ? htmlReport(input) : markdownReport(input));
}

/** The result in a few sentences. @throws UserError('run') where nothing can be reported yet */
export function evaluationFindings(directory: string): readonly string[] {
  return findings(requiredInput(directory));
}

function requiredInput(directory: string): ReportInput {
  const input = reportInput(readEvaluation(directory));
  if (input !== undefined) return input;
  throw new UserError('run', 'no task has curves of the baseline and of an optimizer yet', {
    remedy: 'Wait until the first task is done.',
  });
}

function reportInput(record: EvaluationRecord): ReportInput | undefined {
  const { directory, config, environment } = record;
  const failed = new Set(record.summary.failures.map(({ training }) => training));
  const whole = [...readTaskResults(directory, config)].map(wholeArms(config, failed));
  const results = whole.filter(({ arms }) =>
    [true, false].every((isBaseline) => arms.some((arm) => arm.isBaseline === isBaseline)),
  );
  if (results.length === 0) return undefined;
  return {
    title: config.suite ?? config.name,
    score: scoreSuite(results, { protocol: scoringOf(config) }),
    ...lengthsOf(config, results),
    date: environment.startedAt.slice(0, 10),
    command: commandOf(record),
    notes: notesOf(record, results.length),
    facts: factsOf(record),
  };
}

function lengthsOf(
  { baseline, secondBaseline }: ResolvedEvaluation,
  results: readonly TaskResult[],
): Pick<ReportInput, 'lengths'> {
  const rows = results.flatMap((row): RowResults[] =>
    row.of === undefined ? [] : [{ ...row, of: row.of }],
  );
  if (rows.length === 0) return {};
  const second = secondBaseline && { second: labelOf(secondBaseline) };
  return { lengths: scoreLengths(rows, { baseline: labelOf(baseline), ...second }) };
}

function commandOf({ config }: EvaluationRecord): string {
  const { suite, name, seeds, steps, baseline, optimizers } = config;
  const inner = config.protocol === 'lengths' ? '' : ` --steps ${steps}`;
  const lengths = `--seeds ${seeds}${inner} --baseline-steps ${baseline.steps}`;
  const plain = optimizers.filter((entry) => entry.name === undefined);
  const named = plain.map(({ optimizer }) => `--optimizer ${optimizer.name}`);
  const grid = baseline.sweep.learningRates;
  const rates = grid?.kind === 'list' ? [`--grid ${grid.values.join(',')}`] : [];
  return [
    `velo evaluate ${suite ?? `${name}.velo-eval.json`}`,
    ...[...named, lengths, ...rates],
    '# config.json beside this file says everything',
  ].join(' ');
}

function notesOf({ config, environment, summary }: EvaluationRecord, scored: number): string[] {
  const handMade = Object.entries(environment.weights).flatMap(([optimizer, { name, handMade }]) =>
    handMade ? [`${optimizer}: ${name} was made by hand, it is not meta-trained.`] : [],
  );
  const rows = rowsOf(config).length;
  const missing = rows - scored;
  const { reused } = environment;
  return [
    ...handMade,
    ...(reused === undefined ? [] : [reusedNote(reused)]),
    ...(summary.done < summary.trainings
      ? [`${summary.done} of ${summary.trainings} trainings are done.`]
      : []),
    ...(missing > 0 ? [`${missing} of ${rows} tasks have no result yet.`] : []),
    ...(summary.failures.length > 0
      ? [`${summary.failures.length} trainings failed and are left out.`]
      : []),
  ];
}

function reusedNote({
  id,
  startedAt,
  device,
  version,
}: NonNullable<EvaluationRecord['environment']['reused']>): string {
  return (
    `Curves of the same trainings were taken over from ${id} of ${startedAt.slice(0, 10)} ` +
    `(${device}, VeLO Lab ${version}); they count in no seconds.`
  );
}

function factsOf({ config, environment }: EvaluationRecord): ReportFacts[] {
  const { version, node, platform, device, cpu, cores, weights } = environment;
  const settings = [config.baseline, ...measuredOptimizers(config)].map((entry) => {
    const { optimizer, sweep } = entry;
    const tried = sweep === undefined ? '' : `; tried: ${JSON.stringify(sweep)}`;
    return [labelOf(entry), `${JSON.stringify(optimizer)}${tried}`] as const;
  });
  const hashes = Object.entries(weights).map(
    ([optimizer, { name, sha256 }]) => [optimizer, `${name}, sha256 ${sha256}`] as const,
  );
  return [
    {
      title: 'Hardware and versions',
      entries: [
        ['VeLO Lab', version],
        ['Node', `${node} on ${platform}`],
        ['Device', device],
        ['Processor', `${cpu}, ${cores} cores`],
      ],
    },
    { title: 'Optimizers', entries: [...settings, ...hashes] },
    {
      title: 'Tasks',
      entries: config.tasks.map(({ name, task }) => [name, JSON.stringify(task)] as const),
    },
  ];
}
