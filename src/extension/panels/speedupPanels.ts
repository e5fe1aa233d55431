/** The speedup charts of this window: one for each evaluation, opened once, found again after a restart. */
import { ViewColumn, window } from 'vscode';
import type { WebviewPanel, WebviewPanelSerializer } from 'vscode';
import * as z from 'zod/mini';
import type { Disposable } from '../../base/index';
import { VIEW_TYPES } from '../commands/ids';
import { sameEvaluation } from '../evaluations/evaluationStore';
import type { EvaluationRef } from '../evaluations/evaluationStore';
import type { Services } from '../services';
import { SPEEDUP_TITLE, SpeedupPanel } from './speedupPanel';

/** As the view's bridge keeps it; a chart without an evaluation has nothing to keep. */
const stateSchema = z.object({ panel: z.object({ root: z.string(), evaluationId: z.string() }) });

export class SpeedupPanels implements WebviewPanelSerializer, Disposable {
  readonly #services: Services;
  readonly #panels = new Set<SpeedupPanel>();
  readonly #serializer: Disposable;

  constructor(services: Services) {
    this.#services = services;
    this.#serializer = window.registerWebviewPanelSerializer(VIEW_TYPES.speedup, this);
  }

  /** Shows the chart of an evaluation; of none, the empty chart. */
  open(ref?: EvaluationRef): void {
    const open = this.#find(ref);
    if (open !== undefined) open.reveal();
    else this.#adopt(createPanel(), Promise.resolve(ref));
  }

  /** Shows the chart of an evaluation that is still being started; it is closed again when that fails. */
  openStarting(ref: Promise<EvaluationRef>): void {
    const empty = this.#find(undefined);
    empty?.close();
    this.#adopt(createPanel(), ref);
  }

  /** Closes the chart of an evaluation that was deleted. */
  closeOf(ref: EvaluationRef): void {
    this.#find(ref)?.close();
  }

  deserializeWebviewPanel(panel: WebviewPanel, state: unknown): Promise<void> {
    const known = stateSchema.safeParse(state);
    this.#adopt(panel, Promise.resolve(known.success ? known.data.panel : undefined));
    return Promise.resolve();
  }

  dispose(): void {
    this.#serializer.dispose();
    for (const panel of this.#panels) panel.dispose();
  }

  #adopt(panel: WebviewPanel, ref: Promise<EvaluationRef | undefined>): void {
    const speedup = new SpeedupPanel(this.#services, { panel, ref });
    this.#panels.add(speedup);
    panel.onDidDispose(() => {
      this.#panels.delete(speedup);
      speedup.dispose();
    });
  }

  #find(ref: EvaluationRef | undefined): SpeedupPanel | undefined {
    return [...this.#panels].find((panel) =>
      ref === undefined || panel.ref === undefined
        ? panel.ref === ref
        : sameEvaluation(panel.ref, ref),
    );
  }
}

function createPanel(): WebviewPanel {
  const { speedup } = VIEW_TYPES;
  return window.createWebviewPanel(speedup, SPEEDUP_TITLE, { viewColumn: ViewColumn.Active });
}
