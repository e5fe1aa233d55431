/** "VeLO: Train": hands the `*.velo.json` at hand to the engine and opens its training panel at once. */
import { basename } from 'node:path';
import { Position, Range, window, workspace } from 'vscode';
import type { TextDocument, Uri } from 'vscode';
import { UserError } from '../../base/index';
import type { ConfigDiagnostic } from '../../protocol/index';
import { CONFIG_SUFFIX } from '../config/configFiles';
import type { TrainingPanels } from '../panels/trainingPanels';
import type { Services } from '../services';
import { readSetting } from '../settings';

/** Whether a config, or the active editor's, is that of a meta-training. */
export async function isMetaConfig(config: Uri | undefined): Promise<boolean> {
  const uri = config ?? window.activeTextEditor?.document.uri;
  if (uri?.path.endsWith(CONFIG_SUFFIX) !== true) return false;
  const { isMetaConfigText } = await import('../onDemand');
  return isMetaConfigText((await workspace.openTextDocument(uri)).getText());
}

/**
 * Starts a run.
 * @param config  a *.velo.json; the active editor's file when absent
 * @returns the run's id, or undefined where the config has a problem, which is then shown
 * @throws UserError
 */
export async function startRun(
  services: Services,
  panels: TrainingPanels,
  config: Uri | undefined,
): Promise<string | undefined> {
  const document = await savedConfig(config, {
    suffix: CONFIG_SUFFIX,
    otherwise: 'VeLO: New Run',
  });
  const { diagnoseRunConfigText } = await import('../onDemand');
  const [problem] = diagnoseRunConfigText(document.getText());
  if (problem !== undefined) {
    void showProblem(document, problem);
    return undefined;
  }
  const root = services.engines.rootOf(document.uri);
  const engine = services.engines.get(root);
  const configPath = document.uri.fsPath;
  const started = engine
    .request('run.start', { configPath, overrides: [] }, { timeoutMs: 60_000 })
    .then(({ runId }) => runId);
  if (readSetting(workspace.getConfiguration('velo'), 'run.openPanel')) {
    panels.openStarting(basename(configPath, CONFIG_SUFFIX), root, started);
  }
  const runId = await started;
  // Where the tree was never seen, this makes status bar and badge know the run.
  void services.runs.load();
  return runId;
}

/**
 * @param config  the active editor's file when absent
 * @throws UserError('usage') where it is no file of this kind on a disk, UserError('disk') where it cannot be saved
 */
export async function savedConfig(
  config: Uri | undefined,
  { suffix, otherwise }: { readonly suffix: string; readonly otherwise: string },
): Promise<TextDocument> {
  const uri = config ?? window.activeTextEditor?.document.uri;
  if (uri?.path.endsWith(suffix) !== true) {
    throw new UserError('usage', `this needs a *${suffix} file`, {
      remedy: `Open one and try again, or choose "${otherwise}".`,
    });
  }
  if (uri.scheme !== 'file') {
    throw new UserError(
      'usage',
      'this config is on no disk, so there is no place for its results',
      {
        remedy: 'Save it into a folder of this machine, or of a remote one.',
      },
    );
  }
  const document = await workspace.openTextDocument(uri);
  if (document.isDirty && !(await document.save())) {
    throw new UserError('disk', `${uri.fsPath} could not be saved`);
  }
  return document;
}

/** Tells the first problem of a config and offers to go there. */
export async function showProblem(
  document: TextDocument,
  problem: ConfigDiagnostic,
): Promise<void> {
  const { line, column, message, length } = problem;
  const place = `${workspace.asRelativePath(document.uri)}:${line}:${column}`;
  const answer = await window.showErrorMessage(`${place}: ${message}`, 'Show Problem');
  if (answer === undefined) return;
  const start = new Position(line - 1, column - 1);
  const end = document.positionAt(document.offsetAt(start) + length);
  await window.showTextDocument(document, { selection: new Range(start, end) });
}
