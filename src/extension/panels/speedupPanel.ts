/**
 * One speedup chart: an evaluation, or none as long as there is none. It fills its view when it says `ready`, forwards each
 * new overview while it can be seen, and does what its toolbar asks.
 */
import { ThemeIcon, commands, workspace } from 'vscode';
import type { WebviewPanel } from 'vscode';
import type { Disposable } from '../../base/index';
import type { Engine, EngineState } from '../../client/index';
import { speedupViewMessageSchema } from '../../protocol/live/index';
import type {
  EvaluationOverview,
  PanelMessage,
  SpeedupHostMessage,
  SpeedupViewMessage,
} from '../../protocol/live/index';
import { openTaskConfig } from '../evaluations/taskConfig';
import type { EvaluationRef } from '../evaluations/evaluationStore';
import type { Services } from '../services';
import { engineMessage, problemMessage } from './messages';
import { connectWebview } from './webviewHost';
import type { OwnMessage } from './webviewHost';

export const SPEEDUP_TITLE = 'Speedup Chart';

export interface SpeedupPanelOptions {
  readonly panel: WebviewPanel;
  /** Known at once, or as soon as the evaluation has begun; what it throws closes the panel. Undefined: none yet. */
  readonly ref: Promise<EvaluationRef | undefined>;
}

/** What needs an evaluation. */
type TaskMessage = Exclude<
  OwnMessage<SpeedupViewMessage>,
  { type: 'ready' | 'resync' | 'newEvaluation' }
>;

/** A large evaluation is read and scored before the first answer. */
const PATIENCE = { timeoutMs: 120_000 };

let watchCount = 0;

export class SpeedupPanel implements Disposable {
  readonly #services: Services;
  readonly #panel: WebviewPanel;
  readonly #subscriptions: Disposable[];
  #wanted: Promise<EvaluationRef | undefined>;
  #ref: EvaluationRef | undefined;
  #engine: Engine | undefined;
  #watch: Disposable | undefined;
  /** Whether the engine has taken the watch up. */
  #isWatching = false;
  /** Counts the showings; what an older one was still waiting for is dropped. */
  #showing = 0;
  #isShown = false;
  /** Known to have no evaluation; otherwise it may only be on its way. */
  #isEmpty = false;

  constructor(services: Services, { panel, ref }: SpeedupPanelOptions) {
    this.#services = services;
    this.#panel = panel;
    this.#wanted = ref;
    panel.iconPath = new ThemeIcon('graph-scatter');
    this.#subscriptions = [
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.#hide();
      }),
      services.evaluations.onChange(() => {
        this.#adoptFirst();
      }),
      workspace.onDidGrantWorkspaceTrust(() => void this.#show()),
      connectWebview<SpeedupViewMessage>({
        webview: panel.webview,
        extensionUri: services.extensionUri,
        view: 'speedup',
        title: panel.title,
        schema: speedupViewMessageSchema,
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

  /** The evaluation that it shows, once it is known. */
  get ref(): EvaluationRef | undefined {
    return this.#ref;
  }

  /** Shows another evaluation from now on. */
  show(ref: Promise<EvaluationRef>): void {
    this.#wanted = ref;
    void this.#show();
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

  #post(message: SpeedupHostMessage | PanelMessage): void {
    void this.#panel.webview.postMessage(message);
  }

  #hide(): void {
    this.#isShown = false;
    this.#showing += 1;
    this.#watch?.dispose();
    this.#watch = undefined;
    this.#isWatching = false;
  }

  /** Where there was no evaluation, the first one that comes is shown. */
  #adoptFirst(): void {
    const [first] = this.#services.evaluations.all();
    if (!this.#isShown || !this.#isEmpty || first === undefined) return;
    this.show(Promise.resolve(first));
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
      if (ref === undefined) this.#post({ type: 'noEvaluation', canControl: workspace.isTrusted });
      else await this.#fill(ref, showing);
    } catch (thrown) {
      if (showing !== this.#showing) return;
      this.#services.report.quietly(thrown, 'filling a speedup chart');
      this.#post(problemMessage(thrown));
    }
  }

  async #fill({ root, evaluationId }: EvaluationRef, showing: number): Promise<void> {
    const engine = this.#engineOf(root);
    this.#panel.title = evaluationId;
    this.#post({ type: 'panel', panel: { root, evaluationId } });
    watchCount += 1;
    // Another window may watch through the same engine.
    const watchId = `${process.pid}-${watchCount}-evaluation`;
    const updates = engine.on('evaluation.update', (event) => {
      if (event.watchId === watchId && showing === this.#showing) this.#forward(event.overview);
    });
    this.#watch = {
      dispose: () => {
        updates.dispose();
        // Watches end with their connection anyway; asking would start an engine that is gone.
        if (engine.state.kind === 'connected')
          engine.request('unwatch', { watchId }).catch(() => undefined);
      },
    };
    await engine.request('evaluation.watch', { watchId, evaluationId }, PATIENCE);
    if (showing !== this.#showing) return;
    this.#isWatching = true;
    await this.#services.evaluations.load();
  }

  #forward(overview: EvaluationOverview): void {
    this.#post({ type: 'evaluation', overview, canControl: workspace.isTrusted });
  }

  /** In restricted mode, one that only shows. @throws UserError where there is none */
  #engineOf(root: string): Engine {
    const { engines } = this.#services;
    const engine = engines.viewer(root) ?? engines.get(root);
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

  async #receive(message: OwnMessage<SpeedupViewMessage>): Promise<void> {
    try {
      if (message.type === 'ready' || message.type === 'resync') await this.#show();
      else if (message.type === 'newEvaluation')
        await commands.executeCommand('velo.evaluation.new');
      else if (this.#ref !== undefined) await this.#act(message, this.#ref);
    } catch (thrown) {
      this.#services.report.error(thrown, `"${message.type}" in a speedup chart`);
    }
  }

  async #act(message: TaskMessage, ref: EvaluationRef): Promise<void> {
    const { evaluationId } = ref;
    switch (message.type) {
      case 'curves': {
        const { task } = message;
        const params = { evaluationId, task };
        const curves = await this.#engineOf(ref.root).request(
          'evaluation.curves',
          params,
          PATIENCE,
        );
        this.#post({ type: 'curves', curves });
        break;
      }
      case 'sweep': {
        const { task } = message;
        const params = task === undefined ? { evaluationId } : { evaluationId, task };
        const engine = this.#engineOf(ref.root);
        const sweep = await engine.request('evaluation.sweep', params, PATIENCE);
        this.#post({ type: 'sweep', sweep });
        break;
      }
      case 'control':
        await commands.executeCommand(`velo.evaluation.${message.action}`, ref);
        break;
      case 'trainTask':
        await openTaskConfig(this.#services.engines.get(ref.root), ref, message.task);
        break;
      case 'report':
        await commands.executeCommand('velo.evaluation.report', ref);
        break;
    }
  }
}
