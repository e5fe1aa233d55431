/** One task in the gallery: its data, its name, its size; a button that opens it and one that trains it. */
import { useEffect, useRef } from 'preact/hooks';
import type { ShownTask, TaskCostEntry } from '../../../src/protocol/live/index';
import { IconButton } from '../../shared/components';
import { count } from '../../shared/format';
import type { WhyNot } from '../model';
import type { Gallery } from '../useGallery';
import { dataText, flopsText } from '../words';
import { Picture } from './Picture';

export interface TaskCardProps {
  readonly gallery: Gallery;
  readonly task: ShownTask;
  /** Of the picture, in pixels. */
  readonly width: number;
}

export function TaskCard({ gallery, task, width }: TaskCardProps) {
  const { model, chosen, focused, open, train, ask } = gallery;
  const card = useRef<HTMLLIElement>(null);
  const { id, name, seed, parameters } = task;
  useWhenSeen(card, () => {
    ask(id);
  });
  const isFocusable = id === focused;
  return (
    <li ref={card} class="task-card" data-chosen={id === chosen?.task.id}>
      <button
        type="button"
        class="card-open"
        data-task={id}
        aria-current={id === chosen?.task.id}
        tabIndex={isFocusable ? 0 : -1}
        onClick={() => {
          open(id);
        }}
      >
        <Picture sample={model.samples.get(id)} width={width} />
        <span class="card-name ellipsis" title={name}>
          {name}
        </span>
        <span class="card-line ellipsis" title={dataText(task)}>
          {dataText(task)}
          {seed !== undefined && ` · drawn, seed ${seed}`}
        </span>
        <span class="card-line ellipsis" title="Parameters; loss and gradient of a step">
          <b>{count(parameters)}</b> parameters
          <Flops cost={model.costs.get(id)} />
        </span>
      </button>
      <span class="card-train">
        <IconButton
          icon="play"
          label={`Train this: ${name}`}
          title={model.canControl ? 'Train this (T)' : RESTRICTED}
          disabled={!model.canControl}
          onClick={() => {
            train(id);
          }}
        />
      </span>
    </li>
  );
}

export const RESTRICTED = 'Not in a workspace that is not trusted';

/** Comes later than the rest, and not at all where it would take too long to find out. */
function Flops({ cost }: { readonly cost: TaskCostEntry | WhyNot | undefined }) {
  if (cost === undefined || 'problem' in cost) return null;
  return <> · {flopsText(cost.flops)}</>;
}

/** Pixels beside the window that count as seen: pictures are there before one comes to them. */
const MARGIN = '300px';

function useWhenSeen(ref: { readonly current: HTMLElement | null }, onSeen: () => void): void {
  const newest = useRef(onSeen);
  newest.current = onSeen;
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) newest.current();
      },
      { rootMargin: MARGIN },
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [ref]);
}
