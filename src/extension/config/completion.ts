/** Completion of what the JSON schema cannot know: weights and data sets, bundled and of the workspace. */
import { isAbsolute, dirname, relative, sep } from 'node:path';
import { CompletionItem, CompletionItemKind, Range, languages } from 'vscode';
import type { Position, TextDocument } from 'vscode';
import type { Disposable } from '../../base/index';
import { CONFIG_SELECTOR } from './diagnostics';
import { imageFolders, weightFiles } from './workspaceFiles';

interface Choice {
  readonly value: string;
  readonly detail: string;
}

export function registerCompletion(): Disposable {
  return languages.registerCompletionItemProvider(
    CONFIG_SELECTOR,
    { provideCompletionItems: (document, position) => complete(document, position) },
    '"',
  );
}

async function complete(document: TextDocument, position: Position): Promise<CompletionItem[]> {
  const { getLocation } = await import('../onDemand');
  const { path, isAtPropertyKey, previousNode } = getLocation(
    document.getText(),
    document.offsetAt(position),
  );
  if (isAtPropertyKey) return [];
  const choices = await choicesAt(path.join('.'), dirname(document.uri.fsPath));
  const start = previousNode === undefined ? undefined : document.positionAt(previousNode.offset);
  const end =
    previousNode === undefined
      ? undefined
      : document.positionAt(previousNode.offset + previousNode.length);
  return choices.map(({ value, detail }) => {
    const text = JSON.stringify(value);
    const item = new CompletionItem(text, CompletionItemKind.Value);
    item.detail = detail;
    item.filterText = text;
    if (start !== undefined && end !== undefined) item.range = new Range(start, end);
    return item;
  });
}

/** Where a meta-training can begin besides weights. */
const STARTS: readonly Choice[] = [
  { value: 'clock', detail: 'made by hand, units that count steps' },
  { value: 'fresh', detail: 'random weights' },
];

async function choicesAt(path: string, folder: string): Promise<Choice[]> {
  const { BUNDLED_DATASET_NAMES, BUNDLED_MIXES, BUNDLED_WEIGHTS } = await import('../onDemand');
  if (path === 'tasks') return BUNDLED_MIXES.map((value) => ({ value, detail: 'bundled tasks' }));
  if (path === 'optimizer.weights' || path === 'optimizer.start') {
    const own = (await weightFiles()).map((file) =>
      shown(file, folder, 'weights of this workspace'),
    );
    const made = path === 'optimizer.start' ? STARTS : [];
    const shipped = BUNDLED_WEIGHTS.map((value) => ({ value, detail: 'shipped weights' }));
    return [...made, ...shipped, ...own];
  }
  if (path !== 'task.dataset') return [];
  const own = (await imageFolders()).map((file) => shown(file, folder, 'images of this workspace'));
  return [...BUNDLED_DATASET_NAMES.map((value) => ({ value, detail: 'bundled images' })), ...own];
}

/** A path as a config in `folder` would name it. */
function shown(path: string, folder: string, detail: string): Choice {
  const short = relative(folder, path);
  if (isAbsolute(short)) return { value: path, detail };
  const plain = short.split(sep).join('/');
  return { value: plain.startsWith('..') ? plain : `./${plain}`, detail };
}
