/** "VeLO: Measure Sensitivity of Theta": of a meta-training, or of the start of a config; and what is done with the scales. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Range, Uri, WorkspaceEdit, window, workspace } from 'vscode';
import { UserError } from '../../base/index';
import { measuredOf, panelRefOf } from '../metas/metaStore';
import type { MetaPanelRef } from '../metas/metaStore';
import type { MetaPanels } from '../panels/metaPanel';
import type { Services } from '../services';
import { isObject, payloadOf, uriOf } from './arguments';
import { START_MS, entryOf, metaConfigDocument, requiredMeta } from './metaCommands';
import { isMetaConfig } from './startRun';

type Scales = Readonly<Record<string, number>>;

/**
 * Begins to measure and shows it.
 * @param argument  a config's file, what a panel shows, or a node of the tree; absent: the config of the active editor, else
 *   the meta-training that is chosen
 * @throws UserError
 */
export async function measureTheta(
  services: Services,
  panels: MetaPanels,
  argument: unknown,
): Promise<void> {
  const ref = await subjectOf(services, argument);
  if (ref === undefined) return;
  const params = { of: measuredOf(ref) };
  await services.engines
    .get(ref.root)
    .request('sensitivity.start', params, { timeoutMs: START_MS });
  panels.open(ref);
}

async function subjectOf(services: Services, argument: unknown): Promise<MetaPanelRef | undefined> {
  const ref = panelRefOf(payloadOf(argument));
  const config =
    uriOf(argument) ?? (ref && 'configPath' in ref ? Uri.file(ref.configPath) : undefined);
  if (config === undefined && ref !== undefined) return ref;
  if (config === undefined && !(await isMetaConfig(undefined)))
    return requiredMeta(services, argument, {
      title: 'Measure Sensitivity of Theta',
      fits: ({ iterations }) => iterations > 0,
    });
  const document = await metaConfigDocument(config);
  return (
    document && {
      root: services.engines.rootOf(document.uri),
      configPath: document.uri.fsPath,
    }
  );
}

/**
 * Puts scales into the config that was measured, or into a copy of a meta-training's; saving is left to the person.
 * @param argument  what the panel shows, with `scales`
 * @throws UserError('config') where the config cannot take them
 */
export async function applyScales(services: Services, argument: unknown): Promise<void> {
  const ref = panelRefOf(argument);
  if (ref === undefined || !isObject(argument)) return;
  const scales = argument['scales'] as Scales;
  const { withScales } = await import('../onDemand');
  if ('metaId' in ref) {
    const { directory } = entryOf(services, ref);
    const text = readFileSync(join(directory, 'config.json'), 'utf8');
    const content = withScales(text, scales);
    await window.showTextDocument(await workspace.openTextDocument({ language: 'jsonc', content }));
    return;
  }
  const document = await workspace.openTextDocument(Uri.file(ref.configPath));
  const text = document.getText();
  const edit = new WorkspaceEdit();
  const whole = new Range(document.positionAt(0), document.positionAt(text.length));
  edit.replace(document.uri, whole, withScales(text, scales));
  if (!(await workspace.applyEdit(edit)))
    throw new UserError('disk', `${ref.configPath} could not be changed`);
  const editor = await window.showTextDocument(document, { preview: false });
  const at = document.positionAt(document.getText().indexOf('"scales"'));
  editor.revealRange(new Range(at, at));
}
