/** "Train this" of a task: a new config with VeLO, opened and ready to run. */
import { Uri, window, workspace } from 'vscode';
import { CONFIG_SUFFIX, configPath, freeName, writeNewFile } from '../config/configFiles';
import { suggestedName, taskConfigText } from '../config/newConfig';
import type { ReadyTask } from '../trees/taskNodes';
import { chooseFolder } from './newRun';

/**
 * Writes `NAME.velo.json` into the folder and opens it. Where no folder is open the document has no file yet.
 * @returns where it is, or undefined where the person chose no folder
 * @throws UserError('disk') where it cannot be written
 */
export async function trainTask(task: Pick<ReadyTask, 'name' | 'task'>): Promise<Uri | undefined> {
  const { BUNDLED_WEIGHTS } = await import('../onDemand');
  const [weights] = BUNDLED_WEIGHTS;
  const text = taskConfigText(task.task, weights);
  const wanted = suggestedName(task, { source: 'shipped', name: weights });
  if ((workspace.workspaceFolders ?? []).length === 0) return openUnsaved(wanted, text);
  const folder = await chooseFolder();
  if (folder === undefined) return undefined;
  const path = configPath(folder, freeName(wanted, folder));
  await writeNewFile(path, text);
  const uri = Uri.file(path);
  await window.showTextDocument(uri, { preview: false });
  return uri;
}

async function openUnsaved(name: string, content: string): Promise<Uri> {
  const document = await workspace.openTextDocument({ language: 'jsonc', content });
  await window.showTextDocument(document, { preview: false });
  window.setStatusBarMessage(`VeLO: save it as ${name}${CONFIG_SUFFIX} to train it`, 8000);
  return document.uri;
}
