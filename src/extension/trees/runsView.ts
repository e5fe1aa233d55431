/** The view around the tree of runs: badge, line of the filter, check boxes, context keys for menus. */
import { commands, window } from 'vscode';
import type { TreeView } from 'vscode';
import { TreeItemCheckboxState } from 'vscode';
import type { Disposable } from '../../base/index';
import { isLive } from '../../protocol/live/index';
import { VIEWS } from '../commands/ids';
import type { CheckedRuns } from '../runs/checkedRuns';
import type { RunStore, StoredRun } from '../runs/runStore';
import type { RunNode, RunTree } from './runTree';

export interface RunsView extends Disposable {
  /** Runs that are selected in the tree. */
  selection(): readonly StoredRun[];
  setFilter(filter: string): void;
  readonly filter: string;
}

export function createRunsView(tree: RunTree, runs: RunStore, checked: CheckedRuns): RunsView {
  const view = window.createTreeView<RunNode>(VIEWS.runs, {
    treeDataProvider: tree,
    canSelectMany: true,
    manageCheckboxStateManually: true,
  });
  const update = (): void => {
    view.badge = badgeOf(runs);
    view.message = messageOf(tree, runs) ?? '';
    setContexts(tree, runs, checked);
  };
  const subscriptions = [
    view,
    runs.onChange(update),
    checked.onChange(update),
    view.onDidChangeCheckboxState(({ items }) => {
      checked.set(
        items.flatMap(([node, state]): [string, boolean][] =>
          'folder' in node ? [] : [[node.key, state === TreeItemCheckboxState.Checked]],
        ),
      );
    }),
  ];
  update();
  return {
    selection: () => selectedRuns(view),
    get filter() {
      return tree.filter;
    },
    setFilter: (filter) => {
      tree.filter = filter;
      update();
    },
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

function selectedRuns({ selection }: TreeView<RunNode>): StoredRun[] {
  return selection.filter((node): node is StoredRun => !('folder' in node));
}

function badgeOf(runs: RunStore): TreeView<RunNode>['badge'] {
  const live = runs.all().filter(({ entry }) => isLive(entry.state)).length;
  if (live === 0) return undefined;
  return { value: live, tooltip: live === 1 ? '1 run in progress' : `${live} runs in progress` };
}

function messageOf(tree: RunTree, runs: RunStore): string | undefined {
  if (runs.problem !== undefined) return runs.problem;
  if (tree.filter === '') return undefined;
  return `Filter "${tree.filter}": ${tree.shown().length} of ${runs.all().length} runs`;
}

/** Last values, so that an unchanged key costs no message to the window. */
const contexts = new Map<string, unknown>();

function setContexts(tree: RunTree, runs: RunStore, checked: CheckedRuns): void {
  setContext('velo.hasRuns', runs.all().length > 0);
  // Not the same as the opposite: before the first answer neither is true.
  setContext('velo.noRuns', runs.isKnown && runs.all().length === 0);
  setContext('velo.running', runs.all().filter(({ entry }) => isLive(entry.state)).length);
  setContext('velo.checked', runs.all().filter(({ key }) => checked.has(key)).length);
  setContext('velo.filtered', tree.filter !== '');
}

function setContext(key: string, value: unknown): void {
  if (contexts.get(key) === value) return;
  contexts.set(key, value);
  void commands.executeCommand('setContext', key, value);
}
