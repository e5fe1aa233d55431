/** Commands of the trees that are about no single run: filter, compare, explain a device, the example. */
import { copyFile, constants } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Uri, commands, window } from 'vscode';
import type { OptimizerEntry } from '../../protocol/live/index';
import { evaluationRow } from '../evaluations/evaluationRow';
import { metaRow } from '../metas/metaRow';
import type { ComparisonPanels } from '../panels/comparisonPanel';
import { pickRuns } from '../panels/overlays';
import type { Services } from '../services';
import type { StatusItem, StatusTarget } from '../status/statusItem';
import type { Device } from '../trees/deviceNodes';
import { runRow } from '../trees/runRow';
import type { RunsView } from '../trees/runsView';
import { isObject } from './arguments';
import { chooseFolder } from './newRun';
import { VIEW_TYPES } from './ids';
import type { ChosenOptimizer } from '../config/newConfig';
import type { ReadyTask } from '../trees/taskNodes';

/** The tree follows while the filter is typed; Escape brings the old one back. */
export async function filterRuns(view: RunsView): Promise<void> {
  await commands.executeCommand('velo.runs.focus');
  const before = view.filter;
  const input = window.createInputBox();
  input.title = 'Filter Runs';
  input.placeholder = 'Words of name, state, task or optimizer: mnist adam';
  input.value = before;
  let isAccepted = false;
  input.onDidChangeValue((value) => {
    view.setFilter(value);
  });
  input.onDidAccept(() => {
    isAccepted = true;
    input.hide();
  });
  input.onDidHide(() => {
    if (!isAccepted) view.setFilter(before);
    input.dispose();
  });
  input.show();
}

/** Opens the comparison of the checked runs; with fewer than two, asks for them first. */
export async function compareRuns(services: Services, comparison: ComparisonPanels): Promise<void> {
  await services.runs.load();
  const count = services.runs.all().filter(({ key }) => services.checked.has(key)).length;
  if (count < 2 && !(await pickRuns(services, 'Runs to compare'))) return;
  comparison.open();
}

/** What a click on the status bar opens; asks where there are several. */
export async function chooseRunning(status: StatusItem): Promise<StatusTarget | undefined> {
  const targets = status.targets();
  const [first] = targets;
  if (targets.length < 2) {
    if (first === undefined) window.setStatusBarMessage('VeLO: no run is in progress', 4000);
    return first;
  }
  const items = targets.map((job) => {
    const { label, description } = rowOf(job);
    return { label, description, job };
  });
  const chosen = await window.showQuickPick(items, { title: 'Runs in Progress' });
  return chosen?.job;
}

function rowOf(job: StatusTarget) {
  if ('runId' in job) return runRow(job.entry);
  return 'metaId' in job ? metaRow(job.entry) : evaluationRow(job.entry);
}

const EXAMPLE = 'fashion.velo.json';

/** Copies the example into the folder, unless it is there, and opens it. */
export async function createExample(extensionUri: Uri): Promise<void> {
  const folder = await chooseFolder();
  if (folder === undefined) return;
  const target = join(folder, EXAMPLE);
  const source = Uri.joinPath(extensionUri, 'examples', EXAMPLE).fsPath;
  if (!existsSync(target)) await copyFile(source, target, constants.COPYFILE_EXCL);
  await window.showTextDocument(Uri.file(target));
}

export async function openOptimizer(optimizer: unknown): Promise<void> {
  const path = isObject(optimizer) ? (optimizer as Partial<OptimizerEntry>).path : undefined;
  if (path === undefined) return;
  await commands.executeCommand('vscode.openWith', Uri.file(path), VIEW_TYPES.optimizer);
}

/** What a node or a panel says about an optimizer; weights without a source are a file of the user's. */
export function chosenOptimizer(value: unknown): ChosenOptimizer | undefined {
  if (!isObject(value) || typeof value['name'] !== 'string') return undefined;
  const { name, path, source } = value as Partial<OptimizerEntry> & { name: string };
  return { name, source: source ?? 'own', ...(path === undefined ? {} : { path }) };
}

export function chosenTask(value: unknown): ReadyTask | undefined {
  return isObject(value) && isObject(value['task']) ? (value as unknown as ReadyTask) : undefined;
}

/** Says in full why a device cannot be used and what to do. */
export async function explainDevice(device: unknown): Promise<void> {
  if (!isObject(device)) return;
  const { name, text, remedy } = device as Partial<Device>;
  const detail = [text, remedy].filter((part) => part !== undefined).join('\n\n');
  await window.showInformationMessage(name ?? 'Device', { modal: true, detail });
}
