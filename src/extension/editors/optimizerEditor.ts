/**
 * The read-only editor of learned weights, *.safetensors. The engine reads the file; what is no theta is said so in
 * the view, and nothing here ever writes it.
 */
import { dirname } from 'node:path';
import { RelativePattern, Uri, commands, window, workspace } from 'vscode';
import type { CustomDocument, CustomReadonlyEditorProvider, WebviewPanel } from 'vscode';
import type { Disposable } from '../../base/index';
import { UserError } from '../../base/index';
import type { Engine } from '../../client/index';
import { optimizerViewMessageSchema } from '../../protocol/live/index';
import type {
  OptimizerHostMessage,
  OptimizerInspection,
  OptimizerViewMessage,
} from '../../protocol/live/index';
import { VIEW_TYPES } from '../commands/ids';
import { engineMessage, problemMessage } from '../panels/messages';
import { connectWebview } from '../panels/webviewHost';
import type { OwnMessage } from '../panels/webviewHost';
import type { Services } from '../services';

type Question = Exclude<OwnMessage<OptimizerViewMessage>, { type: 'ready' | 'resync' }>;

export class OptimizerEditors implements CustomReadonlyEditorProvider, Disposable {
  readonly #services: Services;
  readonly #registration: Disposable;

  constructor(services: Services) {
    this.#services = services;
    this.#registration = window.registerCustomEditorProvider(VIEW_TYPES.optimizer, this, {
      supportsMultipleEditorsPerDocument: true,
    });
  }

  openCustomDocument(uri: Uri): CustomDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor({ uri }: CustomDocument, panel: WebviewPanel): void {
    const editor = new OptimizerEditor(this.#services, uri, panel);
    panel.onDidDispose(() => {
      editor.dispose();
    });
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

class OptimizerEditor implements Disposable {
  readonly #services: Services;
  readonly #uri: Uri;
  readonly #panel: WebviewPanel;
  readonly #subscriptions: Disposable[];
  #engine: Engine | undefined;
  #inspection: OptimizerInspection | undefined;

  constructor(services: Services, uri: Uri, panel: WebviewPanel) {
    this.#services = services;
    this.#uri = uri;
    this.#panel = panel;
    const name = uri.path.split('/').at(-1) ?? '';
    const watcher = workspace.createFileSystemWatcher(
      new RelativePattern(Uri.joinPath(uri, '..'), name),
    );
    this.#subscriptions = [
      watcher,
      watcher.onDidChange(() => void this.#inspect()),
      watcher.onDidCreate(() => void this.#inspect()),
      workspace.onDidGrantWorkspaceTrust(() => void this.#inspect()),
      connectWebview<OptimizerViewMessage>({
        webview: panel.webview,
        extensionUri: services.extensionUri,
        view: 'optimizer',
        title: name,
        schema: optimizerViewMessageSchema,
        saveFolder: () => dirname(uri.fsPath),
        report: services.report,
        onMessage: (message) => void this.#receive(message),
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #post(message: OptimizerHostMessage): void {
    // A hidden view is filled anew when it is seen again.
    if (this.#panel.visible) void this.#panel.webview.postMessage(message);
  }

  async #inspect(): Promise<void> {
    try {
      const inspection = await this.#ownEngine().request(
        'optimizer.inspect',
        { path: this.#uri.fsPath },
        { timeoutMs: 120_000 },
      );
      this.#inspection = inspection;
      this.#post({ type: 'inspection', inspection });
    } catch (thrown) {
      this.#services.report.quietly(thrown, `reading ${this.#uri.fsPath}`);
      this.#post(problemMessage(thrown));
    }
  }

  /** @throws UserError where the file is on no disk, or in restricted mode */
  #ownEngine(): Engine {
    if (this.#uri.scheme !== 'file') {
      throw new UserError('weights', 'learned weights can be read from a disk only', {
        remedy: 'Save the file into a folder of this machine and open it there.',
      });
    }
    if (this.#engine !== undefined) return this.#engine;
    const { engines } = this.#services;
    const folder = workspace.getWorkspaceFolder(this.#uri)?.uri.fsPath;
    this.#engine = engines.get(folder ?? engines.anyRoot);
    this.#subscriptions.push(
      this.#engine.onState((state) => {
        this.#post(engineMessage(state));
      }),
    );
    return this.#engine;
  }

  async #receive(message: OwnMessage<OptimizerViewMessage>): Promise<void> {
    try {
      if (message.type === 'ready' || message.type === 'resync') await this.#inspect();
      else await this.#answer(message, this.#uri.fsPath);
    } catch (thrown) {
      const doing = `"${message.type}" in the optimizer editor`;
      if (message.type === 'trainWithIt') {
        this.#services.report.error(thrown, doing);
      } else {
        // What a part of the view waits for will not come: the file has gone or changed.
        this.#services.report.quietly(thrown, doing);
        this.#post(problemMessage(thrown));
      }
    }
  }

  async #answer(message: Question, path: string): Promise<void> {
    switch (message.type) {
      case 'matrix': {
        const { name } = message;
        const matrix = await this.#ownEngine().request('optimizer.matrix', { path, name });
        this.#post({ type: 'matrix', matrix });
        break;
      }
      case 'response': {
        const { network, feature } = message;
        const params = { path, network, feature };
        const response = await this.#ownEngine().request('optimizer.response', params);
        this.#post({ type: 'response', response });
        break;
      }
      case 'multipliers': {
        const { runId } = message;
        const curve = await this.#ownEngine().request('run.multipliers', { runId });
        this.#post({ type: 'multipliers', curve });
        break;
      }
      case 'trainWithIt': {
        const name = this.#inspection?.card.name ?? path;
        await commands.executeCommand('velo.optimizer.trainWith', { name, path });
        break;
      }
    }
  }
}
