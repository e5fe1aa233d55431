/** The tree of runs: flat, newest first, under folders, in the order of the window, only where it has several. */
import { basename } from 'node:path';
import { EventEmitter, MarkdownString, ThemeColor, ThemeIcon } from 'vscode';
import { TreeItem, TreeItemCheckboxState, TreeItemCollapsibleState, Uri, workspace } from 'vscode';
import type { TreeDataProvider } from 'vscode';
import type { Disposable } from '../../base/index';
import type { CheckedRuns } from '../runs/checkedRuns';
import type { RunStore, StoredRun } from '../runs/runStore';
import type { RunEntry } from '../../protocol/live/index';
import { throttle } from '../runs/throttle';
import { matchesFilter, runDetails, runRow } from './runRow';

export interface FolderNode {
  readonly folder: string;
}
export type RunNode = StoredRun | FolderNode;

/** Between two rounds of new numbers. */
const PACE_MS = 1000;

export class RunTree implements TreeDataProvider<RunNode>, Disposable {
  readonly #runs: RunStore;
  readonly #checked: CheckedRuns;
  readonly #changes = new EventEmitter<RunNode | RunNode[] | undefined>();
  readonly #folders = new Map<string, FolderNode>();
  readonly #items = new WeakMap<StoredRun, { entry: RunEntry; label: string; item: TreeItem }>();
  readonly #subscriptions: readonly { dispose(): void }[];
  readonly #pending = new Set<StoredRun>();
  readonly #paced = throttle(() => {
    const stale = [...this.#pending].filter((run) => this.#items.get(run)?.entry !== run.entry);
    this.#pending.clear();
    if (stale.length > 0) this.#changes.fire(stale);
  }, PACE_MS);
  /** Names that several runs of a folder have. */
  #shared: ReadonlySet<string> | undefined;
  #filter = '';
  readonly onDidChangeTreeData = this.#changes.event;

  constructor(runs: RunStore, checked: CheckedRuns) {
    this.#runs = runs;
    this.#checked = checked;
    this.#subscriptions = [
      runs.onChange(({ isStructural, changed }) => {
        // A change can bring a run into the filter or out of it.
        if (isStructural) this.#shared = undefined;
        if (isStructural || this.#filter !== '') this.#changes.fire(undefined);
        else this.#refresh(changed);
      }),
      checked.onChange((keys) => {
        const nodes = keys.flatMap((key) => runs.byKey(key) ?? []);
        for (const node of nodes) this.#items.delete(node);
        if (nodes.length > 0) this.#changes.fire(nodes);
      }),
    ];
  }

  get filter(): string {
    return this.#filter;
  }

  set filter(filter: string) {
    this.#filter = filter.trim();
    this.#changes.fire(undefined);
  }

  refresh(): void {
    this.#changes.fire(undefined);
  }

  /** Runs that pass the filter, newest first. */
  shown(): readonly StoredRun[] {
    const all = this.#runs.all();
    return this.#filter === ''
      ? all
      : all.filter(({ entry }) => matchesFilter(entry, this.#filter));
  }

  async getChildren(node?: RunNode): Promise<RunNode[]> {
    if (node === undefined) {
      if (!workspace.isTrusted) return [];
      await this.#runs.loadSome();
    }
    const shown = this.shown();
    if (node !== undefined) {
      return 'folder' in node ? shown.filter(({ root }) => root === node.folder) : [];
    }
    const { roots } = this.#runs;
    if (roots.length < 2) return [...shown];
    const filled = new Set(shown.map(({ root }) => root));
    return roots.filter((root) => filled.has(root)).map((root) => this.#folderNode(root));
  }

  getParent(node: RunNode): RunNode | undefined {
    if ('folder' in node) return undefined;
    return this.#runs.roots.length > 1 ? this.#folderNode(node.root) : undefined;
  }

  getTreeItem(node: RunNode): TreeItem {
    if ('folder' in node) return folderItem(node);
    const known = this.#items.get(node);
    const label = this.#labelOf(node);
    if (known?.entry === node.entry && known.label === label) return known.item;
    const item = runItem(node, label, this.#checked.has(node.key));
    this.#items.set(node, { entry: node.entry, label, item });
    return item;
  }

  /** The tooltip is made when it is asked for. */
  resolveTreeItem(item: TreeItem, node: RunNode): TreeItem {
    if (!('folder' in node)) item.tooltip = tooltipOf(node.entry);
    return item;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#paced.dispose();
    this.#changes.dispose();
  }

  #labelOf(run: StoredRun): string {
    const { name, runId } = run.entry;
    this.#shared ??= repeated(this.#runs.all().map(nameInFolder));
    return this.#shared.has(nameInFolder(run)) ? runId : name;
  }

  /** A change of state at once, new numbers at a pace that lets a tooltip be read: a row drawn anew closes it. */
  #refresh(changed: readonly StoredRun[]): void {
    const stateOf = (run: StoredRun) => this.#items.get(run)?.entry.state;
    const urgent = changed.filter((run) => stateOf(run) !== run.entry.state);
    if (urgent.length > 0) this.#changes.fire(urgent);
    for (const run of changed) this.#pending.add(run);
    this.#paced.call();
  }

  #folderNode(folder: string): FolderNode {
    const known = this.#folders.get(folder) ?? { folder };
    this.#folders.set(folder, known);
    return known;
  }
}

function folderItem({ folder }: FolderNode): TreeItem {
  const name = workspace.getWorkspaceFolder(Uri.file(folder))?.name ?? basename(folder);
  const item = new TreeItem(name, TreeItemCollapsibleState.Expanded);
  item.id = `folder\n${folder}`;
  item.iconPath = new ThemeIcon('root-folder');
  item.tooltip = folder;
  return item;
}

function nameInFolder({ root, entry }: StoredRun): string {
  return `${root}\n${entry.name}`;
}

function repeated(names: readonly string[]): Set<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.has(name) || !seen.add(name)));
}

function runItem(run: StoredRun, label: string, isChecked: boolean): TreeItem {
  const row = runRow(run.entry);
  const item = new TreeItem(label, TreeItemCollapsibleState.None);
  item.id = run.key;
  item.description = row.description;
  item.iconPath = themeIcon(row.icon);
  item.contextValue = row.contextValue;
  item.accessibilityInformation = { label: row.spoken };
  item.checkboxState = {
    state: isChecked ? TreeItemCheckboxState.Checked : TreeItemCheckboxState.Unchecked,
    tooltip: isChecked ? 'Leave out of the comparison' : 'Take into the comparison',
    accessibilityInformation: { label: `Compare ${label}` },
  };
  item.command = { command: 'velo.run.open', title: 'Open Run', arguments: [run] };
  return item;
}

/** A codicon in a theme colour. */
export function themeIcon({ id, color }: { readonly id: string; readonly color?: string }) {
  return color === undefined ? new ThemeIcon(id) : new ThemeIcon(id, new ThemeColor(color));
}

function tooltipOf(entry: RunEntry): MarkdownString {
  const text = new MarkdownString();
  text.appendMarkdown('**').appendText(entry.name).appendMarkdown('**\n\n| | |\n|:--|:--|\n');
  for (const [name, value] of runDetails(entry)) {
    text
      .appendMarkdown(`| ${name} | `)
      .appendText(value.replace(/\s+/g, ' '))
      .appendMarkdown(' |\n');
  }
  return text;
}
