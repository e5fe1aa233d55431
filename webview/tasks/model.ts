/** What the gallery knows: a pure reducer over the host's messages. Choices of the person are in `view.ts`. */
import type {
  ShownFamily,
  ShownTask,
  TaskCostEntry,
  TaskSampleEntry,
  TasksHostMessage,
} from '../../src/protocol/live/index';

/** Why there is no answer. */
export interface WhyNot {
  readonly problem: string;
}

export interface TasksModel {
  /** `failed` only where there is nothing else to show. */
  readonly phase: 'loading' | 'ready' | 'empty' | 'failed';
  /** In the order of the host, tasks that were drawn last in their family. */
  readonly families: readonly ShownFamily[];
  /** By the task's id; what is missing has not come yet. */
  readonly costs: ReadonlyMap<string, TaskCostEntry | WhyNot>;
  readonly samples: ReadonlyMap<string, TaskSampleEntry | WhyNot>;
  readonly canControl: boolean;
  /** The task that the host wants to be seen; `times` tells two such wishes apart. */
  readonly wish: { readonly id: string | undefined; readonly times: number };
  /** Rises with each list: what was asked for before it may never be answered. */
  readonly generation: number;
  readonly problem?: { readonly message: string; readonly remedy?: string } | undefined;
  readonly engine: {
    readonly state: 'connected' | 'connecting' | 'lost';
    readonly message?: string;
  };
}

export const INITIAL_MODEL: TasksModel = {
  phase: 'loading',
  families: [],
  costs: new Map(),
  samples: new Map(),
  canControl: true,
  wish: { id: undefined, times: 0 },
  generation: 0,
  engine: { state: 'connected' },
};

export function reduce(model: TasksModel, message: TasksHostMessage): TasksModel {
  switch (message.type) {
    case 'tasks':
      return {
        ...model,
        phase: message.families.length === 0 ? 'empty' : 'ready',
        families: message.families,
        canControl: message.canControl,
        problem: undefined,
        generation: model.generation + 1,
      };
    case 'drawn':
      return wished(withDrawn(model, message.family, message.task), message.task.id);
    case 'cost':
      return { ...model, costs: new Map(model.costs).set(message.id, message.cost) };
    case 'sample':
      return { ...model, samples: new Map(model.samples).set(message.id, message.sample) };
    case 'show':
      return wished(model, message.id);
    case 'engine': {
      const { state, message: text } = message;
      return { ...model, engine: text === undefined ? { state } : { state, message: text } };
    }
    case 'problem': {
      const { message: text, remedy } = message;
      const problem = remedy === undefined ? { message: text } : { message: text, remedy };
      return { ...model, problem, phase: model.families.length === 0 ? 'failed' : model.phase };
    }
  }
}

function wished(model: TasksModel, id: string): TasksModel {
  return { ...model, wish: { id, times: model.wish.times + 1 } };
}

function withDrawn(model: TasksModel, name: string, task: ShownTask): TasksModel {
  const families = model.families.map((family) =>
    family.family !== name || family.tasks.some(({ id }) => id === task.id)
      ? family
      : { ...family, tasks: [...family.tasks, task] },
  );
  return { ...model, families };
}

/** The seed after the largest that was drawn. */
export function nextSeed({ tasks }: Pick<ShownFamily, 'tasks'>): number {
  return 1 + Math.max(-1, ...tasks.map(({ seed = -1 }) => seed));
}

/** Whether the family's sampler has been seen to draw anything: plain functions have no choice. */
export function canDraw({ tasks }: Pick<ShownFamily, 'tasks'>): boolean {
  return tasks.some(({ seed }) => seed !== undefined);
}
