/** Holds the model between the bridge and the components: takes each message at once, tells of it at a readable pace. */
import { useEffect, useState } from 'preact/hooks';
import type { TrainingHostMessage, TrainingViewMessage } from '../../src/protocol/live/index';
import { liveIntervalMs } from '../shared/useThrottled';
import { emptyModel, reduce } from './model';
import type { Model } from './model';

export interface TrainingStore {
  readonly model: Model;
  receive(message: TrainingHostMessage): void;
  /** Calls back after a change: at once for what a person waits for, else a few times a second; never while hidden. */
  subscribe(listener: () => void): () => void;
}

/** @param post  asks the host to send everything anew after a gap */
export function createTrainingStore(post: (message: TrainingViewMessage) => void): TrainingStore {
  let model = emptyModel();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let toldAt = -Infinity;
  const listeners = new Set<() => void>();

  const tell = () => {
    timer = undefined;
    if (document.hidden) return;
    toldAt = performance.now();
    for (const listener of [...listeners]) listener();
  };
  const tellSoon = (isUrgent: boolean) => {
    const wait = isUrgent ? 0 : toldAt + liveIntervalMs() - performance.now();
    if (wait > 0) {
      timer ??= setTimeout(tell, wait);
      return;
    }
    clearTimeout(timer);
    tell();
  };
  document.addEventListener('visibilitychange', tell);

  return {
    get model() {
      return model;
    },
    receive: (message) => {
      const before = model;
      model = reduce(model, message);
      if (model.gap && !before.gap) post({ type: 'resync' });
      if (model !== before) tellSoon(isUrgent(before, model, message));
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** What changes seldom, or answers a person's wish, doesn't wait for the next turn. */
function isUrgent(before: Model, after: Model, message: TrainingHostMessage): boolean {
  if (before.status !== after.status) return true;
  if (message.type === 'series') return stateOf(before) !== stateOf(after);
  if (message.type === 'trace') return message.update.steps.length === 0 || message.update.reset;
  return true;
}

function stateOf(model: Model): string | undefined {
  return model.status === 'ready' ? model.arrived.main.entry.state : undefined;
}

/** The model, as of the last time that the store told of a change. */
export function useModel(store: TrainingStore): Model {
  const [model, setModel] = useState(store.model);
  useEffect(() => {
    const update = () => {
      setModel(store.model);
    };
    update();
    return store.subscribe(update);
  }, [store]);
  return model;
}
