/** Commands on meta-trainings: start, open, resume, stop, delete, reveal. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ThemeIcon, Uri, commands, env, window, workspace } from 'vscode';
import type { TextDocument } from 'vscode';
import { UserError } from '../../base/index';
import type { MetaEntry } from '../../protocol/live/index';
import { CONFIG_SUFFIX } from '../config/configFiles';
import { metaRow } from '../metas/metaRow';
import { metaRefOf } from '../metas/metaStore';
import type { MetaRef, StoredMeta } from '../metas/metaStore';
import type { MetaPanels } from '../panels/metaPanel';
import type { Services } from '../services';
import { payloadOf } from './arguments';
import { savedConfig, showProblem } from './startRun';

/** Opening data sets and workers. */
export const START_MS = 180_000;

/**
 * Starts a meta-training and shows it at once.
 * @param config  a *.velo.json of kind "metatrain"; the active editor's file when absent
 * @returns its id, or undefined where the config has a problem, which is then shown
 * @throws UserError
 */
export async function startMeta(
  services: Services,
  panels: MetaPanels,
  config: Uri | undefined,
): Promise<string | undefined> {
  const document = await metaConfigDocument(config);
  if (document === undefined) return undefined;
  const root = services.engines.rootOf(document.uri);
  const params = { configPath: document.uri.fsPath };
  const started = services.engines.get(root).request('meta.start', params, { timeoutMs: START_MS });
  panels.openStarting(started.then(({ metaId }) => ({ root, metaId })));
  const { metaId } = await started;
  // Where the tree was never seen, this makes the status bar know it.
  await services.metas.load();
  return metaId;
}

/**
 * @param config  the active editor's file when absent
 * @returns its document, saved, or undefined where it has a problem, which is then shown
 * @throws UserError('usage' | 'disk')
 */
export async function metaConfigDocument(
  config: Uri | undefined,
): Promise<TextDocument | undefined> {
  const document = await savedConfig(config, {
    suffix: CONFIG_SUFFIX,
    otherwise: 'VeLO: New Meta-Training…',
  });
  const { diagnoseMetaConfigText } = await import('../onDemand');
  const [problem] = diagnoseMetaConfigText(document.getText());
  if (problem === undefined) return document;
  void showProblem(document, problem);
  return undefined;
}

/** Shows one; without an argument, the one that is chosen where there are several, and an empty panel where there is none. */
export async function openMeta(
  services: Services,
  panels: MetaPanels,
  argument: unknown,
): Promise<void> {
  const ref = metaRefOf(payloadOf(argument));
  if (ref !== undefined) {
    panels.open(ref);
    return;
  }
  await services.metas.load();
  const all = services.metas.all();
  if (all.length < 2) panels.open(all[0]);
  else {
    const chosen = await pickMeta(all, 'Meta-Training');
    if (chosen !== undefined) panels.open(chosen);
  }
}

export async function resumeMeta(services: Services, argument: unknown): Promise<void> {
  const ref = await requiredMeta(services, argument, {
    title: 'Resume Meta-Training',
    fits: ({ canResume }) => canResume,
  });
  if (ref === undefined) return;
  const { root, metaId } = ref;
  const options = { timeoutMs: START_MS };
  await services.engines.get(root).request('meta.resume', { metaId }, options);
}

export async function stopMeta(services: Services, argument: unknown): Promise<void> {
  const ref = await requiredMeta(services, argument, {
    title: 'Stop Meta-Training',
    fits: ({ owner }) => owner === 'engine',
  });
  if (ref === undefined) return;
  await services.engines.get(ref.root).request('meta.stop', { metaId: ref.metaId });
}

/** After a confirmation that names it. */
export async function deleteMeta(
  services: Services,
  panels: MetaPanels,
  argument: unknown,
): Promise<void> {
  const ref = await requiredMeta(services, argument, {
    title: 'Delete Meta-Training',
    fits: ({ owner }) => owner === 'nobody',
  });
  if (ref === undefined) return;
  const { root, metaId } = ref;
  const question = `Delete the meta-training "${metaId}"?`;
  const detail =
    'Its thetas and checkpoints are deleted from the disk; save those that you want to keep first. This cannot be undone.';
  const answer = await window.showWarningMessage(question, { modal: true, detail }, 'Delete');
  if (answer !== 'Delete') return;
  await services.engines.get(root).request('meta.delete', { metaId });
  panels.closeOf(ref);
}

/** Shows its folder: in the system's file manager where there is one, else in the explorer. */
export async function revealMeta(services: Services, argument: unknown): Promise<void> {
  const { directory } = entryOf(services, argument);
  const command = env.remoteName === undefined ? 'revealFileInOS' : 'revealInExplorer';
  await commands.executeCommand(command, Uri.file(directory));
}

/** Opens a copy of its config, unsaved: what was done stays as it is. */
export async function openMetaConfig(services: Services, argument: unknown): Promise<void> {
  const { directory } = entryOf(services, argument);
  const content = readFileSync(join(directory, 'config.json'), 'utf8');
  await window.showTextDocument(await workspace.openTextDocument({ language: 'jsonc', content }));
}

/** @throws UserError('run') where it is gone */
export function entryOf({ metas }: Services, argument: unknown): MetaEntry {
  const ref = metaRefOf(payloadOf(argument));
  const entry = ref && metas.get(ref.root, ref.metaId);
  if (entry !== undefined) return entry;
  throw new UserError('run', `there is no meta-training ${ref?.metaId ?? ''} any more`);
}

interface Choice {
  readonly title: string;
  readonly fits: (entry: MetaEntry) => boolean;
}

/** The one that is meant, or the only one that fits, or the one that is chosen. @throws UserError where none fits */
export async function requiredMeta(
  { metas }: Services,
  argument: unknown,
  { title, fits }: Choice,
): Promise<MetaRef | undefined> {
  const ref = metaRefOf(payloadOf(argument));
  if (ref !== undefined) return ref;
  await metas.load();
  const fitting = metas.all().filter(({ entry }) => fits(entry));
  if (fitting.length > 1) return pickMeta(fitting, title);
  if (fitting[0] !== undefined) return fitting[0];
  throw new UserError('usage', `there is no meta-training to which "${title}" applies`, {
    remedy: 'The tree "Meta-Trainings" shows those of this folder.',
  });
}

async function pickMeta(
  metas: readonly StoredMeta[],
  title: string,
): Promise<StoredMeta | undefined> {
  const items = metas.map((meta) => {
    const { label, description, icon } = metaRow(meta.entry);
    return { label, description, iconPath: new ThemeIcon(icon.id), meta };
  });
  const chosen = await window.showQuickPick(items, { title, matchOnDescription: true });
  return chosen?.meta;
}
