/**
 * The text of a `*.velo.json` file: JSON with comments and trailing commas. Reads it into a run config, or says
 * where, to line and column, it is wrong. `--set a.b=c` overrides are laid over the text before it is checked.
 */
import type { Node, ParseError } from 'jsonc-parser';
import { findNodeAtLocation, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { z } from 'zod';
import { UserError } from '../base/index';
import type { PathSegment } from './configFields';
import { applyOverrides, overrideOf } from './configOverrides';
import { checkRunConfig } from './configProblems';
import type { ConfigCheck, ConfigProblem } from './configProblems';
import { runConfigSchema } from './runConfig';
import type { RunConfig } from './runConfig';

export interface ConfigTextOptions {
  /** Name of the file in messages; also the source of the run's name where the config gives none. */
  readonly fileName?: string;
  /** `a.b=c`, in the order of the command line. */
  readonly overrides?: readonly string[];
  /** What overrides may name; default: the settings of a run. */
  readonly schema?: z.core.$ZodType;
}

/** A problem with its place in the text; line and column count from 1, column in UTF-16 units. */
export interface ConfigDiagnostic {
  readonly message: string;
  readonly line: number;
  readonly column: number;
  /** Range of the offending text. */
  readonly offset: number;
  readonly length: number;
}

/**
 * Reads the text of a run config.
 * @returns the config with every default filled in
 * @throws UserError('config') naming file, line and column of the first problem
 */
export function parseRunConfigText(text: string, options: ConfigTextOptions = {}): RunConfig {
  return parseConfigText(text, checkRunConfig, options);
}

/**
 * Reads the text of a config of any kind.
 * @returns what `check` makes of it
 * @throws UserError('config') naming file, line and column of the first problem
 */
export function parseConfigText<T>(
  text: string,
  check: (value: unknown) => ConfigCheck<T>,
  options: ConfigTextOptions = {},
): T {
  const fileName = options.fileName ?? 'config';
  const { overrides = [], schema = runConfigSchema } = options;
  const { tree, diagnostics } = parseSyntax(text);
  const [syntax] = diagnostics;
  if (tree === undefined || syntax !== undefined) {
    throw configError(place(fileName, syntax), syntax?.message ?? 'the file is empty');
  }
  const value = withName(applyOverrides(valueOf(tree), overrides, schema), fileName);
  const checked = check(value);
  if (checked.problems === undefined) return checked.config;
  const [problem, more] = firstInText(checked.problems, text, tree);
  const override = overrideOf(problem.path, overrides);
  const where =
    override === undefined ? place(fileName, locate(problem, text, tree)) : `--set ${override}`;
  const others = more === 0 ? '' : ` (and ${more} more ${more === 1 ? 'problem' : 'problems'})`;
  throw configError(where, problem.message + others);
}

/** Everything wrong with the text of a run config, in the order of the text; empty when it is right. */
export function diagnoseRunConfigText(text: string): ConfigDiagnostic[] {
  return diagnoseConfigText(text, checkRunConfig);
}

/** The same of a config of any kind. */
export function diagnoseConfigText(
  text: string,
  check: (value: unknown) => ConfigCheck<unknown>,
): ConfigDiagnostic[] {
  const { tree, diagnostics } = parseSyntax(text);
  if (tree === undefined || diagnostics.length > 0) {
    return diagnostics.length > 0 ? diagnostics : [diagnostic('the file is empty', text, 0, 0)];
  }
  const { problems = [] } = check(valueOf(tree));
  return problems.map((problem) => locate(problem, text, tree)).sort((a, b) => a.offset - b.offset);
}

function configError(where: string, message: string): UserError {
  return new UserError('config', `${where}: ${message}`);
}

function place(fileName: string, at: ConfigDiagnostic | undefined): string {
  return at === undefined ? fileName : `${fileName}:${at.line}:${at.column}`;
}

/** `fashion` of `runs/fashion.velo.json` unless the config has a name. */
function withName(value: unknown, fileName: string): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject || Object.hasOwn(value, 'name')) return value;
  const stem = (fileName.split(/[\\/]/).at(-1) ?? '').replace(
    /(\.velo(-eval|-task)?)?\.jsonc?$/i,
    '',
  );
  return stem === '' ? value : { ...value, name: stem.slice(0, 80) };
}

function firstInText(
  problems: readonly [ConfigProblem, ...ConfigProblem[]],
  text: string,
  tree: Node,
): [ConfigProblem, number] {
  // As in `checkAgainst`: what is missing says least.
  const offsetOf = (problem: ConfigProblem): number =>
    problem.about === 'missing' ? Infinity : locate(problem, text, tree).offset;
  const first = problems.reduce((a, b) => (offsetOf(b) < offsetOf(a) ? b : a));
  return [first, problems.length - 1];
}

