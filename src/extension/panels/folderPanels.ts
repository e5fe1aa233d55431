/** The panels of one kind in this window: one for each evaluation or meta-training, opened once, found again after a restart. */
import { ViewColumn, window } from 'vscode';
import type { WebviewPanel, WebviewPanelSerializer } from 'vscode';
import type { Disposable } from '../../base/index';

interface OpenPanel<Ref> extends Disposable {
  readonly ref: Ref | undefined;
  reveal(): void;
  close(): void;
}

export interface FolderPanelsOptions<Ref> {
  readonly viewType: string;
  /** Until it is known what is shown. */
  readonly title: string;
  /** What the view's bridge kept, which is what `stateOf` of the panel's kind said; undefined where it is nothing. */
  refOf(kept: unknown): Ref | undefined;
  isSame(a: Ref, b: Ref): boolean;
  create(panel: WebviewPanel, ref: Promise<Ref | undefined>): OpenPanel<Ref>;
}

export class FolderPanels<Ref> implements WebviewPanelSerializer, Disposable {
  readonly #options: FolderPanelsOptions<Ref>;
  readonly #panels = new Set<OpenPanel<Ref>>();
  readonly #serializer: Disposable;

  constructor(options: FolderPanelsOptions<Ref>) {
    this.#options = options;
    this.#serializer = window.registerWebviewPanelSerializer(options.viewType, this);
  }

  /** Shows the panel of one; of none, the empty panel. */
  open(ref?: Ref): void {
    const open = this.#find(ref);
    if (open !== undefined) open.reveal();
    else this.#adopt(this.#createPanel(), Promise.resolve(ref));
  }

  /** Shows the panel of one that is still being started; it is closed again when that fails. */
  openStarting(ref: Promise<Ref>): void {
    this.#find(undefined)?.close();
    this.#adopt(this.#createPanel(), ref);
  }

  /** Closes the panel of one that was deleted. */
  closeOf(ref: Ref): void {
    this.#find(ref)?.close();
  }

  deserializeWebviewPanel(panel: WebviewPanel, state: unknown): Promise<void> {
    const kept =
      typeof state === 'object' && state !== null && 'panel' in state ? state.panel : undefined;
    this.#adopt(panel, Promise.resolve(this.#options.refOf(kept)));
    return Promise.resolve();
  }

  dispose(): void {
    this.#serializer.dispose();
    for (const panel of this.#panels) panel.dispose();
  }

  #createPanel(): WebviewPanel {
    const { viewType, title } = this.#options;
    return window.createWebviewPanel(viewType, title, { viewColumn: ViewColumn.Active });
  }

  #adopt(panel: WebviewPanel, ref: Promise<Ref | undefined>): void {
    const open = this.#options.create(panel, ref);
    this.#panels.add(open);
    panel.onDidDispose(() => {
      this.#panels.delete(open);
      open.dispose();
    });
  }

  #find(ref: Ref | undefined): OpenPanel<Ref> | undefined {
    return [...this.#panels].find((panel) =>
      ref === undefined || panel.ref === undefined
        ? panel.ref === ref
        : this.#options.isSame(panel.ref, ref),
    );
  }
}
