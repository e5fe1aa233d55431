/** "VeLO: New Task…": asks for a kind and a name, writes the task with its types and a config, opens both. */
import { ThemeIcon, Uri, ViewColumn, window } from 'vscode';
import type { TaskKind } from '../../storage/index';
import type { Services } from '../services';
import { chooseFolder } from './newRun';

const TITLE = 'New Task';

const KINDS = [
  {
    form: 'loss',
    label: 'A loss in tfjs operations',
    detail: 'TypeScript: parameters, a loss and data; whatever tfjs can differentiate.',
    iconPath: new ThemeIcon('symbol-function'),
  },
  {
    form: 'layers',
    label: 'A model of tf.layers',
    detail: 'TypeScript: layers, data and the name of a loss.',
    iconPath: new ThemeIcon('layers'),
  },
  {
    form: 'spec',
    label: 'A list of layers',
    detail: 'JSON without code: runs in folders that are not trusted, too.',
    iconPath: new ThemeIcon('json'),
  },
] as const satisfies readonly {
  form: TaskKind;
  label: string;
  detail: string;
  iconPath: ThemeIcon;
}[];

export async function newTask({ extensionUri }: Services): Promise<void> {
  const folder = await chooseFolder();
  if (folder === undefined) return;
  const placeHolder = 'What the task is written as';
  const chosen = await window.showQuickPick(KINDS, { title: `${TITLE}: Kind`, placeHolder });
  if (chosen === undefined) return;
  const { form: kind } = chosen;
  const { createTaskFiles, taskNameProblem } = await import('../onDemand');
  const problemOf = (name: string) => taskNameProblem({ folder, name: name.trim(), kind });
  const name = await window.showInputBox({
    title: `${TITLE}: Name`,
    prompt: 'What its files are called: the task, and NAME.velo.json, whose play button trains it',
    value: freeTaskName(problemOf),
    validateInput: problemOf,
  });
  if (name === undefined) return;
  const programRoot = extensionUri.fsPath;
  const paths = createTaskFiles({ programRoot, folder, name: name.trim(), kind });
  await window.showTextDocument(Uri.file(paths.config), { preview: false });
  await window.showTextDocument(Uri.file(paths.task), {
    preview: false,
    viewColumn: ViewColumn.Beside,
  });
}

/** `my-task`, or the first of `my-task-2`, `my-task-3`, … that is free. */
function freeTaskName(problemOf: (name: string) => string | undefined): string {
  let name = 'my-task';
  for (let count = 2; problemOf(name) !== undefined; count++) name = `my-task-${count}`;
  return name;
}
