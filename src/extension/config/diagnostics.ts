/** Problems and quick fixes of open `*.velo.json`, `*.velo-eval.json` and `*.velo-task.json` files. */
import {
  CodeAction,
  CodeActionKind,
  Diagnostic,
  DiagnosticSeverity,
  Range,
  WorkspaceEdit,
  languages,
  workspace,
} from 'vscode';
import type { TextDocument, Uri } from 'vscode';
import type { Disposable } from '../../base/index';
import { CONFIG_SUFFIX, EVALUATION_SUFFIX, TASK_SUFFIX } from './configFiles';
import type { ConfigKind, Finding } from './findings';

/** Later than the JSON support, so that what both find does not flash up twice. */
const DELAY_MS = 500;
const SOURCE = 'VeLO';

const SUFFIXES = {
  run: CONFIG_SUFFIX,
  evaluation: EVALUATION_SUFFIX,
  task: TASK_SUFFIX,
} as const satisfies Record<ConfigKind, string>;
const KINDS = Object.keys(SUFFIXES) as ConfigKind[];

/** On any file system: a config can be written where it cannot be trained. */
export const CONFIG_SELECTOR = { pattern: `**/*${CONFIG_SUFFIX}` };

export class ConfigProblems implements Disposable {
  readonly #shown = languages.createDiagnosticCollection('velo');
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: readonly Disposable[];

  constructor() {
    const checkLater = (document: TextDocument): void => {
      this.#check(document, DELAY_MS);
    };
    for (const document of workspace.textDocuments) checkLater(document);
    this.#subscriptions = [
      workspace.onDidOpenTextDocument(checkLater),
      workspace.onDidChangeTextDocument(({ document }) => {
        checkLater(document);
      }),
      workspace.onDidCloseTextDocument(({ uri }) => {
        this.#shown.delete(uri);
      }),
      languages.onDidChangeDiagnostics(({ uris }) => {
        this.#othersChanged(uris);
      }),
    ];
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#shown.dispose();
  }

  #check(document: TextDocument, delayMs: number): void {
    if (!isConfig(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    const run = (): void => {
      this.#timers.delete(key);
      void this.#update(document);
    };
    this.#timers.set(key, setTimeout(run, delayMs));
  }

  async #update(document: TextDocument): Promise<void> {
    const problems = await problemsOf(document);
    const isSame = namesOf(problems) === namesOf(this.#shown.get(document.uri));
    if (!isSame && !document.isClosed) this.#shown.set(document.uri, problems);
  }

  /** What the JSON support found decides which of ours are doubles. Our own changes come here too and change nothing. */
  #othersChanged(uris: readonly Uri[]): void {
    const changed = new Set(uris.map(String));
    for (const document of workspace.textDocuments) {
      const key = document.uri.toString();
      if (changed.has(key) && !this.#timers.has(key)) this.#check(document, 0);
    }
  }
}

/** Those that can be edited: not what was asked of a run, nor another side of a comparison. */
function isConfig({ uri }: TextDocument): boolean {
  return (
    KINDS.some((kind) => uri.path.endsWith(SUFFIXES[kind])) &&
    (['file', 'untitled'].includes(uri.scheme) || workspace.getWorkspaceFolder(uri) !== undefined)
  );
}

/** Two lists with the same names look the same. */
function namesOf(problems: readonly Diagnostic[] = []): string {
  return problems
    .map(({ message, range: { start, end } }) =>
      [start.line, start.character, end.line, end.character, message].join(':'),
    )
    .join('\n');
}

async function problemsOf(document: TextDocument): Promise<Diagnostic[]> {
  const { findingsOf, withoutDoubles } = await import('../onDemand');
  const others = languages.getDiagnostics(document.uri).filter(({ source }) => source !== SOURCE);
  const taken = new Set(others.map(({ range }) => range.start.line));
  return withoutDoubles(findingsOf(document.getText(), kindOf(document)), taken).map((finding) => {
    const range = rangeOf(finding, document);
    const problem = new Diagnostic(range, finding.message, DiagnosticSeverity.Error);
    problem.source = SOURCE;
    return problem;
  });
}

interface Place {
  readonly offset: number;
  readonly length: number;
}

function rangeOf({ offset, length }: Place, document: TextDocument): Range {
  return new Range(document.positionAt(offset), document.positionAt(offset + length));
}

function kindOf({ uri }: TextDocument): ConfigKind {
  return KINDS.find((kind) => uri.path.endsWith(SUFFIXES[kind])) ?? 'run';
}

/** Fixes for our problems and for those that the JSON support reports at the same place. */
export function registerQuickFixes(): Disposable {
  return languages.registerCodeActionsProvider(
    KINDS.map((kind) => ({ pattern: `**/*${SUFFIXES[kind]}` })),
    {
      provideCodeActions: async (document, range, { diagnostics }) => {
        const { findingsOf } = await import('../onDemand');
        return findingsOf(document.getText(), kindOf(document))
          .filter((finding) => rangeOf(finding, document).intersection(range) !== undefined)
          .flatMap((finding) => fixAction(finding, document, diagnostics));
      },
    },
    { providedCodeActionKinds: [CodeActionKind.QuickFix] },
  );
}

function fixAction(
  { fix }: Finding,
  document: TextDocument,
  diagnostics: readonly Diagnostic[],
): CodeAction[] {
  if (fix === undefined) return [];
  const action = new CodeAction(fix.title, CodeActionKind.QuickFix);
  const range = rangeOf(fix, document);
  action.edit = new WorkspaceEdit();
  action.edit.replace(document.uri, range, fix.text);
  action.diagnostics = diagnostics.filter((problem) => problem.range.intersection(range));
  action.isPreferred = true;
  return [action];
}
