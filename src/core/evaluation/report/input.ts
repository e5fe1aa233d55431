/** What a report is made from, and the names it uses. */
import type { LengthsScore } from '../lengths/scoreLengths';
import type { SuiteScore } from '../scoreSuite';

/** Facts for the reader who wants to check a claim: hardware, versions, settings; each in a table of its own. */
export interface ReportFacts {
  readonly title: string;
  readonly entries: readonly (readonly [name: string, value: string])[];
}

export interface ReportInput {
  /** Name of the suite. */
  readonly title: string;
  readonly score: SuiteScore;
  /** Of an evaluation of several lengths: what the report begins with. */
  readonly lengths?: LengthsScore;
  /** When it was run, as the reader shall see it: core has no clock. */
  readonly date: string;
  /** The command that reproduces it. */
  readonly command: string;
  /** What a reader has to know before believing a number: stand-ins, hand-made weights, tasks that are missing. */
  readonly notes: readonly string[];
  readonly facts: readonly ReportFacts[];
  /** Names to show for optimizers and baselines; without one the label itself. */
  readonly names?: Readonly<Record<string, string>>;
}

/** The name to show for an optimizer. */
export function displayName({ names = {} }: ReportInput, optimizer: string): string {
  return names[optimizer] ?? optimizer;
}

/** The baseline: `Adam`, `Adam + RAdam`. */
export function baselineName(input: ReportInput): string {
  return input.score.protocol.baselines.map((name) => displayName(input, name)).join(' + ');
}
