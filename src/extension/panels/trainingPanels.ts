/** The training panels of this window: one for each run, opened once, found again after a restart. */
import { window } from 'vscode';
import type { WebviewPanel, WebviewPanelSerializer } from 'vscode';
import * as z from 'zod/mini';
import type { Disposable } from '../../base/index';
import { VIEW_TYPES } from '../commands/ids';
import { keyOf } from '../runs/runStore';
import type { RunRef } from '../runs/runStore';
import type { Services } from '../services';
import { TrainingPanel, createTrainingPanel } from './trainingPanel';

/** As the view's bridge keeps it. */
const stateSchema = z.object({ panel: z.object({ root: z.string(), runId: z.string() }) });

export class TrainingPanels implements WebviewPanelSerializer, Disposable {
  readonly #services: Services;
  readonly #panels = new Set<TrainingPanel>();
  readonly #serializer: Disposable;

  constructor(services: Services) {
    this.#services = services;
    this.#serializer = window.registerWebviewPanelSerializer(VIEW_TYPES.training, this);
  }

  /** Shows the panel of a run. */
  open(ref: RunRef): void {
    const open = this.#find(ref);
    if (open !== undefined) {
      open.reveal();
      // It may have been in sight all the time.
      this.#services.viewed(ref);
      return;
    }
    const name = this.#services.runs.get(ref)?.entry.name ?? ref.runId;
    this.#adopt(createTrainingPanel(name), ref.root, Promise.resolve(ref.runId));
  }

  /** Shows the panel of a run that is still being started; it is closed again when that fails. */
  openStarting(name: string, root: string, runId: Promise<string>): void {
    this.#adopt(createTrainingPanel(name), root, runId);
  }

  /** Closes the panels of deleted runs. */
  closeAll(refs: readonly RunRef[]): void {
    for (const ref of refs) this.#find(ref)?.close();
  }

  deserializeWebviewPanel(panel: WebviewPanel, state: unknown): Promise<void> {
    const known = stateSchema.safeParse(state);
    if (known.success) {
      const { root, runId } = known.data.panel;
      this.#adopt(panel, root, Promise.resolve(runId));
    } else panel.dispose();
    return Promise.resolve();
  }

  dispose(): void {
    this.#serializer.dispose();
    for (const panel of this.#panels) panel.dispose();
  }

  #adopt(panel: WebviewPanel, root: string, runId: Promise<string>): void {
    const training = new TrainingPanel(this.#services, { panel, root, runId });
    this.#panels.add(training);
    panel.onDidDispose(() => {
      this.#panels.delete(training);
      training.dispose();
    });
  }

  #find(ref: RunRef): TrainingPanel | undefined {
    return [...this.#panels].find(
      (panel) => panel.ref !== undefined && keyOf(panel.ref) === keyOf(ref),
    );
  }
}
