/** Commands on what a run left on disk: open its config, duplicate, export, reveal, delete. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Uri, commands, env, window, workspace } from 'vscode';
import type { Disposable } from '../../base/index';
import { configPath, duplicatedConfig, freeName, writeNewFile } from '../config/configFiles';
import type { TrainingPanels } from '../panels/trainingPanels';
import type { RunRef } from '../runs/runStore';
import type { Services } from '../services';
import { UserError } from '../../base/index';

/** Configs of runs are shown, never edited: they say what was done. */
const RUN_CONFIG_SCHEME = 'velo-run';

/** Serves `velo-run:/NAME.velo.json?<path of config.json>`. */
export function registerRunConfigs(): Disposable {
  return workspace.registerTextDocumentContentProvider(RUN_CONFIG_SCHEME, {
    // A link could name any file.
    provideTextDocumentContent: ({ query }) =>
      /[\\/]\.velo[\\/]runs[\\/][^\\/]+[\\/]config\.json$/.test(query)
        ? readFileSync(query, 'utf8')
        : '',
  });
}

export async function openConfig(services: Services, ref: RunRef): Promise<void> {
  const { name, directory } = entryOf(services, ref);
  const path = `/${name.replace(/[\\/]/g, '-')}.velo.json`;
  const query = join(directory, 'config.json');
  const uri = Uri.from({ scheme: RUN_CONFIG_SCHEME, path, query });
  await window.showTextDocument(uri, { preview: true });
}

/** Writes a copy of the run's config into its folder, under a free name, and opens it. */
export async function duplicate(services: Services, { root, runId }: RunRef): Promise<void> {
  const engine = services.engines.get(root);
  const { entry, configText } = await engine.request('run.describe', { runId });
  const name = freeName(entry.name, root);
  const path = configPath(root, name);
  await writeNewFile(path, duplicatedConfig(configText, name, root));
  await window.showTextDocument(Uri.file(path));
}

export async function exportRun(services: Services, { root, runId }: RunRef): Promise<void> {
  const { name } = entryOf(services, { root, runId });
  const target = await window.showSaveDialog({
    title: `Export the metrics of ${name}`,
    defaultUri: Uri.file(join(root, `${name.replace(/[\\/]/g, '-')}.csv`)),
    filters: { 'Comma-Separated Values': ['csv'], JSON: ['json'] },
  });
  if (target === undefined) return;
  const format = target.path.toLowerCase().endsWith('.json') ? 'json' : 'csv';
  const params = { runId, format, target: target.fsPath } as const;
  await services.engines.get(root).request('run.export', params, { timeoutMs: 120_000 });
}

/** Shows the run's folder: in the system's file manager where there is one, else in the explorer. */
export async function reveal(services: Services, ref: RunRef): Promise<void> {
  const uri = Uri.file(entryOf(services, ref).directory);
  const canRevealInSystem = env.remoteName === undefined;
  const command = canRevealInSystem ? 'revealFileInOS' : 'revealInExplorer';
  await commands.executeCommand(command, uri);
}

export async function copyIds(refs: readonly RunRef[]): Promise<void> {
  await env.clipboard.writeText(refs.map(({ runId }) => runId).join('\n'));
}

/** Deletes runs after a confirmation that names them. */
export async function deleteRuns(
  services: Services,
  panels: TrainingPanels,
  refs: readonly RunRef[],
): Promise<void> {
  if (refs.length === 0 || !(await isConfirmed(services, refs))) return;
  for (const { root, runId } of refs) {
    await services.engines.get(root).request('run.delete', { runId });
    panels.closeAll([{ root, runId }]);
  }
}

const NAMED = 10;

async function isConfirmed(services: Services, refs: readonly RunRef[]): Promise<boolean> {
  const names = refs.map((ref) => entryOf(services, ref).name);
  const [only] = names;
  const question =
    names.length === 1 ? `Delete the run "${only}"?` : `Delete ${names.length} runs?`;
  const listed = names.length === 1 ? [] : names.slice(0, NAMED);
  if (names.length > NAMED) listed.push(`and ${names.length - NAMED} more`);
  const detail = [
    ...listed,
    'Metrics, trace and checkpoints are deleted from the disk. This cannot be undone.',
  ].join('\n');
  const answer = await window.showWarningMessage(question, { modal: true, detail }, 'Delete');
  return answer === 'Delete';
}

/** @throws UserError('run') where the run is gone */
function entryOf({ runs }: Services, ref: RunRef) {
  const run = runs.get(ref);
  if (run === undefined) throw new UserError('run', `there is no run ${ref.runId} any more`);
  return run.entry;
}