// --- syntax -------------------------------------------------------------------------------------------------

interface Syntax {
  readonly tree: Node | undefined;
  readonly diagnostics: ConfigDiagnostic[];
}

const SYNTAX_WORDS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this word is neither true, false nor null, and text needs double quotes',
  InvalidNumberFormat: 'this is not a number',
  PropertyNameExpected: 'expected the name of a setting in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected a colon',
  CommaExpected: 'expected a comma',
  CloseBraceExpected: 'expected a closing brace "}"',
  CloseBracketExpected: 'expected a closing bracket "]"',
  EndOfFileExpected: 'expected nothing after the closing brace',
  UnexpectedEndOfComment: 'this comment does not end',
  UnexpectedEndOfString: 'this text lacks its closing quote',
  UnexpectedEndOfNumber: 'this number is cut short',
  InvalidUnicode: 'this \\u escape is not four hexadecimal digits',
  InvalidEscapeCharacter: 'this backslash escape does not exist in JSON',
  InvalidCharacter: 'this character must be written as an escape',
};

function parseSyntax(text: string): Syntax {
  const errors: ParseError[] = [];
  // A byte order mark is no part of JSON; a blank of the same length keeps the columns.
  const source = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
  let tree: Node | undefined;
  try {
    tree = parseTree(source, errors, { allowTrailingComma: true });
    if (tree !== undefined) return { tree, diagnostics: syntaxProblems(text, errors, tree) };
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    return { tree: undefined, diagnostics: [diagnostic('this is nested too deeply', text, 0, 0)] };
  }
  // An empty file has errors that only say that there is no value.
  const diagnostics = source.trim() === '' ? [] : syntaxProblems(text, errors, undefined);
  return { tree, diagnostics };
}

function syntaxProblems(
  text: string,
  errors: readonly ParseError[],
  tree: Node | undefined,
): ConfigDiagnostic[] {
  const found = errors.map(({ error, offset, length }) => {
    const name = printParseErrorCode(error);
    return diagnostic(SYNTAX_WORDS[name] ?? `this is not JSON (${name})`, text, offset, length);
  });
  return found.length > 0 || tree === undefined ? found : duplicateKeys(text, tree);
}

function duplicateKeys(text: string, node: Node): ConfigDiagnostic[] {
  const seen = new Set<unknown>();
  const found: ConfigDiagnostic[] = [];
  for (const child of node.children ?? []) {
    const key = child.type === 'property' ? child.children?.[0] : undefined;
    if (key !== undefined && seen.has(key.value)) {
      const message = `${JSON.stringify(key.value)} appears twice in the same braces`;
      found.push(diagnostic(message, text, key.offset, key.length));
    }
    seen.add(key?.value);
    found.push(...duplicateKeys(text, child));
  }
  return found;
}

/** The value of a tree. Keys become own properties whatever their name: `__proto__` is only a wrong setting. */
function valueOf(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(valueOf);
  if (node.type !== 'object') return node.value as unknown;
  const entries = (node.children ?? []).flatMap(({ children }): [string, unknown][] => {
    const [key, value] = children ?? [];
    return key === undefined || value === undefined ? [] : [[String(key.value), valueOf(value)]];
  });
  return Object.fromEntries(entries);
}

// --- places -------------------------------------------------------------------------------------------------

function locate(problem: ConfigProblem, text: string, tree: Node): ConfigDiagnostic {
  const { path, about, message } = problem;
  const node = nearestNode(tree, about === 'missing' ? path.slice(0, -1) : path);
  const target = about === 'key' ? (node.parent?.children?.[0] ?? node) : node;
  // Of something missing, only the opening brace that should hold it can be shown.
  const length = about === 'missing' ? 1 : target.length;
  return diagnostic(message, text, target.offset, length);
}

/** The node at a path or, where overrides put a value that the text lacks, the nearest one around it. */
function nearestNode(tree: Node, path: readonly PathSegment[]): Node {
  for (let depth = path.length; depth > 0; depth--) {
    const node = findNodeAtLocation(tree, path.slice(0, depth));
    if (node !== undefined) return node;
  }
  return tree;
}

function diagnostic(
  message: string,
  text: string,
  offset: number,
  length: number,
): ConfigDiagnostic {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  const column = (before.at(-1)?.length ?? 0) + 1;
  return { message, line: before.length, column, offset, length };
}
