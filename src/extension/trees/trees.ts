/** The trees of the side bar. */
import { commands, workspace } from 'vscode';
import type { Disposable } from '../../base/index';
import { isAtWork } from '../../protocol/live/index';
import { VIEWS } from '../commands/ids';
import { weightFiles } from '../config/workspaceFiles';
import type { Services } from '../services';
import { throttle } from '../runs/throttle';
import { deviceNodes } from './deviceNodes';
import { evaluationNodes } from './evaluationNodes';
import { ListTree } from './listTree';
import { metaNodes } from './metaNodes';
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

/** Between two drawings of evaluations or meta-trainings. */
const PACE_MS = 1000;

export function createTrees(services: Services): Trees {
  const { engines, runs, evaluations, metas, checked } = services;
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
  const readEvaluations = async () => {
    if (workspace.isTrusted) await runs.load();
    await evaluations.load();
    return evaluationNodes(evaluations.all(), engines.roots);
  };
  const evaluationTree = new ListTree(VIEWS.evaluations, readEvaluations, true);
  const { metaTree, metasChanged } = createMetaTree(services);
  // No faster: each change draws the rows anew.
  const evaluationsChanged = throttle(() => {
    evaluationTree.refresh();
    const working = evaluations.all().filter(({ entry }) => isAtWork(entry.state)).length;
    void commands.executeCommand('setContext', 'velo.evaluating', working);
  }, PACE_MS);
  const lists = [evaluationTree, metaTree, optimizers, tasks, devices];
  const weights = workspace.createFileSystemWatcher('**/*.safetensors', false, true, false);
  const reread = (path: string): void => {
    // Checkpoints come and go while a run trains.
    if (!/[\\/]\.velo[\\/]/.test(path)) optimizers.refresh();
  };
  const all = [
    runTree,
    runsView,
    ...lists,
    evaluationsChanged,
    metasChanged,
    metas.onChange(metasChanged.call),
    evaluations.onChange(evaluationsChanged.call),
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
        evaluations.forget(uri.fsPath);
        metas.forget(uri.fsPath);
      }
      for (const list of lists) list.refresh();
      runTree.refresh();
    }),
  ];
  return { runsView, optimizers, tasks, devices, all };
}

/** @returns what draws it anew, no faster than once a second */
function createMetaTree({ engines, runs, metas }: Services) {
  const metaTree = new ListTree(
    VIEWS.metas,
    async () => {
      if (workspace.isTrusted) await runs.load();
      await metas.load();
      return metaNodes(metas.all(), engines.roots);
    },
    true,
  );
  const metasChanged = throttle(() => {
    metaTree.refresh();
    const working = metas.all().filter(({ entry }) => isAtWork(entry.state)).length;
    void commands.executeCommand('setContext', 'velo.metatraining', working);
  }, PACE_MS);
  return { metaTree, metasChanged };
}
