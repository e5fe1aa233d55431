/** What is wrong with the text of a config beyond what the editor's JSON support says already, and how to mend it. */
import {
  diagnoseEvaluationConfigText,
  diagnoseMetaConfigText,
  diagnoseRunConfigText,
  diagnoseTaskSpecText,
  isMetaConfigText,
} from '../../protocol/index';
import type { ConfigDiagnostic } from '../../protocol/index';

export interface Fix {
  readonly title: string;
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

export interface Finding extends ConfigDiagnostic {
  readonly fix?: Fix;
}

export type ConfigKind = 'run' | 'evaluation' | 'task';

const DIAGNOSE = {
  // Both have the same ending; what is inside tells them apart.
  run: (text: string) =>
    isMetaConfigText(text) ? diagnoseMetaConfigText(text) : diagnoseRunConfigText(text),
  evaluation: diagnoseEvaluationConfigText,
  task: diagnoseTaskSpecText,
} as const satisfies Record<ConfigKind, (text: string) => ConfigDiagnostic[]>;

/** All findings, in the order of the text. */
export function findingsOf(text: string, kind: ConfigKind = 'run'): Finding[] {
  return DIAGNOSE[kind](text).map((diagnostic) => {
    const fix = fixOf(diagnostic, text);
    return fix === undefined ? diagnostic : { ...diagnostic, fix };
  });
}

/**
 * Without those whose line has a problem of the JSON support already: it checks the same schema, in other words.
 * @param taken  0-based lines
 */
export function withoutDoubles<F extends ConfigDiagnostic>(
  findings: readonly F[],
  taken: ReadonlySet<number>,
): F[] {
  return findings.filter(({ line }) => !taken.has(line - 1));
}

/** The "did you mean" of a message as an edit. */
function fixOf({ message, offset, length }: ConfigDiagnostic, text: string): Fix | undefined {
  const guess = /; did you mean "(.+)"\?$/.exec(message)?.[1];
  const isText = text.startsWith('"', offset);
  if (guess === undefined || !isText) return undefined;
  return { title: `Change to "${guess}"`, offset, length, text: JSON.stringify(guess) };
}
