/** The four trees of the side bar. */
import { workspace } from 'vscode';
import type { Disposable } from '../../base/index';
import { VIEWS } from '../commands/ids';
import { weightFiles } from '../config/workspaceFiles';
import type { Services } from '../services';
import { deviceNodes } from './deviceNodes';
import { ListTree } from './listTree';
import { optimizerNodes } from './optimizerNodes';
import { RunTree } from './runTree';
import { createRunsView } from './runsView';
import type { RunsView } from './runsView';
import { taskNodes } from './taskNodes';

export interface Trees {
  readonly runsView: RunsView;
  readonly optimizers: ListTree;
  readonly tasks: ListTree;
  readonly devices: ListTree;
  readonly all: readonly Disposable[];
}

export function createTrees({ engines, runs, checked }: Services): Trees {
  const engineAfterRuns = async () => {
    // All views ask at once when they are opened; the runs are what one waits for.
    await runs.load();
    return engines.get(engines.anyRoot);
  };
  const runTree = new RunTree(runs, checked);
  const runsView = createRunsView(runTree, runs, checked);
  const optimizers = new ListTree(VIEWS.optimizers, async () => {
    // Where nothing can run, nothing is looked for either.
    const engine = await engineAfterRuns();
    const files = await weightFiles();
    const { optimizers } = await engine.request('optimizers.list', { files });
    return optimizerNodes(optimizers);
  });
  const tasks = new ListTree(VIEWS.tasks, async () => {
    const engine = await engineAfterRuns();
    const { families } = await engine.request('tasks.list', {});
    return taskNodes(families);
  });
  const devices = new ListTree(VIEWS.devices, async () => {
    const engine = await engineAfterRuns();
    const { devices } = await engine.request('devices.list', {}, { timeoutMs: 60_000 });
    return deviceNodes(devices);
  });
  const lists = [optimizers, tasks, devices];
  const weights = workspace.createFileSystemWatcher('**/*.safetensors', false, true, false);
  const reread = (path: string): void => {
    // Checkpoints come and go while a run trains.
    if (!/[\\/]\.velo[\\/]/.test(path)) optimizers.refresh();
  };
  const all = [
    runTree,
    runsView,
    ...lists,
    weights,
    weights.onDidCreate(({ fsPath }) => {
      reread(fsPath);
    }),
    weights.onDidDelete(({ fsPath }) => {
      reread(fsPath);
    }),
    workspace.onDidGrantWorkspaceTrust(() => {
      for (const list of lists) list.refresh();
      runTree.refresh();
    }),
    workspace.onDidChangeWorkspaceFolders(({ removed }) => {
      for (const { uri } of removed) {
        engines.remove(uri.fsPath);
        runs.forget(uri.fsPath);
      }
      for (const list of lists) list.refresh();
      runTree.refresh();
    }),
  ];
  return { runsView, optimizers, tasks, devices, all };
}
