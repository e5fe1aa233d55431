/** The comparison panel, one for the window: the checked runs, whichever they are. */
import { ThemeIcon, ViewColumn, commands, window, workspace } from 'vscode';
import type { WebviewPanel, WebviewPanelSerializer } from 'vscode';
import type { Disposable } from '../../base/index';
import type { Engine } from '../../client/index';
import type { EngineResult } from '../../protocol/index';
import { comparisonViewMessageSchema } from '../../protocol/live/index';
import type {
  ComparisonHostMessage,
  ComparisonViewMessage,
  RunEntry,
  SeriesUpdate,
} from '../../protocol/live/index';
import { VIEW_TYPES } from '../commands/ids';
import type { RunRef, StoredRun } from '../runs/runStore';
import type { Services } from '../services';
import { comparedName } from './comparedNames';
import { engineMessage, problemMessage } from './messages';
import { pickRuns } from './overlays';
import { Stream } from './streams';
import { connectWebview } from './webviewHost';
import type { OwnMessage } from './webviewHost';

const TITLE = 'Compare Runs';

export class ComparisonPanels implements WebviewPanelSerializer, Disposable {
  readonly #services: Services;
  readonly #serializer: Disposable;
  #panel: WebviewPanel | undefined;

  constructor(services: Services) {
    this.#services = services;
    this.#serializer = window.registerWebviewPanelSerializer(VIEW_TYPES.comparison, this);
  }

  open(): void {
    if (this.#panel !== undefined) this.#panel.reveal();
    else this.#adopt(window.createWebviewPanel(VIEW_TYPES.comparison, TITLE, ViewColumn.Active));
  }

  deserializeWebviewPanel(panel: WebviewPanel): Promise<void> {
    this.#adopt(panel);
    return Promise.resolve();
  }

  dispose(): void {
    this.#serializer.dispose();
  }

  #adopt(panel: WebviewPanel): void {
    this.#panel = panel;
    const comparison = new Comparison(this.#services, panel);
    panel.onDidDispose(() => {
      comparison.dispose();
      if (this.#panel === panel) this.#panel = undefined;
    });
  }
}

class Comparison implements Disposable {
  readonly #services: Services;
  readonly #panel: WebviewPanel;
  readonly #subscriptions: Disposable[];
  readonly #engines = new Set<Engine>();
  #streams: Stream[] = [];
  #showing = 0;
  #isShown = false;
  #seq = 0;

  constructor(services: Services, panel: WebviewPanel) {
    this.#services = services;
    this.#panel = panel;
    panel.iconPath = new ThemeIcon('git-compare');
    this.#subscriptions = [
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.#hide();
      }),
      services.checked.onChange(() => {
        if (this.#isShown) void this.#show();
      }),
      workspace.onDidGrantWorkspaceTrust(() => void this.#show()),
      connectWebview<ComparisonViewMessage>({
        webview: panel.webview,
        extensionUri: services.extensionUri,
        view: 'comparison',
        title: TITLE,
        schema: comparisonViewMessageSchema,
        saveFolder: () => services.engines.anyRoot,
        report: services.report,
        onMessage: (message) => void this.#receive(message),
      }),
    ];
  }

  dispose(): void {
    this.#hide();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #post(message: ComparisonHostMessage): void {
    void this.#panel.webview.postMessage(message);
  }

  #hide(): void {
    this.#isShown = false;
    this.#showing += 1;
    for (const stream of this.#streams) stream.dispose();
    this.#streams = [];
  }

  async #show(): Promise<void> {
    this.#hide();
    this.#isShown = true;
    const showing = this.#showing;
    this.#seq = 0;
    try {
      await this.#services.runs.load();
      const compared = this.#services.runs
        .all()
        .filter(({ key }) => this.#services.checked.has(key));
      const described = await Promise.all(compared.map((run) => this.#describe(run, compared)));
      if (showing !== this.#showing) return;
      const [unit = '', ...others] = new Set(described.map(({ lossUnit }) => lossUnit));
      const runs = described.map(({ entry, configText }) => ({ entry, configText }));
      this.#post({ type: 'runs', runs, lossUnit: others.length === 0 ? unit : '' });
      const roots = new Set(compared.map(({ root }) => root));
      for (const root of roots) await this.#watch(root, compared);
    } catch (thrown) {
      if (showing !== this.#showing) return;
      this.#services.report.quietly(thrown, 'filling the comparison panel');
      this.#post(problemMessage(thrown));
    }
  }

  async #describe(
    { root, runId }: RunRef,
    compared: readonly StoredRun[],
  ): Promise<EngineResult<'run.describe'>> {
    const described = await this.#engine(root).request('run.describe', { runId });
    return { ...described, entry: this.#viewEntry(root, described.entry, compared) };
  }

  async #watch(root: string, compared: readonly StoredRun[]): Promise<void> {
    const rename = (update: SeriesUpdate): SeriesUpdate => {
      const entry = this.#viewEntry(root, update.entry, compared);
      return { ...update, runId: entry.runId, entry };
    };
    const stream = new Stream(this.#engine(root), {
      series: (updates) => {
        this.#post({ type: 'series', seq: this.#seq++, updates: updates.map(rename) });
      },
      gap: () => void this.#show(),
    });
    this.#streams.push(stream);
    await stream.series(compared.filter((run) => run.root === root).map(({ runId }) => runId));
  }

  #engine(root: string): Engine {
    const engine = this.#services.engines.get(root);
    if (!this.#engines.has(engine)) {
      this.#engines.add(engine);
      this.#subscriptions.push(
        engine.onState((state) => {
          if (!this.#isShown) return;
          this.#post(engineMessage(state));
          if (state.kind === 'connected' && this.#streams.length > 0) void this.#show();
        }),
      );
    }
    return engine;
  }

  /** As the view knows the run: under an id and a name that no run of another folder has. */
  #viewEntry(root: string, entry: RunEntry, compared: readonly StoredRun[]): RunEntry {
    const { runId, name } = entry;
    return {
      ...entry,
      runId: this.#viewId({ root, runId }),
      name: comparedName({ root, name }, compared),
    };
  }

  /** Ids are unique in their folder only; of the second and further folders they get its number before them. */
  #viewId({ root, runId }: RunRef): string {
    const index = this.#services.engines.roots.indexOf(root);
    return index <= 0 ? runId : `${index}:${runId}`;
  }

  #refOf(viewId: string): StoredRun | undefined {
    return this.#services.runs.all().find((run) => this.#viewId(run) === viewId);
  }

  async #receive(message: OwnMessage<ComparisonViewMessage>): Promise<void> {
    const { report, checked } = this.#services;
    try {
      switch (message.type) {
        case 'ready':
        case 'resync':
          await this.#show();
          break;
        case 'openRun':
          await commands.executeCommand('velo.run.open', this.#refOf(message.runId));
          break;
        case 'removeRun': {
          const run = this.#refOf(message.runId);
          if (run !== undefined) checked.set([[run.key, false]]);
          break;
        }
        case 'addRuns':
          await pickRuns(this.#services, 'Runs to compare');
          break;
      }
    } catch (thrown) {
      report.error(thrown, `"${message.type}" in the comparison panel`);
    }
  }
}
