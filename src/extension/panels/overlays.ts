/** Choosing runs to see beside others: the checked runs of a folder, and the quick pick that checks them. */
import { basename } from 'node:path';
import { ThemeIcon, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import type { CheckedRuns } from '../runs/checkedRuns';
import type { RunStore } from '../runs/runStore';
import { runRow } from '../trees/runRow';

export interface RunChoice {
  readonly runs: RunStore;
  readonly checked: CheckedRuns;
}

/** Keys of the checked runs of a folder, in the order of the tree. */
export function overlayKeys({ runs, checked }: RunChoice, root: string): string[] {
  return runs
    .all()
    .filter((run) => run.root === root && checked.has(run.key))
    .map(({ key }) => key);
}

/** Lets the user check and uncheck runs. @returns whether a choice was made */
export async function pickRuns(
  { runs, checked }: RunChoice,
  title: string,
  only: { readonly root?: string; readonly except?: string } = {},
): Promise<boolean> {
  await runs.load();
  const offered = runs
    .all()
    .filter(({ root, key }) => (only.root ?? root) === root && key !== only.except);
  const isMixed = new Set(offered.map(({ root }) => root)).size > 1;
  const items = offered.map(({ key, root, entry }): QuickPickItem & { key: string } => {
    const { label, description, icon } = runRow(entry);
    const iconPath = new ThemeIcon(icon.id);
    const detail = isMixed ? `${entry.task} · ${basename(root)}` : entry.task;
    return { key, label, description, detail, iconPath, picked: checked.has(key) };
  });
  const chosen = await window.showQuickPick(items, {
    title,
    canPickMany: true,
    matchOnDescription: true,
    matchOnDetail: true,
    placeHolder: items.length === 0 ? 'There is no other run yet' : 'Check the runs to compare',
  });
  if (chosen === undefined) return false;
  const keys = new Set(chosen.map(({ key }) => key));
  checked.set(offered.map(({ key }) => [key, keys.has(key)] as const));
  return true;
}
