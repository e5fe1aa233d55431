/** A tree whose nodes are plain data from one request, asked when the view is first seen and again on demand. */
import { EventEmitter, TreeItem, TreeItemCollapsibleState, window, workspace } from 'vscode';
import type { TreeDataProvider } from 'vscode';
import type { Disposable } from '../../base/index';
import { wordsOf } from '../words';
import { themeIcon } from './runTree';

export interface ListNode {
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  readonly icon: { readonly id: string; readonly color?: string };
  readonly contextValue?: string;
  /** For screen readers, where label and description don't say it all. */
  readonly spoken?: string;
  readonly command?: { readonly command: string; readonly title: string };
  /** What commands on it are about. */
  readonly payload?: unknown;
  readonly children?: readonly ListNode[];
  readonly isOpen?: boolean;
}

export class ListTree implements TreeDataProvider<ListNode>, Disposable {
  readonly #read: () => Promise<readonly ListNode[]>;
  readonly #isOpen: boolean;
  readonly #changes = new EventEmitter<undefined>();
  readonly #view;
  readonly onDidChangeTreeData = this.#changes.event;

  /** @param isOpen  whether it has something to show in restricted mode, too */
  constructor(viewId: string, read: () => Promise<readonly ListNode[]>, isOpen = false) {
    this.#read = read;
    this.#isOpen = isOpen;
    this.#view = window.createTreeView<ListNode>(viewId, { treeDataProvider: this });
  }

  refresh(): void {
    this.#changes.fire(undefined);
  }

  async getChildren(node?: ListNode): Promise<ListNode[]> {
    if (node !== undefined) return [...(node.children ?? [])];
    if (!workspace.isTrusted && !this.#isOpen) return [];
    try {
      const nodes = await this.#read();
      this.#view.message = '';
      return [...nodes];
    } catch (thrown) {
      this.#view.message = wordsOf(thrown);
      return [];
    }
  }

  getTreeItem(node: ListNode): TreeItem {
    const item = new TreeItem(node.label, collapsible(node));
    if (node.description !== undefined) item.description = node.description;
    if (node.tooltip !== undefined) item.tooltip = node.tooltip;
    if (node.contextValue !== undefined) item.contextValue = node.contextValue;
    if (node.spoken !== undefined) item.accessibilityInformation = { label: node.spoken };
    if (node.command !== undefined) item.command = { ...node.command, arguments: [node] };
    item.iconPath = themeIcon(node.icon);
    return item;
  }

  dispose(): void {
    this.#view.dispose();
    this.#changes.dispose();
  }
}

function collapsible({ children, isOpen }: ListNode): TreeItemCollapsibleState {
  if (children === undefined) return TreeItemCollapsibleState.None;
  return isOpen === true ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
}
