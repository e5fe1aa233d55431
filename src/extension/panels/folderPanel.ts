/**
 * One panel of what lies in a folder and grows, an evaluation or a meta-training, or of none as long as there is none. It
 * fills its view when that says `ready`, forwards what is new while it can be seen, and does what its toolbar asks.
 */
import { ThemeIcon, commands, workspace } from 'vscode';
import type { WebviewPanel } from 'vscode';
import type * as z from 'zod/mini';
import type { Disposable } from '../../base/index';
import type { Engine, EngineState } from '../../client/index';
import type { PanelMessage } from '../../protocol/live/index';
import type { CommandId } from '../commands/ids';
import type { Services } from '../services';
import { engineMessage, problemMessage } from './messages';
import type { EngineMessage, ProblemMessage } from './messages';
import { connectWebview } from './webviewHost';
import type { ViewName } from './webviewHost';

export interface FolderPanelOptions<Ref> {
  readonly panel: WebviewPanel;
  /** Known at once, or as soon as it has begun; what it throws closes the panel. Undefined: none yet. */
  readonly ref: Promise<Ref | undefined>;
}

/** What two kinds of such panels differ in. */
export interface FolderPanelKind<Ref, Host, View extends { readonly type: string }> {
  readonly view: ViewName;
  readonly icon: string;
  readonly schema: z.ZodMiniType<View>;
  idOf(ref: Ref): string;
  /** What finds it again after a restart. */
  stateOf(ref: Ref): PanelMessage['panel'];
  /** What is known of this kind in the folders of the window. */
  readonly store: {
    all(): readonly Ref[];
    load(): Promise<void>;
    onChange(listener: () => void): Disposable;
  };
  nothing(canControl: boolean): Host;
  /** Listens, then asks. @param post  what is new for the view */
  watch(
    engine: Engine,
    target: { readonly watchId: string; readonly ref: Ref },
    post: (message: Host) => void,
  ): { readonly updates: Disposable; begin(): Promise<unknown> };
  readonly newCommand: { readonly message: string; readonly id: CommandId };
  /** What the view asks beyond what every view does. */
  act(message: View, ref: Ref, post: (message: Host) => void): Promise<void>;
}

let watchCount = 0;

export class FolderPanel<
  Ref extends { readonly root: string },
  Host extends object,
  View extends { readonly type: string },
