/** Commands on evaluations: start, open, resume, stop, delete, report, reveal. */
import { basename, join } from 'node:path';
import { ThemeIcon, Uri, commands, env, window } from 'vscode';
import { UserError } from '../../base/index';
import type { EvaluationEntry } from '../../protocol/live/index';
import { evaluationRow } from '../evaluations/evaluationRow';
import { refOf } from '../evaluations/evaluationStore';
import type { EvaluationRef, StoredEvaluation } from '../evaluations/evaluationStore';
import { EVALUATION_SUFFIX } from '../config/configFiles';
import type { SpeedupPanels } from '../panels/speedupPanel';
import type { Services } from '../services';
import { payloadOf } from './arguments';
import { savedConfig, showProblem } from './startRun';

/** Opening data sets and compiling the first tasks. */
const START_MS = 180_000;

/**
 * Starts an evaluation and shows its chart at once.
 * @param config  a *.velo-eval.json; the active editor's file when absent
 * @returns its id, or undefined where the config has a problem, which is then shown
 * @throws UserError
 */
export async function startEvaluation(
  services: Services,
  panels: SpeedupPanels,
  config: Uri | undefined,
): Promise<string | undefined> {
  const document = await savedConfig(config, {
    suffix: EVALUATION_SUFFIX,
    otherwise: 'VeLO: New Evaluation…',
  });
  const { diagnoseEvaluationConfigText } = await import('../onDemand');
  const [problem] = diagnoseEvaluationConfigText(document.getText());
  if (problem !== undefined) {
    void showProblem(document, problem);
    return undefined;
  }
  const root = services.engines.rootOf(document.uri);
  const params = { configPath: document.uri.fsPath };
  const started = services.engines
    .get(root)
    .request('evaluation.start', params, { timeoutMs: START_MS });
  panels.openStarting(started.then(({ evaluationId }) => ({ root, evaluationId })));
  const { evaluationId } = await started;
  // Where the tree was never seen, this makes the status bar know it.
  await services.evaluations.load();
  return evaluationId;
}

/** Shows a chart; without an argument, the one that is chosen where there are several, and an empty one where there is none. */
export async function openChart(
  services: Services,
  panels: SpeedupPanels,
  argument: unknown,
): Promise<void> {
  const ref = refOf(payloadOf(argument));
  if (ref !== undefined) {
    panels.open(ref);
    return;
  }
  await services.evaluations.load();
  const all = services.evaluations.all();
  if (all.length < 2) panels.open(all[0]);
  else {
    const chosen = await pickEvaluation(all, 'Speedup Chart');
    if (chosen !== undefined) panels.open(chosen);
  }
}

export async function resumeEvaluation(services: Services, argument: unknown): Promise<void> {
  const ref = await required(services, argument, {
    title: 'Resume Evaluation',
    fits: ({ canResume }) => canResume,
  });
  if (ref === undefined) return;
  const { root, evaluationId } = ref;
  const options = { timeoutMs: START_MS };
  await services.engines.get(root).request('evaluation.resume', { evaluationId }, options);
}

export async function stopEvaluation(services: Services, argument: unknown): Promise<void> {
  const ref = await required(services, argument, {
    title: 'Stop Evaluation',
    fits: ({ owner }) => owner === 'engine',
  });
  if (ref === undefined) return;
  const { root, evaluationId } = ref;
  await services.engines.get(root).request('evaluation.stop', { evaluationId });
}

/** After a confirmation that names it. */
export async function deleteEvaluation(
  services: Services,
  panels: SpeedupPanels,
  argument: unknown,
): Promise<void> {
  const ref = await required(services, argument, {
    title: 'Delete Evaluation',
    fits: ({ owner }) => owner === 'nobody',
  });
  if (ref === undefined) return;
  const { root, evaluationId } = ref;
  const question = `Delete the evaluation "${evaluationId}"?`;
  const detail = 'Its curves and reports are deleted from the disk. This cannot be undone.';
  const answer = await window.showWarningMessage(question, { modal: true, detail }, 'Delete');
  if (answer !== 'Delete') return;
  await services.engines.get(root).request('evaluation.delete', { evaluationId });
  panels.closeOf(ref);
}

/** Writes the report to where the user says, and offers to open it. */
export async function saveReport(services: Services, argument: unknown): Promise<void> {
  const ref = await required(services, argument, { title: 'Save Report', fits: () => true });
  if (ref === undefined) return;
  const { root, evaluationId } = ref;
  const target = await window.showSaveDialog({
    title: `Save the report of ${evaluationId}`,
    defaultUri: Uri.file(join(root, `${evaluationId}.html`)),
    filters: { HTML: ['html'], Markdown: ['md'] },
  });
  if (target === undefined) return;
  const format = target.path.toLowerCase().endsWith('.md') ? 'markdown' : 'html';
  const params = { evaluationId, format, target: target.fsPath } as const;
  const options = { timeoutMs: 120_000 };
  await services.engines.get(root).request('evaluation.report', params, options);
  void offerToOpen(target);
}

async function offerToOpen(target: Uri): Promise<void> {
  const answer = await window.showInformationMessage(`Saved ${basename(target.fsPath)}`, 'Open');
  if (answer === undefined) return;
  if (target.path.toLowerCase().endsWith('.md'))
    await commands.executeCommand('markdown.showPreview', target);
  else await env.openExternal(target);
}

/** Shows the evaluation's folder: in the system's file manager where there is one, else in the explorer. */
export async function revealEvaluation(services: Services, argument: unknown): Promise<void> {
  const ref = refOf(payloadOf(argument));
  const entry = ref && services.evaluations.get(ref.root, ref.evaluationId);
  if (entry === undefined) return;
  const command = env.remoteName === undefined ? 'revealFileInOS' : 'revealInExplorer';
  await commands.executeCommand(command, Uri.file(entry.directory));
}

interface Choice {
  readonly title: string;
  readonly fits: (entry: EvaluationEntry) => boolean;
}

/** The one that is meant, or the only one that fits, or the one that is chosen. @throws UserError where none fits */
async function required(
  { evaluations }: Services,
  argument: unknown,
  { title, fits }: Choice,
): Promise<EvaluationRef | undefined> {
  const ref = refOf(payloadOf(argument));
  if (ref !== undefined) return ref;
  await evaluations.load();
  const fitting = evaluations.all().filter(({ entry }) => fits(entry));
  if (fitting.length > 1) return pickEvaluation(fitting, title);
  if (fitting[0] !== undefined) return fitting[0];
  throw new UserError('usage', `there is no evaluation to which "${title}" applies`, {
    remedy: 'The tree "Evaluations" shows those of this folder.',
  });
}

async function pickEvaluation(
  evaluations: readonly StoredEvaluation[],
  title: string,
): Promise<EvaluationRef | undefined> {
  const items = evaluations.map((evaluation) => {
    const { label, description, icon } = evaluationRow(evaluation.entry);
    return { label, description, iconPath: new ThemeIcon(icon.id), evaluation };
  });
  const chosen = await window.showQuickPick(items, { title, matchOnDescription: true });
  return chosen?.evaluation;
}
