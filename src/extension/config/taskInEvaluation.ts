/** A task more in the text of an evaluation's config; comments and layout of the rest stay. Pure. */
import { applyEdits, findNodeAtLocation, modify, parseTree } from 'jsonc-parser';
import { diagnoseEvaluationConfigText } from '../../protocol/index';

export interface NamedTask {
  readonly name: string;
  /** As in a config. */
  readonly task: Readonly<Record<string, unknown>>;
}

export interface WithTask {
  readonly text: string;
  /** Under which it stands there: `mnist`, or where that is taken, `mnist 2`. */
  readonly name: string;
}

/** Why there is none, and what to do. */
export interface Refusal {
  readonly problem: string;
  readonly remedy: string;
}

/**
 * @param text  of a `*.velo-eval.json`
 * @returns the new text; a refusal where the config has a problem, or its tasks are those of a suite
 */
export function withTask(text: string, { name: wanted, task }: NamedTask): WithTask | Refusal {
  const [wrong] = diagnoseEvaluationConfigText(text);
  if (wrong !== undefined)
    return { problem: `line ${wrong.line}: ${wrong.message}`, remedy: 'Mend the config first.' };
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const tasks = tree && findNodeAtLocation(tree, ['tasks']);
  if (tasks === undefined) {
    const suite: unknown = tree && findNodeAtLocation(tree, ['suite'])?.value;
    return {
      problem: `its tasks are those of the suite ${JSON.stringify(suite)}`,
      remedy: 'Choose an evaluation with tasks of its own, or a new one.',
    };
  }
  const taken = (tasks.children ?? []).map(
    (entry): unknown => findNodeAtLocation(entry, ['name'])?.value,
  );
  const name = freeOf(wanted, taken);
  const last = tasks.children?.length ?? 0;
  const formattingOptions = {
    insertSpaces: true,
    tabSize: 2,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
  const options = { formattingOptions, isArrayInsertion: true };
  const edits = modify(text, ['tasks', last], { name, task }, options);
  return { text: applyEdits(text, edits), name };
}

function freeOf(wanted: string, taken: readonly unknown[]): string {
  if (!taken.includes(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted} ${number}`)) number += 1;
  return `${wanted} ${number}`;
}
