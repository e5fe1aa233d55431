/**
 * One training panel: fills its view when it says `ready`, forwards what is new while it can be seen, and does what
 * its toolbar asks. It holds no data: a view that comes back is filled from the engine again.
 */
import { ThemeIcon, ViewColumn, commands, window, workspace } from 'vscode';
import type { WebviewPanel } from 'vscode';
import type { Disposable } from '../../base/index';
import type { Engine, EngineState } from '../../client/index';
import { trainingViewMessageSchema } from '../../protocol/live/index';
import type {
  PanelMessage,
  TraceSelection,
  TrainingHostMessage,
  TrainingViewMessage,
} from '../../protocol/live/index';
import { VIEW_TYPES } from '../commands/ids';
import type { RunRef } from '../runs/runStore';
import { keyOf } from '../runs/runStore';
import type { Services } from '../services';
import { overlayKeys, pickRuns } from './overlays';
import { engineMessage, problemMessage } from './messages';
import { Stream } from './streams';
import { connectWebview } from './webviewHost';
import type { OwnMessage } from './webviewHost';

export interface TrainingPanelOptions {
  readonly panel: WebviewPanel;
  readonly root: string;
  /** Known at once, or as soon as the run was accepted; what it throws closes the panel. */
  readonly runId: Promise<string>;
}

/** What needs a run. */
type ToolMessage = Exclude<
  OwnMessage<TrainingViewMessage>,
  { type: 'ready' | 'resync' | 'select' }
>;

/** The runs that can be laid over another; more than these nobody picks from a menu in the view. */
const MAX_AVAILABLE = 200;

export function createTrainingPanel(title: string): WebviewPanel {
  const { training } = VIEW_TYPES;
  return window.createWebviewPanel(training, title, { viewColumn: ViewColumn.Active });
}

export class TrainingPanel implements Disposable {
  readonly #services: Services;
  readonly #panel: WebviewPanel;
  readonly #root: string;
  readonly #runId: Promise<string>;
  readonly #subscriptions: Disposable[] = [];
  #ref: RunRef | undefined;
  #engine: Engine | undefined;
  #selection: TraceSelection = { quantity: 'update', tensor: 0 };
  #stream: Stream | undefined;
  /** Counts the showings; what an older one was still waiting for is dropped. */
  #showing = 0;
  #isShown = false;
  #seq = 0;

  constructor(services: Services, { panel, root, runId }: TrainingPanelOptions) {
    this.#services = services;
    this.#panel = panel;
    this.#root = root;
    this.#runId = runId;
    panel.iconPath = new ThemeIcon('graph-line');
    this.#subscriptions.push(
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.#hide();
        else if (this.#ref !== undefined) services.viewed(this.#ref);
      }),
      services.checked.onChange(() => void this.#updateOverlays()),
      services.runs.onChange(({ isStructural, changed }) => {
        if (isStructural && this.#isShown) this.#postOverlays();
        // That it failed is seen here.
        const isSeen = panel.visible && changed.some(({ key }) => key === this.#ownKey);
        if (isSeen && this.#ref !== undefined) services.viewed(this.#ref);
      }),
      workspace.onDidGrantWorkspaceTrust(() => void this.#show()),
      connectWebview<TrainingViewMessage>({
        webview: panel.webview,
        extensionUri: services.extensionUri,
        view: 'training',
        title: panel.title,
        schema: trainingViewMessageSchema,
        saveFolder: () => root,
        report: services.report,
        onMessage: (message) => void this.#receive(message),
      }),
    );
    runId.then(
      (id) => {
        this.#ref = { root, runId: id };
      },
      () => {
        panel.dispose();
      },
    );
  }

  get ref(): RunRef | undefined {
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

  #post(message: TrainingHostMessage | PanelMessage): void {
    void this.#panel.webview.postMessage(message);
  }

  #hide(): void {
    this.#isShown = false;
    this.#showing += 1;
    this.#stream?.dispose();
    this.#stream = undefined;
  }

  /** Sends everything; whatever was on its way for an earlier showing is dropped. */
  async #show(): Promise<void> {
    this.#hide();
    this.#isShown = true;
    const showing = this.#showing;
    this.#seq = 0;
    try {
      const runId = await this.#runId;
      const engine = this.#ownEngine();
      const { entry, configText, lossUnit } = await engine.request('run.describe', { runId });
      if (showing !== this.#showing) return;
      this.#panel.title = entry.name;
      this.#services.viewed({ root: this.#root, runId });
      const canControl = workspace.isTrusted;
      this.#post({ type: 'panel', panel: { root: this.#root, runId } });
      this.#post({ type: 'run', runId, configText, lossUnit, canControl });
      this.#postOverlays();
      this.#stream = this.#open(engine, runId);
      await this.#stream.series([runId, ...this.#overlays()]);
      await this.#services.runs.load();
    } catch (thrown) {
      if (showing === this.#showing) this.#fail(thrown);
    }
  }

  /** The trace follows the first curves: a view that starts anew takes nothing before them. */
  #open(engine: Engine, runId: string): Stream {
    let isFirst = true;
    const stream = new Stream(engine, {
      series: (updates) => {
        this.#post({ type: 'series', seq: this.#seq++, updates });
        if (isFirst) this.#background(stream.trace(runId, this.#selection), 'watching the trace');
        isFirst = false;
      },
      trace: (update) => {
        this.#post({ type: 'trace', seq: this.#seq++, update });
      },
      gap: () => void this.#show(),
    });
    return stream;
  }

  /** @throws UserError in restricted mode */
  #ownEngine(): Engine {
    const engine = this.#services.engines.get(this.#root);
    if (this.#engine === undefined) {
      this.#engine = engine;
      this.#subscriptions.push(
        engine.onState((state) => {
          this.#engineChanged(state);
        }),
      );
    }
    return engine;
  }

