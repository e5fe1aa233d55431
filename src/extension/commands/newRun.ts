/** "VeLO: New Run": asks for task, optimizer, length and name, writes NAME.velo.json and starts it. */
import { ThemeIcon, Uri, window, workspace } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { QuickPickItemKind } from 'vscode';
import { UserError } from '../../base/index';
import { configPath, freeName, nameProblem, writeNewFile } from '../config/configFiles';
import { newConfigText, parseSteps, suggestedName } from '../config/newConfig';
import type { ChosenOptimizer } from '../config/newConfig';
import type { Engine } from '../../client/index';
import type { Services } from '../services';
import { weightFiles } from '../config/workspaceFiles';
import { formatCount } from '../format';
import { labelOf } from '../trees/optimizerNodes';
import type { ReadyTask } from '../trees/taskNodes';

/** What is known already is not asked. */
export interface NewRunPreset {
  readonly task?: ReadyTask;
  readonly optimizer?: ChosenOptimizer;
  readonly numSteps?: number;
}

/** @returns the config that was written, or undefined where the user left */
export async function newRun(services: Services, preset: NewRunPreset): Promise<Uri | undefined> {
  const folder = await chooseFolder();
  if (folder === undefined) return undefined;
  const engine = services.engines.get(folder);
  const task = preset.task ?? (await pickTask(engine));
  if (task === undefined) return undefined;
  const optimizer = preset.optimizer ?? (await pickOptimizer(engine));
  if (optimizer === undefined) return undefined;
  const numSteps = preset.numSteps ?? (await askSteps());
  if (numSteps === undefined) return undefined;
  const name = await askName(suggestedName(task, optimizer), folder);
  if (name === undefined) return undefined;
  const path = configPath(folder, name);
  await writeNewFile(path, newConfigText({ task: task.task, optimizer, numSteps, folder }));
  return Uri.file(path);
}

/** @throws UserError('usage') where no folder is open, or the chosen one is on no disk */
export async function chooseFolder(): Promise<string | undefined> {
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const [first] = folders;
  if (first === undefined) throw noFolder();
  if (folders.length === 1) return first.uri.fsPath;
  const chosen = await window.showWorkspaceFolderPick({ placeHolder: 'Folder of the run' });
  if (chosen !== undefined && chosen.uri.scheme !== 'file') throw noFolder();
  return chosen?.uri.fsPath;
}

function noFolder(): UserError {
  return new UserError('usage', 'a run needs a folder on disk to be kept in', {
    remedy: 'Open one with "File: Open Folder".',
  });
}

type Item<T> = QuickPickItem & { readonly value?: T };

export async function pickTask(
  engine: Engine,
  title = 'New Run: Task',
): Promise<ReadyTask | undefined> {
  const items = engine.request('tasks.list', {}).then(({ families }) =>
    families.flatMap((family): Item<ReadyTask>[] => [
      { label: family.title, kind: QuickPickItemKind.Separator },
      ...family.tasks.map((task) => ({
        label: task.name,
        description: `${formatCount(task.parameters)} parameters`,
        detail: task.summary,
        iconPath: new ThemeIcon('symbol-method'),
        value: task,
      })),
    ]),
  );
  return pick(items, title, 'What is trained');
}

const SOURCES = { shipped: 'Shipped', own: 'Mine', baseline: 'Baselines' } as const;

async function pickOptimizer(engine: Engine): Promise<ChosenOptimizer | undefined> {
  return pick(optimizerItems(engine), 'New Run: Optimizer', 'What trains it');
}

/** Every optimizer that can be used, under its kind. */
export async function optimizerItems(engine: Engine): Promise<Item<ChosenOptimizer>[]> {
  const files = await weightFiles();
  const { optimizers } = await engine.request('optimizers.list', { files });
  const usable = optimizers.filter(({ problem }) => problem === undefined);
  return (['shipped', 'own', 'baseline'] as const).flatMap((source): Item<ChosenOptimizer>[] => [
    { label: SOURCES[source], kind: QuickPickItemKind.Separator },
    ...usable
      .filter((entry) => entry.source === source)
      .map((entry) => ({
        label: labelOf(entry),
        description: entry.summary,
        detail: entry.provenance,
        iconPath: new ThemeIcon(source === 'baseline' ? 'settings-gear' : 'circuit-board'),
        value: entry,
      })),
  ]);
}

async function pick<T>(
  items: Promise<Item<T>[]>,
  title: string,
  placeHolder: string,
): Promise<T | undefined> {
  const options = { title, placeHolder, matchOnDescription: true, matchOnDetail: true };
  const chosen = await window.showQuickPick(items, options);
  return chosen?.value;
}

const LENGTHS = [
  { steps: 200, words: 'a first look' },
  { steps: 1000, words: 'the default' },
  { steps: 5000, words: 'a thorough training' },
] as const;

async function askSteps(): Promise<number | undefined> {
  const items: Item<number>[] = LENGTHS.map(({ steps, words }) => ({
    label: formatCount(steps),
    description: `steps · ${words}`,
    value: steps,
  }));
  items.push({ label: 'Another number…', iconPath: new ThemeIcon('edit') });
  const chosen = await window.showQuickPick(items, {
    title: 'New Run: Steps',
    placeHolder: 'How many updates; VeLO is told the number at the start',
  });
  if (chosen === undefined || chosen.value !== undefined) return chosen?.value;
  const typed = await window.showInputBox({
    title: 'New Run: Steps',
    value: '2000',
    validateInput: (text) => {
      const steps = parseSteps(text);
      return typeof steps === 'string' ? steps : undefined;
    },
  });
  const steps = typed === undefined ? undefined : parseSteps(typed);
  return typeof steps === 'number' ? steps : undefined;
}

async function askName(suggestion: string, folder: string): Promise<string | undefined> {
  const name = await window.showInputBox({
    title: 'New Run: Name',
    prompt: 'The config is written to NAME.velo.json, and the run begins',
    value: freeName(suggestion, folder),
    validateInput: (text) => nameProblem(text, folder),
  });
  return name?.trim();
}
