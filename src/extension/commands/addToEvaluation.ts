/** "Add to evaluation" of a task: into a `*.velo-eval.json` of the workspace, or a new one; which one is asked. */
import { relative } from 'node:path';
import { Range, ThemeIcon, Uri, WorkspaceEdit, window, workspace } from 'vscode';
import { UserError } from '../../base/index';
import { EVALUATION_SUFFIX, configPath, freeName, writeNewFile } from '../config/configFiles';
import { taskEvaluationText } from '../config/newEvaluation';
import { evaluationConfigs } from '../config/workspaceFiles';
import type { ReadyTask } from '../trees/taskNodes';
import { chooseFolder } from './newRun';

type Named = Pick<ReadyTask, 'name' | 'task'>;

/**
 * Adds the task and shows the config, saved unless it had changes before.
 * @throws UserError('config') where the chosen config cannot take it, UserError('disk') where it cannot be written
 */
export async function addToEvaluation(task: Named): Promise<void> {
  const chosen = await pickConfig();
  if (chosen === undefined) return;
  if (chosen.uri === undefined) await createWith(task);
  else await addTo(chosen.uri, task);
}

async function pickConfig(): Promise<{ readonly uri: Uri | undefined } | undefined> {
  const items = evaluationConfigs().then((files) => [
    ...files.map((uri) => ({
      label: fileName(uri),
      description: folderText(uri),
      iconPath: new ThemeIcon('beaker'),
      uri,
    })),
    {
      label: 'New evaluation…',
      description: 'with VeLO against tuned Adam',
      iconPath: new ThemeIcon('add'),
      uri: undefined,
    },
  ]);
  return window.showQuickPick(items, {
    title: 'Add to Evaluation',
    placeHolder: 'The config that the task is added to',
    matchOnDescription: true,
  });
}

function fileName({ path }: Uri): string {
  return path.split('/').at(-1) ?? '';
}

/** Nothing for a config at the top of its folder. */
function folderText(uri: Uri): string {
  const root = workspace.getWorkspaceFolder(uri)?.uri.fsPath;
  const inside = root === undefined ? uri.fsPath : relative(root, uri.fsPath);
  return inside.split(/[\\/]/).slice(0, -1).join('/');
}

async function createWith(task: Named): Promise<void> {
  const folder = await chooseFolder();
  if (folder === undefined) return;
  const { BUNDLED_WEIGHTS } = await import('../onDemand');
  const path = configPath(
    folder,
    freeName(task.name, folder, EVALUATION_SUFFIX),
    EVALUATION_SUFFIX,
  );
  await writeNewFile(path, taskEvaluationText(task, BUNDLED_WEIGHTS[0]));
  await window.showTextDocument(Uri.file(path), { preview: false });
}

async function addTo(uri: Uri, task: Named): Promise<void> {
  const document = await workspace.openTextDocument(uri);
  const text = document.getText();
  const { withTask } = await import('../onDemand');
  const added = withTask(text, task);
  if ('problem' in added) {
    const { problem, remedy } = added;
    throw new UserError('config', `${fileName(uri)} cannot take the task: ${problem}`, { remedy });
  }
  const { isDirty } = document;
  const edit = new WorkspaceEdit();
  const whole = new Range(document.positionAt(0), document.positionAt(text.length));
  edit.replace(uri, whole, added.text);
  if (!(await workspace.applyEdit(edit)) || (!isDirty && !(await document.save())))
    throw new UserError('disk', `${uri.fsPath} could not be changed`);
  const editor = await window.showTextDocument(document, { preview: false });
  const at = document.positionAt(added.text.lastIndexOf(JSON.stringify(added.name)));
  editor.revealRange(new Range(at, at));
}