  #engineChanged(state: EngineState): void {
    if (!this.#isShown) return;
    this.#post(engineMessage(state));
    // Watches ended with the old connection. Before the first showing has its answer, it asks itself.
    if (state.kind === 'connected' && this.#stream !== undefined) void this.#show();
  }

  #fail(thrown: unknown): void {
    this.#services.report.quietly(thrown, 'filling a training panel');
    this.#post(problemMessage(thrown));
  }

  #background(work: Promise<void>, doing: string): void {
    work.catch((thrown: unknown) => {
      this.#services.report.quietly(thrown, doing);
    });
  }

  async #receive(message: OwnMessage<TrainingViewMessage>): Promise<void> {
    try {
      if (message.type === 'ready' || message.type === 'resync') await this.#show();
      else if (message.type === 'select') await this.#select(message.selection);
      else if (this.#ref !== undefined) await this.#act(message, this.#ref);
    } catch (thrown) {
      this.#services.report.error(thrown, `"${message.type}" in a training panel`);
    }
  }

  async #select(selection: TraceSelection): Promise<void> {
    this.#selection = selection;
    // Before the first curves, the trace is not watched yet.
    if (this.#ref === undefined || this.#seq === 0) return;
    await this.#stream?.trace(this.#ref.runId, selection);
  }

  async #act(message: ToolMessage, ref: RunRef): Promise<void> {
    switch (message.type) {
      case 'control':
        await commands.executeCommand(`velo.run.${message.action}`, ref);
        break;
      case 'cellOrder': {
        const { tensor, state } = message;
        const { runId } = ref;
        const order = await this.#ownEngine().request('trace.cellOrder', { runId, tensor, state });
        this.#post({ type: 'cellOrder', tensor, state, ...order });
        break;
      }
      case 'overlays':
        this.#check(message.runIds);
        break;
      case 'pickOverlays':
        await pickRuns(this.#services, 'Runs to lay over this one', {
          root: this.#root,
          except: keyOf(ref),
        });
        break;
      case 'openConfig':
      case 'duplicate':
      case 'reveal':
        await commands.executeCommand(`velo.run.${message.type}`, ref);
        break;
      case 'openLog':
        await commands.executeCommand('velo.log.show');
        break;
    }
  }

  /** The view's list replaces the checked runs of this folder, this run excepted. */
  #check(runIds: readonly string[]): void {
    const { checked } = this.#services;
    const wanted = new Set(runIds.map((runId) => keyOf({ root: this.#root, runId })));
    const before = overlayKeys(this.#services, this.#root);
    checked.set([
      ...before.filter((key) => key !== this.#ownKey).map((key) => [key, wanted.has(key)] as const),
      ...[...wanted].map((key) => [key, true] as const),
    ]);
  }

  get #ownKey(): string | undefined {
    return this.#ref === undefined ? undefined : keyOf(this.#ref);
  }

  #overlays(): string[] {
    return overlayKeys(this.#services, this.#root)
      .filter((key) => key !== this.#ownKey)
      .flatMap((key) => this.#services.runs.byKey(key)?.runId ?? []);
  }

  async #updateOverlays(): Promise<void> {
    if (!this.#isShown || this.#ref === undefined) return;
    this.#postOverlays();
    try {
      await this.#stream?.series([this.#ref.runId, ...this.#overlays()]);
    } catch (thrown) {
      this.#services.report.quietly(thrown, 'watching overlaid runs');
    }
  }

  #postOverlays(): void {
    const shown = this.#overlays();
    const others = this.#services.runs
      .all()
      .filter(({ root, key }) => root === this.#root && key !== this.#ownKey);
    const isShown = ({ runId }: RunRef): boolean => shown.includes(runId);
    const available = [
      ...others.filter(isShown),
      ...others.filter((run) => !isShown(run)).slice(0, MAX_AVAILABLE),
    ].map(({ entry }) => entry);
    this.#post({ type: 'overlays', shown, available });
  }
}
