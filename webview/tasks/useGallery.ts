/** What is chosen in the gallery and what can be done: one object that the components share. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ShownFamily, TasksViewMessage } from '../../src/protocol/live/index';
import type { TasksModel } from './model';
import { filterFamilies, findTask } from './view';
import type { Choices, FoundTask } from './view';

export interface GalleryOptions {
  readonly model: TasksModel;
  readonly initial: Choices;
  /** Whether the detail stands beside the cards: then a task is open from the start. */
  readonly hasSide: boolean;
  readonly post: (message: TasksViewMessage) => void;
  readonly keep: (choices: Choices) => void;
}

export interface Gallery {
  readonly model: TasksModel;
  readonly choices: Choices;
  /** What the filter lets through. */
  readonly shown: readonly ShownFamily[];
  readonly chosen: FoundTask | undefined;
  /** Id of the card that the Tab key leads to. */
  readonly focused: string | undefined;
  readonly change: (choices: Partial<Choices>) => void;
  readonly open: (id: string) => void;
  readonly close: () => void;
  readonly train: (id: string) => void;
  /** Puts it into the config of an evaluation. */
  readonly evaluate: (id: string) => void;
  readonly draw: (family: string, seed: number) => void;
  readonly copy: (text: string) => void;
  /** Asks for what is not known yet of a task: its data and its costs. */
  readonly ask: (id: string) => void;
}

export function useGallery({ model, initial, hasSide, post, keep }: GalleryOptions): Gallery {
  const [choices, setChoices] = useState(initial);
  const change = useCallback((changed: Partial<Choices>) => {
    setChoices((before) => ({ ...before, ...changed }));
  }, []);
  useEffect(() => {
    keep(choices);
  }, [choices, keep]);
  const { wish } = model;
  useEffect(() => {
    if (wish.id === undefined) return;
    const { id } = wish;
    // A filter must not hide what somebody asks to see.
    setChoices((before) => ({ ...before, text: '', kind: 'all', dataset: '', task: id }));
    requestAnimationFrame(() => {
      cardOf(id)?.scrollIntoView({ block: 'nearest' });
    });
  }, [wish]);
  const shown = filterFamilies(model.families, choices);
  const first = shown[0]?.tasks[0]?.id;
  const wanted = choices.task === undefined && hasSide ? first : choices.task;
  const chosen = findTask(model.families, wanted);
  const isShown = findTask(shown, chosen?.task.id) !== undefined;
  return {
    ...{ model, choices, shown, chosen, change },
    focused: isShown ? chosen?.task.id : first,
    open: (task) => {
      change({ task });
    },
    close: () => {
      change({ task: null });
      focusCard(chosen?.task.id);
    },
    train: (id) => {
      if (model.canControl) post({ type: 'train', id });
    },
    evaluate: (id) => {
      if (model.canControl) post({ type: 'evaluate', id });
    },
    draw: (family, seed) => {
      post({ type: 'drawn', family, seed });
    },
    copy: (text) => {
      post({ type: 'copy', text });
    },
    ask: useAsk(model, post),
  };
}

function useAsk(model: TasksModel, post: GalleryOptions['post']): Gallery['ask'] {
  const newest = useRef(model);
  newest.current = model;
  const asked = useRef({ generation: -1, ids: new Set<string>() });
  return useCallback(
    (id) => {
      const { generation, samples, costs } = newest.current;
      if (asked.current.generation !== generation) asked.current = { generation, ids: new Set() };
      if (asked.current.ids.has(id)) return;
      asked.current.ids.add(id);
      if (!samples.has(id)) post({ type: 'sample', id });
      if (!costs.has(id)) post({ type: 'cost', id });
    },
    [post],
  );
}

function cardOf(id: string | undefined): HTMLElement | undefined {
  return cardButtons().find((button) => button.dataset['task'] === id);
}

/** The buttons that open cards, in the order of the page. */
export function cardButtons(): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('.card-open')];
}

/** After the next render: a card may not be there while the detail is. */
function focusCard(id: string | undefined): void {
  requestAnimationFrame(() => {
    cardOf(id)?.focus();
  });
}