> implements Disposable {
  readonly #services: Services;
  readonly #kind: FolderPanelKind<Ref, Host, View>;
  readonly #panel: WebviewPanel;
  readonly #subscriptions: Disposable[];
  #wanted: Promise<Ref | undefined>;
  #ref: Ref | undefined;
  #engine: Engine | undefined;
  #watch: Disposable | undefined;
  /** Whether the engine has taken the watch up. */
  #isWatching = false;
  /** Counts the showings; what an older one was still waiting for is dropped. */
  #showing = 0;
  #isShown = false;
  /** Known to have none; otherwise it may only be on its way. */
  #isEmpty = false;

  constructor(
    services: Services,
    { panel, ref }: FolderPanelOptions<Ref>,
    kind: FolderPanelKind<Ref, Host, View>,
  ) {
    this.#services = services;
    this.#kind = kind;
    this.#panel = panel;
    this.#wanted = ref;
    panel.iconPath = new ThemeIcon(kind.icon);
    this.#subscriptions = [
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.#hide();
      }),
      kind.store.onChange(() => {
        this.#adoptFirst();
      }),
      workspace.onDidGrantWorkspaceTrust(() => void this.#show()),
      connectWebview<View>({
        webview: panel.webview,
        extensionUri: services.extensionUri,
        view: kind.view,
        title: panel.title,
        schema: kind.schema,
        saveFolder: () => this.#ref?.root ?? services.engines.anyRoot,
        report: services.report,
        onMessage: (message) => void this.#receive(message),
      }),
    ];
    ref.then(
      (known) => {
        this.#ref = known;
      },
      () => {
        panel.dispose();
      },
    );
  }

  /** What it shows, once it is known. */
  get ref(): Ref | undefined {
    return this.#ref;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  close(): void {
    this.#panel.dispose();
  }

  /** Called when the tab was closed. */
  dispose(): void {
    this.#hide();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #post(message: Host | PanelMessage | EngineMessage | ProblemMessage): void {
    void this.#panel.webview.postMessage(message);
  }

  #hide(): void {
    this.#isShown = false;
    this.#showing += 1;
    this.#watch?.dispose();
    this.#watch = undefined;
    this.#isWatching = false;
  }

  /** Where there was none, the first one that comes is shown. */
  #adoptFirst(): void {
    const [first] = this.#kind.store.all();
    if (!this.#isShown || !this.#isEmpty || first === undefined) return;
    this.#wanted = Promise.resolve(first);
    void this.#show();
  }

  /** Sends everything; whatever was on its way for an earlier showing is dropped. */
  async #show(): Promise<void> {
    this.#hide();
    this.#isShown = true;
    const showing = this.#showing;
    try {
      const ref = await this.#wanted;
      if (showing !== this.#showing) return;
      this.#ref = ref;
      this.#isEmpty = ref === undefined;
      if (ref === undefined) this.#post(this.#kind.nothing(workspace.isTrusted));
      else await this.#fill(ref, showing);
    } catch (thrown) {
      if (showing !== this.#showing) return;
      this.#services.report.quietly(thrown, `filling the ${this.#kind.view} view`);
      this.#post(problemMessage(thrown));
    }
  }

  async #fill(ref: Ref, showing: number): Promise<void> {
    const engine = this.#engineOf(ref.root);
    this.#panel.title = this.#kind.idOf(ref);
    this.#post({ type: 'panel', panel: this.#kind.stateOf(ref) });
    watchCount += 1;
    // Another window may watch through the same engine.
    const watchId = `${process.pid}-${watchCount}-${this.#kind.view}`;
    const watch = this.#kind.watch(engine, { watchId, ref }, (message) => {
      if (showing === this.#showing) this.#post(message);
    });
    this.#watch = {
      dispose: () => {
        watch.updates.dispose();
        endWatch(engine, watchId);
      },
    };
    await watch.begin();
    if (showing !== this.#showing) return;
    this.#isWatching = true;
    await this.#kind.store.load();
  }

  /** In restricted mode, one that only shows. @throws UserError where there is none */
  #engineOf(root: string): Engine {
    const engine = viewerOf(this.#services, root);
    if (this.#engine !== engine) {
      this.#engine = engine;
      this.#subscriptions.push(
        engine.onState((state) => {
          if (this.#engine === engine) this.#engineChanged(state);
        }),
      );
    }
    return engine;
  }

  #engineChanged(state: EngineState): void {
    if (!this.#isShown) return;
    this.#post(engineMessage(state));
    // Watches ended with the old connection. Before the first showing has its answer, it asks itself.
    if (state.kind === 'connected' && this.#isWatching) void this.#show();
  }

  async #receive(message: View): Promise<void> {
    const { newCommand, view } = this.#kind;
    try {
      if (message.type === 'ready' || message.type === 'resync') await this.#show();
      else if (message.type === newCommand.message) await commands.executeCommand(newCommand.id);
      else if (this.#ref !== undefined) {
        await this.#kind.act(message, this.#ref, (answer) => {
          this.#post(answer);
        });
      }
    } catch (thrown) {
      this.#services.report.error(thrown, `"${message.type}" in the ${view} view`);
    }
  }
}

/** Watches end with their connection anyway; asking would start an engine that is gone. */
export function endWatch(engine: Engine, watchId: string): void {
  if (engine.state.kind === 'connected')
    engine.request('unwatch', { watchId }).catch(() => undefined);
}

/** The engine that shows what lies in a folder; in restricted mode one that does nothing else. @throws UserError */
export function viewerOf({ engines }: Services, root: string): Engine {
  return engines.viewer(root) ?? engines.get(root);
}
