/** The gallery of tasks, one for the window: what can be trained, with its data and costs as the view asks for them. */
import { ThemeIcon, ViewColumn, window, workspace } from 'vscode';
import type { WebviewPanel, WebviewPanelSerializer } from 'vscode';
import * as z from 'zod/mini';
import { UserError, messageOf } from '../../base/index';
import type { Disposable } from '../../base/index';
import type { Engine } from '../../client/index';
import { tasksViewMessageSchema } from '../../protocol/live/index';
import type {
  PanelMessage,
  ReadyTask,
  ShownTask,
  TaskFamilyEntry,
  TasksHostMessage,
  TasksViewMessage,
} from '../../protocol/live/index';
import { addToEvaluation } from '../commands/addToEvaluation';
import { VIEW_TYPES } from '../commands/ids';
import { trainTask } from '../commands/trainTask';
import { taskConfigText } from '../config/newConfig';
import type { Services } from '../services';
import { engineMessage, problemMessage } from './messages';
import { connectWebview } from './webviewHost';
import type { OwnMessage } from './webviewHost';

const TITLE = 'Tasks';

export class TasksPanels implements WebviewPanelSerializer, Disposable {
  readonly #services: Services;
  readonly #serializer: Disposable;
  #gallery: Gallery | undefined;

  constructor(services: Services) {
    this.#services = services;
    this.#serializer = window.registerWebviewPanelSerializer(VIEW_TYPES.tasks, this);
  }

  /** @param id  of a task whose detail is opened */
  open(id?: string): void {
    if (this.#gallery === undefined) {
      this.#adopt(window.createWebviewPanel(VIEW_TYPES.tasks, TITLE, ViewColumn.Active));
    } else {
      this.#gallery.reveal();
    }
    if (id !== undefined) this.#gallery?.showTask(id);
  }

  deserializeWebviewPanel(panel: WebviewPanel, state: unknown): Promise<void> {
    this.#adopt(panel, drawnIn(state));
    return Promise.resolve();
  }

  dispose(): void {
    this.#serializer.dispose();
  }

  #adopt(panel: WebviewPanel, drawn: readonly Draw[] = []): void {
    const gallery = new Gallery(this.#services, panel, drawn);
    this.#gallery = gallery;
    panel.onDidDispose(() => {
      gallery.dispose();
      if (this.#gallery === gallery) this.#gallery = undefined;
    });
  }
}

/** What a family's sampler is asked for: the same seed gives the same task. */
interface Draw {
  readonly family: string;
  readonly seed: number;
}

const drawsSchema = z.array(z.object({ family: z.string(), seed: z.int() }));
/** As the view's bridge keeps it. */
const stateSchema = z.object({ panel: z.object({ drawn: z.string() }) });

/** What was drawn before the window was opened anew; nothing where the state says nothing or something else. */
function drawnIn(state: unknown): readonly Draw[] {
  const kept = stateSchema.safeParse(state);
  if (!kept.success) return [];
  try {
    return drawsSchema.parse(JSON.parse(kept.data.panel.drawn));
  } catch {
    return [];
  }
}

class Gallery implements Disposable {
  readonly #services: Services;
  readonly #panel: WebviewPanel;
  readonly #subscriptions: Disposable[];
  /** All that the view knows of, by id. */
  readonly #tasks = new Map<string, ReadyTask>();
  /** Further draws, so that a view that is shown again has them; those without a task are drawn when it is filled. */
  readonly #drawn: (Draw & { task?: ReadyTask })[];
  #engine: Engine | undefined;
  #isListed = false;
  /** Waits for the list. */
  #wanted: string | undefined;

  constructor(services: Services, panel: WebviewPanel, drawn: readonly Draw[]) {
    this.#services = services;
    this.#panel = panel;
    this.#drawn = drawn.map((draw) => ({ ...draw }));
    panel.iconPath = new ThemeIcon('beaker');
    this.#subscriptions = [
      panel.onDidChangeViewState(() => {
        // A hidden view is thrown away, and says that it is ready when it is back.
        if (!panel.visible) this.#isListed = false;
      }),
      workspace.onDidGrantWorkspaceTrust(() => void this.#list()),
      connectWebview<TasksViewMessage>({
        webview: panel.webview,
        extensionUri: services.extensionUri,
        view: 'tasks',
        title: TITLE,
        schema: tasksViewMessageSchema,
        saveFolder: () => services.engines.anyRoot,
        report: services.report,
        onMessage: (message) => void this.#receive(message),
      }),
    ];
  }

  reveal(): void {
    this.#panel.reveal();
  }

