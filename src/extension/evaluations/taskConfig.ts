/** "Train this task" of the speedup chart: a run config of one of its tasks, as a new document. */
import { Uri, WorkspaceEdit, window, workspace, Position } from 'vscode';
import { UserError } from '../../base/index';
import type { Engine } from '../../client/index';
import { configPath, duplicatedConfig, freeName } from '../config/configFiles';
import type { EvaluationRef } from './evaluationStore';

/** The part of an evaluation's config.json that is needed; the engine has checked it. */
interface Config {
  readonly tasks: readonly { readonly name: string; readonly task: unknown }[];
  readonly optimizers: readonly { readonly optimizer: unknown }[];
  readonly steps: number;
}

/**
 * Opens it unsaved, under a free name in the folder, with the first optimizer of the evaluation.
 * @param task  index in the overview
 */
export async function openTaskConfig(
  engine: Engine,
  { root, evaluationId }: EvaluationRef,
  task: number,
): Promise<void> {
  const { configText } = await engine.request('evaluation.describe', { evaluationId });
  const { tasks, optimizers, steps } = JSON.parse(configText) as Config;
  const entry = tasks[task];
  if (entry === undefined) throw new UserError('run', `${evaluationId} has no task ${task}`);
  const name = freeName(entry.name, root);
  const { optimizer } = optimizers[0] ?? {};
  const config = JSON.stringify({ task: entry.task, optimizer, numSteps: steps });
  const uri = Uri.file(configPath(root, name)).with({ scheme: 'untitled' });
  const document = await workspace.openTextDocument(uri);
  if (document.getText() === '') {
    const edit = new WorkspaceEdit();
    edit.insert(uri, new Position(0, 0), duplicatedConfig(config, name, root));
    await workspace.applyEdit(edit);
  }
  await window.showTextDocument(document);
}
