/** Keys of the whole view: from card to card, train, close. None is the only way to anything. */
import { useEffect, useRef } from 'preact/hooks';
import { cardButtons } from './useGallery';
import type { Gallery } from './useGallery';

export function useKeys(gallery: Gallery | undefined): void {
  const newest = useRef(gallery);
  newest.current = gallery;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { defaultPrevented, ctrlKey, metaKey, altKey } = event;
      if (defaultPrevented || ctrlKey || metaKey || altKey || newest.current === undefined) return;
      if (isTyping(event)) return;
      if (act(event, newest.current)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, []);
}

function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest('input, select, textarea, pre') !== null;
}

/** @returns whether the key meant something */
function act({ key, target }: KeyboardEvent, gallery: Gallery): boolean {
  if (key === 'Escape' && gallery.chosen !== undefined) {
    gallery.close();
    return true;
  }
  if (key.toLowerCase() === 't') {
    const id = cardUnder(target)?.dataset['task'] ?? gallery.chosen?.task.id;
    if (id === undefined) return false;
    gallery.train(id);
    return true;
  }
  const cards = cardButtons();
  const isElsewhere =
    target instanceof Element && target.closest('.detail, .view-controls') !== null;
  if (isElsewhere || cards.length === 0) return false;
  const from = cardUnder(target);
  const next =
    from === undefined ? startOf(key, cards, gallery.focused) : nextCard(key, from, cards);
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
  return next !== undefined;
}

/** The card that has the focus, or whose button to train has it. */
function cardUnder(target: EventTarget | null): HTMLElement | undefined {
  if (!(target instanceof Element)) return undefined;
  return target.closest('.task-card')?.querySelector<HTMLElement>('.card-open') ?? undefined;
}

const ARROWS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'];

function startOf(
  key: string,
  cards: readonly HTMLElement[],
  focused: string | undefined,
): HTMLElement | undefined {
  if (!ARROWS.includes(key)) return undefined;
  return cards.find(({ dataset }) => dataset['task'] === focused) ?? cards[0];
}

function nextCard(
  key: string,
  from: HTMLElement,
  cards: readonly HTMLElement[],
): HTMLElement | undefined {
  const at = cards.indexOf(from);
  switch (key) {
    case 'ArrowRight':
      return cards[at + 1];
    case 'ArrowLeft':
      return cards[at - 1];
    case 'ArrowDown':
      return inNextRow(from, cards.slice(at + 1));
    case 'ArrowUp':
      return inNextRow(from, cards.slice(0, at).reverse());
    case 'Home':
      return cards[0];
    case 'End':
      return cards.at(-1);
    default:
      return undefined;
  }
}

/** Of the first row among `others` that is not the card's own, the card closest to its column. */
function inNextRow(from: HTMLElement, others: readonly HTMLElement[]): HTMLElement | undefined {
  const { top, left } = from.getBoundingClientRect();
  const boxes = others.map((card) => ({ card, box: card.getBoundingClientRect() }));
  const row = boxes.find(({ box }) => Math.abs(box.top - top) > 4)?.box.top;
  if (row === undefined) return undefined;
  const inRow = boxes.filter(({ box }) => Math.abs(box.top - row) <= 4);
  const distance = ({ box }: (typeof boxes)[number]): number => Math.abs(box.left - left);
  return inRow.reduce((best, each) => (distance(each) < distance(best) ? each : best)).card;
}