  /** Opens a task's detail as soon as the view has the list. */
  showTask(id: string): void {
    if (this.#isListed) this.#post({ type: 'show', id });
    else this.#wanted = id;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #post(message: TasksHostMessage | PanelMessage): void {
    void this.#panel.webview.postMessage(message);
  }

  async #list(): Promise<void> {
    try {
      const { families } = await this.#connected().request('tasks.list', {});
      await this.#drawAgain();
      const { BUNDLED_WEIGHTS } = await import('../onDemand');
      const shown = (task: ReadyTask) => this.#shown(task, BUNDLED_WEIGHTS[0]);
      this.#post({
        type: 'tasks',
        families: families.map((family) => ({
          ...family,
          tasks: [...family.tasks, ...this.#drawnOf(family)].map(shown),
        })),
        canControl: workspace.isTrusted,
      });
      this.#isListed = true;
      if (this.#wanted !== undefined) this.#post({ type: 'show', id: this.#wanted });
      this.#wanted = undefined;
    } catch (thrown) {
      this.#services.report.quietly(thrown, 'filling the gallery of tasks');
      this.#post(problemMessage(thrown));
    }
  }

  /** Those of an earlier window; what cannot be drawn any more is left out. */
  async #drawAgain(): Promise<void> {
    const waiting = this.#drawn.filter(({ task }) => task === undefined);
    for (const draw of waiting) {
      const { family, seed } = draw;
      const task = await this.#connected()
        .request('tasks.draw', { family, seed }, PATIENCE)
        .catch((thrown: unknown) => {
          this.#services.report.quietly(thrown, `drawing task ${seed} of ${family} again`);
        });
      if (task !== undefined) draw.task = task;
    }
  }

  #drawnOf({ family }: TaskFamilyEntry): ReadyTask[] {
    return this.#drawn.flatMap((each) =>
      each.family === family && each.task !== undefined ? each.task : [],
    );
  }

  #shown(task: ReadyTask, weights: string): ShownTask {
    this.#tasks.set(task.id, task);
    return { ...task, configText: taskConfigText(task.task, weights) };
  }

  /** The engine of any folder: bundled tasks are the same in all. @throws UserError('usage') in restricted mode */
  #connected(): Engine {
    if (this.#engine === undefined) {
      const { engines } = this.#services;
      const engine = engines.get(engines.anyRoot);
      this.#engine = engine;
      this.#subscriptions.push(
        engine.onState((state) => {
          if (this.#panel.visible) this.#post(engineMessage(state));
        }),
      );
    }
    return this.#engine;
  }

  async #receive(message: OwnMessage<TasksViewMessage>): Promise<void> {
    try {
      switch (message.type) {
        case 'ready':
        case 'resync':
          await this.#list();
          break;
        case 'sample':
          await this.#sample(message.id);
          break;
        case 'cost':
          await this.#cost(message.id);
          break;
        case 'drawn':
          await this.#draw(message.family, message.seed);
          break;
        case 'train':
          await trainTask(this.#taskOf(message.id));
          break;
        case 'evaluate':
          await addToEvaluation(this.#taskOf(message.id));
          break;
      }
    } catch (thrown) {
      this.#services.report.error(thrown, `"${message.type}" in the gallery of tasks`);
    }
  }

  async #sample(id: string): Promise<void> {
    const { task } = this.#taskOf(id);
    const sample = await this.#connected()
      .request('tasks.sample', { task }, PATIENCE)
      .catch(whyNot);
    this.#post({ type: 'sample', id, sample });
  }

  async #cost(id: string): Promise<void> {
    const { task } = this.#taskOf(id);
    const cost = await this.#connected().request('tasks.cost', { task }, PATIENCE).catch(whyNot);
    this.#post({ type: 'cost', id, cost });
  }

  async #draw(family: string, seed: number): Promise<void> {
    const task = await this.#connected().request('tasks.draw', { family, seed }, PATIENCE);
    const { BUNDLED_WEIGHTS } = await import('../onDemand');
    this.#drawn.push({ family, seed, task });
    const drawn = this.#drawn.map((draw): Draw => ({ family: draw.family, seed: draw.seed }));
    this.#post({ type: 'panel', panel: { drawn: JSON.stringify(drawn) } });
    this.#post({ type: 'drawn', family, seed, task: this.#shown(task, BUNDLED_WEIGHTS[0]) });
  }

  /** @throws UserError('usage') for an id that the view was never told */
  #taskOf(id: string): ReadyTask {
    const task = this.#tasks.get(id);
    if (task !== undefined) return task;
    throw new UserError('usage', `there is no task "${id}" in the gallery`, {
      remedy: 'Close the gallery and open it again.',
    });
  }
}

/** Questions about all tasks in view are asked at once and answered one after the other. */
const PATIENCE = { timeoutMs: 300_000 };

function whyNot(thrown: unknown): { readonly problem: string } {
  return { problem: messageOf(thrown) };
}
