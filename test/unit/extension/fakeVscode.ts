/** The few parts of `vscode` that a training panel uses, with handles for a test to act as the user and the view. */
import { vi } from 'vitest';
import { Emitter } from '../../../src/base/index';

export class FakePanel {
  readonly sent: { readonly type: string; readonly [field: string]: unknown }[] = [];
  readonly #messages = new Emitter<unknown>();
  readonly #viewStates = new Emitter<undefined>();
  readonly #disposals = new Emitter<undefined>();
  title = 'panel';
  visible = true;
  iconPath: unknown;
  isDisposed = false;
  readonly webview = {
    options: {},
    html: '',
    cspSource: 'csp',
    asWebviewUri: String,
    onDidReceiveMessage: this.#messages.on.bind(this.#messages),
    postMessage: (message: FakePanel['sent'][number]) => {
      this.sent.push(message);
      return Promise.resolve(true);
    },
  };
  readonly onDidChangeViewState = this.#viewStates.on.bind(this.#viewStates);
  readonly onDidDispose = this.#disposals.on.bind(this.#disposals);

  /** The view says something. */
  async say(message: unknown): Promise<void> {
    this.#messages.emit(message);
    await vi.waitFor(() => Promise.resolve());
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }

  show(visible: boolean): void {
    this.visible = visible;
    this.#viewStates.emit(undefined);
  }

  reveal(): void {
    this.show(true);
  }

  dispose(): void {
    this.isDisposed = true;
    this.#disposals.emit(undefined);
  }

  types(): string[] {
    return this.sent.map(({ type }) => type);
  }
}

const nothing = { dispose: () => undefined };

/** What `vi.mock('vscode')` puts in its place. */
export const fakeVscode = {
  executed: [] as unknown[][],
  ThemeIcon: class {
    readonly id: string;
    constructor(id: string) {
      this.id = id;
    }
  },
  ViewColumn: { Active: -1 },
  Uri: { joinPath: (...parts: unknown[]) => parts.map(String).join('/') },
  commands: {
    executeCommand: (...args: unknown[]) => {
      fakeVscode.executed.push(args);
      return Promise.resolve();
    },
  },
  env: { clipboard: { writeText: vi.fn(() => Promise.resolve()) } },
  window: {},
  workspace: { isTrusted: true, onDidGrantWorkspaceTrust: () => nothing },
};
