/**
 * The engines of this window: one for each folder that is worked in, made when it is first needed. Making one starts
 * nothing yet; its first request does. Where the whole window is on no disk there are none. In restricted mode there are
 * viewers only: they show evaluations and meta-trainings, keep their lock and log in a place of the extension's own, and neither run
 * code of the folder nor write into it.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workspace } from 'vscode';
import type { ExtensionContext, LogOutputChannel, Uri } from 'vscode';
import type { Disposable } from '../base/index';
import { UserError } from '../base/index';
import type { Engine } from '../client/index';
import { LazyEngine } from './lazyEngine';
import { readSetting } from './settings';

/** What can be looked at in restricted mode. */
const VIEWED_FOLDERS = [join('.velo', 'evaluations'), join('.velo', 'metatrainings')];

type Created = (root: string, engine: Engine) => void;

export class Engines implements Disposable {
  readonly #context: ExtensionContext;
  readonly #log: LogOutputChannel;
  readonly #engines = new Map<string, Engine>();
  readonly #viewers = new Map<string, Engine>();
  readonly #onCreated: Created[] = [];
  readonly #subscriptions: readonly Disposable[];

  constructor(context: ExtensionContext, log: LogOutputChannel) {
    this.#context = context;
    this.#log = log;
    this.#subscriptions = [
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('velo.engine.maxRunning')) void this.#configure();
      }),
      workspace.onDidGrantWorkspaceTrust(() => {
        for (const viewer of this.#viewers.values()) viewer.dispose();
        this.#viewers.clear();
      }),
    ];
  }

  /** Folders whose runs are shown: those of the window, and those of configs opened without one. */
  get roots(): readonly string[] {
    const folders = (workspace.workspaceFolders ?? [])
      .filter(({ uri }) => uri.scheme === 'file')
      .map(({ uri }) => uri.fsPath);
    const others = [...this.#engines.keys()].filter((root) => root !== this.#storage);
    return [...new Set([...folders, ...others])];
  }

  /** The folder that a config's runs go under: its workspace folder, else the one it lies in. */
  rootOf(config: Uri): string {
    return workspace.getWorkspaceFolder(config)?.uri.fsPath ?? dirname(config.fsPath);
  }

  /** The first folder, or where there is none, a place of the extension's own, which never holds runs. */
  get anyRoot(): string {
    return this.roots[0] ?? this.#storage;
  }

  get #storage(): string {
    return this.#context.globalStorageUri.fsPath;
  }

  /** @throws UserError('usage') in restricted mode, and in a window whose folders are all on no disk */
  get(root: string): Engine {
    requireTrust();
    requireDisk();
    const known = this.#engines.get(root);
    if (known !== undefined) return known;
    const engine = this.#create(root);
    this.#engines.set(root, engine);
    for (const listener of this.#onCreated) listener(root, engine);
    return engine;
  }

  /**
   * What shows the evaluations and meta-trainings of a folder: its engine; in restricted mode one that can do nothing else.
   * @returns undefined where there is nothing to show in restricted mode
   * @throws UserError('usage') in a window whose folders are all on no disk
   */
  viewer(root: string): Engine | undefined {
    if (workspace.isTrusted) return this.get(root);
    requireDisk();
    const known = this.#viewers.get(root);
    if (known !== undefined) return known;
    if (!VIEWED_FOLDERS.some((folder) => existsSync(join(root, folder)))) return undefined;
    const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
    const home = join(this.#storage, 'viewers', name);
    mkdirSync(home, { recursive: true });
    const viewer = this.#create(home, root);
    this.#viewers.set(root, viewer);
    return viewer;
  }

  all(): readonly Engine[] {
    return [...this.#engines.values()];
  }

  /** Lets go of a folder that left the window. */
  remove(root: string): void {
    for (const engines of [this.#engines, this.#viewers]) {
      engines.get(root)?.dispose();
      engines.delete(root);
    }
  }

  /** Called with each engine that is made from now on. */
  onCreated(listener: Created): void {
    this.#onCreated.push(listener);
  }

  /** Closes the connections; an engine with jobs stays. */
  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const engine of this.#engines.values()) engine.dispose();
    for (const viewer of this.#viewers.values()) viewer.dispose();
  }

  #create(root: string, viewed?: string): Engine {
    // Processes begin in their folder, so it must be there.
    if (root === this.#storage) mkdirSync(root, { recursive: true });
    const nodePath = readSetting(this.#settings, 'engine.nodePath');
    const { version } = this.#context.extension.packageJSON as { version: string };
    return new LazyEngine({
      root,
      ...(viewed === undefined ? {} : { viewed }),
      enginePath: this.#context.asAbsolutePath('dist/engine.cjs'),
      ...(nodePath === '' ? {} : { execPath: nodePath }),
      version,
      isTrusted: workspace.isTrusted,
      clientName: `window of process ${process.pid}`,
      maxRunning: () => readSetting(this.#settings, 'engine.maxRunning'),
      log: (level, text) => {
        this.#log[level](text);
      },
    });
  }

  get #settings() {
    return workspace.getConfiguration('velo');
  }

  async #configure(): Promise<void> {
    const maxRunning = readSetting(this.#settings, 'engine.maxRunning');
    for (const engine of this.#engines.values()) {
      // The others are told when they connect.
      if (engine.state.kind !== 'connected') continue;
      await engine.request('engine.configure', { maxRunning }).catch((thrown: unknown) => {
        this.#log.warn(`setting velo.engine.maxRunning: ${String(thrown)}`);
      });
    }
  }
}

function requireTrust(): void {
  if (workspace.isTrusted) return;
  throw new UserError('usage', 'this workspace is not trusted, so VeLO Lab runs nothing in it', {
    remedy: 'Choose "Workspaces: Manage Workspace Trust" to trust it.',
  });
}

function requireDisk(): void {
  const { workspaceFolders = [] } = workspace;
  if (workspaceFolders.length === 0) return;
  if (workspaceFolders.some(({ uri }) => uri.scheme === 'file')) return;
  throw new UserError('usage', 'this folder is on no disk, so VeLO Lab runs nothing in it', {
    remedy: 'Open a folder of this machine, or of a remote one.',
  });
}
